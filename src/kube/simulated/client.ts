import type { NetworkFailure, Place, SimulatedNetwork } from '../../runtime/network.ts';
import { ApiError, type KubeClient, type KubeList, type WatchEvent, type WatchHandler } from '../client.ts';
import { clone } from '../json.ts';
import type { KubeObject } from '../objects.ts';
import type { ApiServer } from './api-server.ts';
import { unreachable } from './errors.ts';

export interface ClientOptions {
  /** The server that answers at `to` now; `undefined` when packets to it vanish. One that is down refuses. */
  readonly api: () => ApiServer | undefined;
  readonly network: SimulatedNetwork;
  readonly from: Place;
  readonly to: Place;
  /** For one call, and for the delivery of one event. */
  readonly timeoutMs: number;
}

/**
 * A client of a simulated API: each call is one exchange over the network, and so is each delivery to a watch. It
 * copies what it is handed, and hands over the server's own objects, which nobody changes.
 */
export function simulatedClient(options: ClientOptions): KubeClient {
  const call = <T>(serve: (api: ApiServer) => T | ApiError): Promise<T> =>
    new Promise((resolve, reject) => exchange(options, serve, resolve, reject));
  return {
    // Often there is none: an error that is thrown costs several times one that is handed over.
    get: ref => call<KubeObject>(api => api.get(ref) ?? api.missing(ref)),
    list: (kind, listOptions) =>
      call(api => ({ resourceVersion: api.resourceVersion, items: api.list(kind, listOptions) }) as KubeList),
    create: object => {
      const given = clone(object);
      return call(api => api.create(given));
    },
    update: (object, subresource) => {
      const given = clone(object);
      return call(api => api.update(given, subresource));
    },
    patch: (ref, type, patch, subresource) => {
      const given = clone(patch);
      return call(api => api.patch(ref, type, given, subresource));
    },
    delete: (ref, propagation) => call(api => api.delete(ref, propagation && { propagation })),
    watch: (kind, watchOptions, handler) => new RemoteWatch(options, kind, { ...watchOptions }, handler),
  };
}

type Answer<T> = { readonly value: T } | { readonly error: ApiError };

function exchange<T>(
  options: ClientOptions,
  serve: (api: ApiServer) => T | ApiError,
  resolve: (value: T) => void,
  reject: (error: ApiError) => void,
): void {
  const { network, from, to, timeoutMs } = options;
  network.exchange<Answer<T>>(
    from,
    to,
    timeoutMs,
    reply => {
      const api = options.api();
      if (api !== undefined) reply(attempt(api, serve));
    },
    outcome => {
      if (outcome.failure !== undefined) reject(lost(options, outcome.failure));
      else if ('error' in outcome.value) reject(outcome.value.error);
      else resolve(outcome.value.value);
    },
    'sync',
  );
}

function attempt<T>(api: ApiServer, serve: (api: ApiServer) => T | ApiError): Answer<T> {
  try {
    const value = serve(api);
    return value instanceof ApiError ? { error: value } : { value };
  } catch (error) {
    if (error instanceof ApiError) return { error };
    throw error;
  }
}

function lost({ from, to }: ClientOptions, failure: NetworkFailure): ApiError {
  return unreachable(`the API of ${to} did not answer ${from}: ${failure}`);
}

type WatchOptions = Parameters<KubeClient['watch']>[1];
type Message = { readonly event: WatchEvent } | { readonly end: ApiError | undefined };

/**
 * A watch over the network. What the server says waits while a delivery is on its way, and then travels together: one
 * connection keeps its order. A delivery that fails ends the watch, so that no event is ever missed in silence.
 */
class RemoteWatch {
  readonly #options: ClientOptions;
  readonly #handler: WatchHandler;
  #waiting: Message[] = [];
  #delivering = false;
  #over = false;
  #opened: { close(): void } | undefined;

  constructor(
    options: ClientOptions,
    kind: Parameters<KubeClient['watch']>[0],
    watch: WatchOptions,
    handler: WatchHandler,
  ) {
    this.#options = options;
    this.#handler = handler;
    exchange(
      options,
      api => this.#open(api, kind, watch),
      () => {},
      error => this.#end(error),
    );
  }

  close(): void {
    this.#over = true;
    this.#opened?.close();
  }

  #open(api: ApiServer, kind: Parameters<KubeClient['watch']>[0], watch: WatchOptions): void {
    if (this.#over) return;
    this.#opened = api.watch(kind, watch, {
      event: event => this.#send({ event }),
      end: end => this.#send({ end }),
    });
  }

  #send(message: Message): void {
    this.#waiting.push(message);
    if (!this.#delivering) this.#deliver();
  }

  #deliver(): void {
    const messages = this.#waiting;
    this.#waiting = [];
    this.#delivering = true;
    const { network, from, to, timeoutMs } = this.#options;
    network.exchange<void>(
      to,
      from,
      timeoutMs,
      reply => {
        for (const message of messages) this.#receive(message);
        reply();
      },
      outcome => {
        this.#delivering = false;
        if (outcome.failure !== undefined) this.#end(lost(this.#options, outcome.failure));
        else if (this.#waiting.length > 0 && !this.#over) this.#deliver();
      },
    );
  }

  #receive(message: Message): void {
    if (this.#over) return;
    if ('end' in message) this.#end(message.end);
    else this.#handler.event(message.event);
  }

  #end(error: ApiError | undefined): void {
    if (this.#over) return;
    this.close();
    this.#handler.end(error);
  }
}
