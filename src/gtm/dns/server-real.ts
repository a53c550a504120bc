import type { ListenAddress } from '../listening.ts';
import { DnsListeners, type OnMessage } from './listeners-real.ts';
import { nothing, respond } from './message.ts';
import type { Authority } from './types.ts';

export interface DnsServerOptions extends ListenAddress {
  /** Told what the authority threw; the asker gets SERVFAIL. */
  readonly onError?: (error: unknown) => void;
}

export interface DnsServer {
  /** `ip:port`; it stays the same over stops. */
  readonly address: string;
  /** Takes the sockets away: the host refuses questions. Harmless when stopped. */
  stop(): Promise<void>;
  /** Keeps the sockets and lets every question vanish, as the simulated lab's stopped name server does. */
  silence(): Promise<void>;
  /** Answers again. @throws Error when the port was taken meanwhile. */
  start(): Promise<void>;
}

/** Serves DNS over UDP and TCP. @throws Error when it cannot listen. */
export async function serveDns(options: DnsServerOptions, authority: Authority): Promise<DnsServer> {
  const { onError } = options;
  const onMessage: OnMessage = (message, transport, from, answer) => {
    let response: Buffer | undefined;
    try {
      response = respond(message, transport, from, authority);
    } catch (error) {
      onError?.(error);
      response = respond(message, transport, from, { find: () => nothing('SERVFAIL') });
    }
    answer(response);
  };
  return new NameServer(options.host, await DnsListeners.open(options, onMessage), onMessage);
}

class NameServer implements DnsServer {
  readonly address: string;
  readonly #at: ListenAddress;
  readonly #onMessage: OnMessage;
  #listeners: DnsListeners | undefined;
  /** Stops and starts take their turns. */
  #turn: Promise<void> = Promise.resolve();

  constructor(host: string, listeners: DnsListeners, onMessage: OnMessage) {
    this.address = listeners.address;
    this.#at = { host, port: listeners.port };
    this.#onMessage = onMessage;
    this.#listeners = listeners;
  }

  stop(): Promise<void> {
    return this.#next(async () => {
      await this.#listeners?.close();
      this.#listeners = undefined;
    });
  }

  silence(): Promise<void> {
    return this.#open(true);
  }

  start(): Promise<void> {
    return this.#open(false);
  }

  #open(silent: boolean): Promise<void> {
    return this.#next(async () => {
      this.#listeners ??= await DnsListeners.open(this.#at, this.#onMessage);
      this.#listeners.silent = silent;
    });
  }

  #next(step: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(step);
    this.#turn = done.catch(() => {});
    return done;
  }
}
