import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { type AddressInfo, createServer, isIPv6, type Server, type Socket } from 'node:net';
import { addressText, type ListenAddress, listening } from '../listening.ts';

/** How long an idle TCP connection stays open (RFC 7766 §6.2.3 asks for seconds), ms. */
const IDLE_MS = 10_000;
const MOST_CONNECTIONS = 256;
/** Takes a burst of questions while the process does something else, bytes. */
const RECEIVE_BUFFER = 1024 * 1024;
/** Ports that are free for TCP are tried for UDP so often. */
const ATTEMPTS = 20;

/** Told of each message, and how to answer it: once, at any time; with nothing when it deserves no answer. */
export type OnMessage = (
  message: Buffer,
  transport: 'udp' | 'tcp',
  from: string,
  answer: (bytes: Buffer | undefined) => void,
) => void;

/** The two sockets, UDP and TCP on one port, of who answers DNS (RFC 1035, 7766). */
export class DnsListeners {
  /** Whether messages vanish. */
  silent = false;
  readonly port: number;
  /** `ip:port`. */
  readonly address: string;
  readonly #tcp: Server;
  readonly #udp: UdpSocket;
  readonly #connections = new Set<Socket>();
  readonly #onMessage: OnMessage;

  /** @throws Error when it cannot listen. */
  static async open(at: ListenAddress, onMessage: OnMessage): Promise<DnsListeners> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await DnsListeners.#open(at, onMessage);
      } catch (error) {
        if (at.port !== 0 || attempt === ATTEMPTS) throw error;
      }
    }
  }

  static async #open({ host, port }: ListenAddress, onMessage: OnMessage): Promise<DnsListeners> {
    // A client may say that it asks no more before it has read all answers (RFC 7766 §6.2.4).
    const tcp = createServer({ noDelay: true, allowHalfOpen: true });
    const udp = createSocket({
      type: isIPv6(host) ? 'udp6' : 'udp4',
      lookup,
      recvBufferSize: RECEIVE_BUFFER,
    });
    try {
      await listening('DNS', { host, port }, tcp, () => tcp.listen({ host, port }));
      const taken = { host, port: (tcp.address() as AddressInfo).port };
      await listening('DNS', taken, udp, () =>
        udp.bind({ address: host, port: taken.port, exclusive: true }),
      );
      return new DnsListeners(tcp, udp, taken, onMessage);
    } catch (error) {
      tcp.close();
      udp.close();
      throw error;
    }
  }

  private constructor(tcp: Server, udp: UdpSocket, at: ListenAddress, onMessage: OnMessage) {
    this.port = at.port;
    this.address = addressText(at);
    this.#tcp = tcp;
    this.#udp = udp;
    this.#onMessage = onMessage;
    tcp.maxConnections = MOST_CONNECTIONS;
    tcp.on('connection', socket => this.#serve(socket));
    udp.on('message', (message, { address, port: from }) => {
      if (this.silent) return;
      onMessage(message, 'udp', address, answer => {
        // Nothing can be sent to port 0, which a forged packet may come from.
        if (answer !== undefined && from !== 0) udp.send(answer, from, address);
      });
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

  /** Several messages may come over one connection, and their answers in any order (RFC 7766 §6.2.1). */
  #serve(socket: Socket): void {
    this.#connections.add(socket);
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.on('error', ignore);
    socket.on('close', () => this.#connections.delete(socket));
    // A client that reads no answers gets to ask no further questions.
    socket.on('drain', () => socket.resume());
    let [owed, ended] = [0, false];
    const endWhenDone = () => {
      if (ended && owed === 0) socket.end();
    };
    socket.on('end', () => {
      ended = true;
      endWhenDone();
    });
    const from = socket.remoteAddress ?? '';
    onFrames(socket, message => {
      if (this.silent) return;
      owed += 1;
      this.#onMessage(message, 'tcp', from, answer => {
        owed -= 1;
        // Nothing sensible will follow a message that is no query.
        if (answer === undefined) socket.destroy();
        else if (socket.writable && !socket.write(framed(answer))) socket.pause();
        endWhenDone();
      });
    });
  }
}

/** A message behind its length in two bytes, as it goes over TCP (RFC 7766 §8). */
export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

/** Takes what comes over TCP apart again, in whatever pieces it comes. */
export function onFrames(socket: Socket, each: (message: Buffer) => void): void {
  let received = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    for (let frame = frameOf(received); frame !== undefined; frame = frameOf(received)) {
      received = received.subarray(2 + frame.length);
      each(frame);
    }
  });
}

function frameOf(bytes: Buffer): Buffer | undefined {
  if (bytes.length < 2) return undefined;
  const end = 2 + bytes.readUInt16BE(0);
  return bytes.length < end ? undefined : bytes.subarray(2, end);
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
