import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { type AddressInfo, createServer, isIPv6, type Server, type Socket } from 'node:net';
import { nothing, respond } from './dns-message.ts';
import type { Authority } from './dns-types.ts';

/** How long an idle TCP connection stays open (RFC 7766 §6.2.3 asks for seconds), ms. */
const IDLE_MS = 10_000;
const MOST_CONNECTIONS = 256;
/** Takes a burst of questions while the process does something else, bytes. */
const RECEIVE_BUFFER = 1024 * 1024;
/** Ports that are free for TCP are tried for UDP so often. */
const ATTEMPTS = 20;

export interface DnsServerOptions {
  /** IP address to listen on. */
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
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

/** Serves DNS over UDP and TCP (RFC 1035, 7766). */
export async function serveDns(options: DnsServerOptions, authority: Authority): Promise<DnsServer> {
  const listeners = await listenAnywhere(options, authority);
  return new NameServer(options, authority, listeners);
}

class NameServer implements DnsServer {
  readonly address: string;
  readonly #options: DnsServerOptions;
  readonly #authority: Authority;
  #listeners: Listeners | undefined;
  /** Stops and starts take their turns. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: DnsServerOptions, authority: Authority, listeners: Listeners) {
    this.#options = { ...options, port: listeners.port };
    this.#authority = authority;
    this.#listeners = listeners;
    this.address = textOf(options.host, listeners.port);
  }

  stop(): Promise<void> {
    return this.#next(async () => {
      await this.#listeners?.close();
      this.#listeners = undefined;
    });
  }

  silence(): Promise<void> {
    return this.#next(async () => {
      this.#listeners ??= await Listeners.open(this.#options, this.#authority);
      this.#listeners.silent = true;
    });
  }

  start(): Promise<void> {
    return this.#next(async () => {
      this.#listeners ??= await Listeners.open(this.#options, this.#authority);
      this.#listeners.silent = false;
    });
  }

  #next(step: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(step);
    this.#turn = done.catch(() => {});
    return done;
  }
}

async function listenAnywhere(options: DnsServerOptions, authority: Authority): Promise<Listeners> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await Listeners.open(options, authority);
    } catch (error) {
      if (options.port !== 0 || attempt === ATTEMPTS) throw error;
    }
  }
}

/** The two sockets of a name server, both open. */
class Listeners {
  silent = false;
  readonly port: number;
  readonly #tcp: Server;
  readonly #udp: UdpSocket;
  readonly #connections = new Set<Socket>();
  readonly #authority: Authority;
  readonly #onError: ((error: unknown) => void) | undefined;

  static async open({ host, port, onError }: DnsServerOptions, authority: Authority): Promise<Listeners> {
    // A client may say that it asks no more before it has read all answers (RFC 7766 §6.2.4).
    const tcp = createServer({ noDelay: true, allowHalfOpen: true });
    const udp = createSocket({
      type: isIPv6(host) ? 'udp6' : 'udp4',
      lookup,
      recvBufferSize: RECEIVE_BUFFER,
    });
    try {
      await opened(tcp, () => tcp.listen({ host, port }));
      const taken = (tcp.address() as AddressInfo).port;
      await opened(udp, () => udp.bind({ address: host, port: taken, exclusive: true }));
      return new Listeners(tcp, udp, { host, port: taken, ...(onError && { onError }) }, authority);
    } catch (cause) {
      tcp.close();
      udp.close();
      const { code } = cause as NodeJS.ErrnoException;
      throw new Error(`cannot serve DNS on ${textOf(host, port)}: ${why(code)}`, { cause });
    }
  }

  private constructor(
    tcp: Server,
    udp: UdpSocket,
    { port, onError }: DnsServerOptions,
    authority: Authority,
  ) {
    this.port = port;
    this.#tcp = tcp;
    this.#udp = udp;
    this.#authority = authority;
    this.#onError = onError;
    tcp.maxConnections = MOST_CONNECTIONS;
    tcp.on('connection', socket => this.#serve(socket));
    udp.on('message', (packet, { address, port: from }) => {
      const answer = this.#respond(packet, 'udp', address);
      // Nothing can be sent to port 0, which a forged packet may come from.
      if (answer !== undefined && from !== 0) udp.send(answer, from, address);
    });
    // Errors after opening are of single packets or connections; the server goes on.
    udp.on('error', ignore);
    tcp.on('error', ignore);
  }

  async close(): Promise<void> {
    for (const socket of this.#connections) socket.destroy();
    await Promise.all([
      new Promise<void>(resolve => this.#tcp.close(() => resolve())),
      new Promise<void>(resolve => this.#udp.close(() => resolve())),
    ]);
  }

  #respond(packet: Buffer, transport: 'udp' | 'tcp', from: string): Buffer | undefined {
    if (this.silent) return undefined;
    try {
      return respond(packet, transport, from, this.#authority);
    } catch (error) {
      this.#onError?.(error);
      return respond(packet, transport, from, { find: () => nothing('SERVFAIL') });
    }
  }

  /** Each message stands behind its length in two bytes; several may come over one connection (RFC 7766 §6.2.1). */
  #serve(socket: Socket): void {
    this.#connections.add(socket);
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.on('error', ignore);
    socket.on('close', () => this.#connections.delete(socket));
    // A client that reads no answers gets to ask no further questions.
    socket.on('drain', () => socket.resume());
    socket.on('end', () => socket.end());
    const from = socket.remoteAddress ?? '';
    let received = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      for (let frame = frameOf(received); frame !== undefined; frame = frameOf(received)) {
        received = received.subarray(2 + frame.length);
        const answer = this.#respond(frame, 'tcp', from);
        if (answer === undefined) {
          // Nothing sensible will follow a message that is no query.
          if (!this.silent) socket.destroy();
          continue;
        }
        const length = Buffer.alloc(2);
        length.writeUInt16BE(answer.length);
        if (!socket.write(Buffer.concat([length, answer]))) socket.pause();
      }
    });
  }
}

function frameOf(bytes: Buffer): Buffer | undefined {
  if (bytes.length < 2) return undefined;
  const end = 2 + bytes.readUInt16BE(0);
  return bytes.length < end ? undefined : bytes.subarray(2, end);
}

function opened(socket: Server | UdpSocket, open: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('listening', () => {
      socket.off('error', reject);
      resolve();
    });
    open();
  });
}

function textOf(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

function why(code: string | undefined): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'another process uses the port';
    case 'EADDRNOTAVAIL':
      return 'this machine does not have the address';
    case 'EACCES':
      return 'ports below 1024 need more rights';
    default:
      return code ?? 'it failed';
  }
}

/** Answers go to addresses; nothing is to be looked up, or to wait for it. */
function lookup(
  address: string,
  _: unknown,
  done: (error: Error | null, address: string, family: number) => void,
): void {
  done(null, address, isIPv6(address) ? 6 : 4);
}

function ignore(): void {}
