import type { Dispatcher } from 'undici';
import type { Clock, Timer } from './clock.ts';
import { RealConnection } from './connection-real.ts';
import { failureOf } from './failures-real.ts';
import type { HttpOutcome, HttpRequest, NetworkFailure } from './network.ts';
import { type Told, tell } from './told.ts';

/** Bytes of a body that are read; the connection is closed on the rest. */
export const BODY_LIMIT = 2 ** 20;

/** What exchanges need of the real network. */
export interface RealWire {
  readonly clock: Clock;
  /** This machine, not the other end, made an exchange impossible. */
  readonly onLocalFailure: (error: Error) => void;
}

/** One request and its response. */
export class HttpExchange implements Dispatcher.DispatchHandler {
  readonly #request: HttpRequest;
  readonly #wire: RealWire;
  readonly #done: Told<HttpOutcome>;
  readonly #connection: RealConnection;
  readonly #timers: Timer[] = [];
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #status = 0;
  #location: string | undefined;
  #over = false;

  constructor(
    request: HttpRequest,
    localAddress: string | undefined,
    wire: RealWire,
    done: Told<HttpOutcome>,
  ) {
    this.#request = request;
    this.#wire = wire;
    this.#done = done;
    this.#connection =
      (request.connection as RealConnection | undefined) ??
      new RealConnection(request, localAddress, wire.clock.now());
  }

  start(): void {
    const { timeoutMs, connectTimeoutMs, path, host, keepAlive } = this.#request;
    const connection = this.#connection;
    this.#limit(timeoutMs);
    if (connectTimeoutMs !== undefined && !connection.established) {
      const timer = this.#limit(connectTimeoutMs);
      connection.onConnect(() => timer?.cancel());
    }
    connection.client.dispatch({ method: 'GET', path, headers: { host }, reset: keepAlive !== true }, this);
  }

  /** The client wants one. */
  onRequestStart(): void {}

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    { location }: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    this.#status = status;
    this.#location = typeof location === 'string' ? location : location?.[0];
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over) return;
    const left = BODY_LIMIT - this.#bytes;
    this.#chunks.push(chunk.subarray(0, left));
    this.#bytes += chunk.length;
    if (chunk.length > left) this.#succeed(false);
  }

  onResponseEnd(): void {
    // A body that ends with its connection looks complete to the parser when the connection was reset.
    if (this.#connection.error === undefined) this.#succeed(this.#request.keepAlive === true);
    else this.#fail('reset');
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#over) return;
    const cause = this.#connection.error ?? error;
    const failure = failureOf(cause, this.#connection.established);
    if (failure === undefined) this.#wire.onLocalFailure(cause);
    this.#fail(failure ?? 'timeout');
  }

  #limit(ms: number): Timer | undefined {
    if (ms === Number.POSITIVE_INFINITY) return undefined;
    const timer = this.#wire.clock.after(ms, () => this.#fail('timeout'));
    this.#timers.push(timer);
    return timer;
  }

  #fail(failure: NetworkFailure): void {
    this.#end(() => {
      this.#connection.close();
      return { failure };
    });
  }

  #succeed(keep: boolean): void {
    this.#end(() => {
      const location = this.#location;
      const body = Buffer.concat(this.#chunks).toString();
      const response = { status: this.#status, body, ...(location !== undefined && { location }) };
      // The server may have said that it closes.
      if (keep && this.#connection.open) return { response, connection: this.#connection };
      this.#connection.close();
      return { response };
    });
  }

  /** Waits until the parser has finished: it swallows what its callbacks throw, and closes what is not to be kept. */
  #end(outcome: () => HttpOutcome): void {
    if (this.#over) return;
    this.#over = true;
    for (const timer of this.#timers) timer.cancel();
    queueMicrotask(() => tell(this.#done, outcome()));
  }
}
