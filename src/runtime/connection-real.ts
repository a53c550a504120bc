import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type buildConnector, Client } from 'undici';
import type { Connection, HttpRequest } from './network.ts';

/** Node's longest timer. */
const NEVER_MS = 2 ** 31 - 1;

/** One TCP connection that carries HTTP requests, one at a time; never silently replaced by another. */
export class RealConnection implements Connection {
  readonly address: string;
  readonly openedAt: number;
  readonly client: Client;
  readonly #socket: Socket;
  #error: Error | undefined;
  #established = false;
  #handedOver = false;
  /** The event after which requests may be sent. */
  readonly #ready: 'connect' | 'secureConnect';

  constructor(
    { address, port, tls }: Pick<HttpRequest, 'address' | 'port' | 'tls'>,
    localAddress: string | undefined,
    openedAt: number,
  ) {
    this.address = address;
    this.openedAt = openedAt;
    const to = { host: address, port, noDelay: true, ...(localAddress !== undefined && { localAddress }) };
    this.#socket =
      tls === undefined
        ? connect(to)
        : connectTls({ ...to, servername: tls.serverName ?? '', rejectUnauthorized: false });
    this.#ready = tls === undefined ? 'connect' : 'secureConnect';
    this.#socket.on('error', error => {
      this.#error ??= error;
    });
    this.#socket.once('connect', () => {
      this.#established = true;
    });
    this.client = new Client(`http://${address.includes(':') ? `[${address}]` : address}:${port}`, {
      // The population says how long an idle connection is kept. A server's hint (Keep-Alive: timeout=…) counts too.
      keepAliveTimeout: NEVER_MS,
      keepAliveMaxTimeout: NEVER_MS,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (_, callback) => this.#handOver(callback),
    });
  }

  get open(): boolean {
    return !this.#socket.destroyed;
  }

  get established(): boolean {
    return this.#established;
  }

  /** What broke the socket. */
  get error(): Error | undefined {
    return this.#error;
  }

  onConnect(connected: () => void): void {
    this.#socket.once('connect', connected);
  }

  close(): void {
    this.#socket.destroy();
    void this.client.destroy();
  }

  /** The client asks again when it has lost its socket: a request would then go out over another connection. */
  #handOver(callback: buildConnector.Callback): void {
    if (this.#handedOver) {
      callback(new Error('the connection is closed'), null);
      return;
    }
    this.#handedOver = true;
    let connected = false;
    this.#socket.once(this.#ready, () => {
      connected = true;
      callback(null, this.#socket);
    });
    this.#socket.once('error', error => {
      if (!connected) callback(error, null);
    });
  }
}
