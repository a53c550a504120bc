import type { RequestOptions } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import { Agent, type Dispatcher } from 'undici';
import { ApiError } from './client.ts';
import type { ClusterAccess } from './kubeconfig.ts';
import { transportError } from './transport-error.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** What is absent or empty is left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: { readonly type: string; readonly text: string };
}

export interface ConnectionLimits {
  /** For a whole call; for a stream, until its answer begins. */
  readonly timeoutMs: number;
  /** How long a stream may be silent. */
  readonly silenceMs: number;
}

/** The failure that an answer tells which is not a success: its HTTP status, and its body as it came. */
export type RefusalOf = (code: number, body: string) => ApiError;

/** For undici: a limit of its own would only race with that of the whole call. */
const NO_LIMIT = 0;

/** When a silent connection is first asked whether it lives: as client-go does, before load balancers forget it. */
const KEEP_ALIVE_MS = 30_000;

/** HTTP to the API server that a kubeconfig names. It keeps nothing open that would hold up the process's exit. */
export class ApiConnection {
  readonly #access: ClusterAccess;
  readonly #limits: ConnectionLimits;
  #agent: Agent | undefined;
  #closed = false;

  constructor(access: ClusterAccess, limits: ConnectionLimits) {
    this.#access = access;
    this.#limits = limits;
  }

  /** The parsed answer. Rejects with the refusal, or with ApiError Unreachable when there is no answer. */
  async call(request: ApiRequest, refusal: RefusalOf, signal?: AbortSignal): Promise<unknown> {
    const limit = this.#limit(this.#limits.timeoutMs, signal);
    try {
      const { statusCode, body } = await this.#send(request, limit.signal, NO_LIMIT);
      const text = await body.text();
      if (statusCode >= 300) throw refusal(statusCode, text);
      return this.#parse(text);
    } catch (error) {
      throw this.#failure(error);
    } finally {
      limit.end();
    }
  }

  /** The lines of an answer that comes bit by bit; ends when the server ends it. Rejects with ApiError. */
  async *lines(
    request: ApiRequest,
    refusal: RefusalOf,
    signal: AbortSignal,
  ): AsyncGenerator<unknown, void, undefined> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of this.#chunks(request, refusal, signal)) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') yield this.#parse(line);
    }
    if (rest !== '') throw this.#unreachable('cut the connection in the middle of an event');
  }

  /** Ends all that is under way; every later call is refused. */
  close(): void {
    this.#closed = true;
    this.#agent?.destroy(this.#unreachable('was left: this client is closed'));
  }

  async *#chunks(
    request: ApiRequest,
    refusal: RefusalOf,
    signal: AbortSignal,
  ): AsyncGenerator<Buffer, void, undefined> {
    const limit = this.#limit(this.#limits.timeoutMs, signal);
    try {
      const { statusCode, body } = await this.#send(request, limit.signal, this.#limits.silenceMs);
      if (statusCode >= 300) throw refusal(statusCode, await body.text());
      limit.end();
      for await (const chunk of body) yield chunk;
    } catch (error) {
      throw this.#failure(error);
    } finally {
      limit.end();
    }
  }

  async #send(
    { method, path, query = {}, body }: ApiRequest,
    signal: AbortSignal,
    silenceMs: number,
  ): Promise<Dispatcher.ResponseData> {
    const access: RequestOptions = {};
    await this.#access.config.applyToHTTPSOptions(access);
    signal.throwIfAborted();
    const url = new URL(this.#access.server);
    url.pathname = url.pathname.replace(/\/$/, '') + path;
    for (const [name, value] of Object.entries(query)) if (value) url.searchParams.set(name, value);
    const headers: Record<string, string> = { accept: 'application/json', 'user-agent': 'liangdi' };
    for (const [name, value] of Object.entries(access.headers ?? {}))
      headers[name.toLowerCase()] = String(value);
    if (access.auth) headers['authorization'] = `Basic ${Buffer.from(access.auth).toString('base64')}`;
    if (body !== undefined) headers['content-type'] = body.type;
    return this.#dispatcher(access).request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers,
      body: body?.text ?? null,
      signal,
      headersTimeout: NO_LIMIT,
      bodyTimeout: silenceMs,
    });
  }

  /** HTTP/1.1: a call that is given up closes its connection, and no later call waits behind a dead one. */
  #dispatcher(access: RequestOptions): Agent {
    if (this.#closed) throw this.#unreachable('was left: this client is closed');
    this.#agent ??= new Agent({
      allowH2: false,
      connect: { ...tlsOf(access), timeout: this.#limits.timeoutMs, keepAliveInitialDelay: KEEP_ALIVE_MS },
    });
    return this.#agent;
  }

  /** A signal that aborts with an ApiError after a time, or with the given one; `end` takes the time limit away. */
  #limit(ms: number, signal: AbortSignal | undefined): { signal: AbortSignal; end: () => void } {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(this.#unreachable(`did not answer within ${ms / 1000} s`)), ms);
    return {
      signal: signal === undefined ? late.signal : AbortSignal.any([late.signal, signal]),
      end: () => clearTimeout(timer),
    };
  }

  #parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      throw new ApiError(
        'InternalError',
        500,
        `${this.#who} answered what is not JSON: ${text.slice(0, 200)}`,
      );
    }
  }

  #failure(error: unknown): ApiError {
    return error instanceof ApiError
      ? error
      : this.#unreachable(transportError(error, this.#limits.silenceMs));
  }

  #unreachable(what: string): ApiError {
    return new ApiError('Unreachable', 0, `${this.#who} ${what}`);
  }

  get #who(): string {
    return `the API of ${this.#access.context} at ${this.#access.server}`;
  }
}

/** What the kubeconfig says of the server's and the client's certificates. */
function tlsOf({ ca, cert, key, rejectUnauthorized, servername }: RequestOptions): SecureContextOptions {
  const fields = Object.entries({ ca, cert, key, rejectUnauthorized, servername });
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}
