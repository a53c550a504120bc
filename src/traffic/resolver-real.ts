import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, isIPv6, type Server, type Socket } from 'node:net';
import { type Answer, type DecodedPacket, decode, encode, type Packet, type Question } from 'dns-packet';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { DnsAnswer, DnsOutcome } from '../runtime/network.ts';
import type { Random } from '../runtime/random.ts';
import { consulted, type Entry, effectiveTtl, filled, NOTHING } from './cache.ts';
import type { CachePolicy } from './config.ts';
import { ATTEMPT_TIMEOUT_MS, ATTEMPTS } from './resolver.ts';

/*
 * A caching resolver on real sockets, with the same caches as the simulated ones. It asks one name server, and
 * follows no delegations: what is not in that server's zones is refused as the server refuses it.
 */

export interface RealResolverOptions {
  readonly listen: { readonly host: string; readonly port: number };
  /** The name server. */
  readonly upstream: { readonly host: string; readonly port: number };
  readonly policy: CachePolicy;
  /** Whether each client gets cached addresses in an order of its own. */
  readonly shuffle: boolean;
  readonly clock: Clock;
  readonly random: Random;
}

export interface RealResolver {
  /** `ip:port`. */
  readonly address: string;
  stop(): Promise<void>;
}

/** TTL of an answer that has expired, seconds (RFC 8767 §4). */
const STALE_TTL = 30;
const LONGEST_UDP = 1232;
const PLAIN_UDP = 512;
/** How long an idle TCP connection stays open, ms. */
const IDLE_MS = 10_000;
/** Names and types that are remembered; the oldest are forgotten. */
const MOST_ENTRIES = 10_000;

/** What is known of one name and type. */
interface Known {
  readonly entry: Entry;
  readonly rcode: string;
  readonly answers: readonly Answer[];
  readonly authorities: readonly Answer[];
  /** When the answers expire, ms; what comes later is stale. */
  readonly expires: number;
}

const UNKNOWN: Known = { entry: NOTHING, rcode: 'SERVFAIL', answers: [], authorities: [], expires: 0 };

type Decoded = DecodedPacket & { readonly rcode: string };

/** Serves over UDP, and over TCP what does not fit. @throws Error when it cannot listen. */
export async function serveResolver(options: RealResolverOptions): Promise<RealResolver> {
  const { host, port } = options.listen;
  const tcp = createServer();
  const udp = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  try {
    tcp.listen({ host, port });
    await once(tcp, 'listening');
    udp.bind({ address: host, port: (tcp.address() as AddressInfo).port });
    await once(udp, 'listening');
  } catch (cause) {
    tcp.close();
    udp.close();
    throw new Error(`cannot resolve on ${host}:${port}: ${(cause as Error).message}`, { cause });
  }
  const resolver = new Resolving(options, udp, tcp);
  const { address, port: taken } = udp.address();
  return {
    address: isIPv6(address) ? `[${address}]:${taken}` : `${address}:${taken}`,
    stop: () => resolver.stop(),
  };
}

class Resolving {
  readonly #options: RealResolverOptions;
  readonly #udp: UdpSocket;
  readonly #tcp: Server;
  readonly #connections = new Set<Socket>();
  readonly #known = new Map<string, Known>();
  /** Who waits for the name server, by name and type. */
  readonly #waiting = new Map<string, ((known: Known) => void)[]>();
  readonly #upstream: Upstream;

  constructor(options: RealResolverOptions, udp: UdpSocket, tcp: Server) {
    this.#options = options;
    this.#udp = udp;
    this.#tcp = tcp;
    this.#upstream = new Upstream(options);
    udp.on('error', () => {});
    tcp.on('error', () => {});
    udp.on('message', (message, { port, address }) =>
      this.#receive(message, false, answer => udp.send(answer, port, address, () => {})),
    );
    tcp.on('connection', socket => this.#serve(socket));
  }

  async stop(): Promise<void> {
    this.#upstream.stop();
    for (const socket of this.#connections) socket.destroy();
    await Promise.all([
      new Promise<void>(resolve => this.#udp.close(() => resolve())),
      new Promise<void>(resolve => this.#tcp.close(() => resolve())),
    ]);
  }

  #serve(socket: Socket): void {
    this.#connections.add(socket);
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => this.#connections.delete(socket));
    onFrames(socket, message =>
      this.#receive(message, true, answer => {
        if (socket.writable) socket.write(framed(answer));
      }),
    );
  }

  #receive(message: Buffer, overTcp: boolean, send: (answer: Buffer) => void): void {
    let query: Decoded;
    try {
      query = decode(message) as Decoded;
    } catch {
      return;
    }
    const [question, another] = query.questions ?? [];
    if (query.flag_qr || question === undefined || another !== undefined) return;
    this.#lookup(question, known => send(this.#encode(query, question, known, overTcp)));
  }

  /** As the simulated resolver does: at once when the cache can say, else when the name server has. */
  #lookup(question: Question, answer: (known: Known) => void): void {
    const key = `${question.name.toLowerCase()} ${question.type} ${question.class ?? 'IN'}`;
    const known = this.#known.get(key) ?? UNKNOWN;
    const reaction = consulted(known.entry, this.#options.clock.now());
    if (reaction !== 'ask') answer(known);
    if (reaction === 'ask' || reaction === 'hand-and-ask')
      this.#ask(key, question, reaction === 'ask' ? answer : undefined);
  }

  #ask(key: string, question: Question, answer: ((known: Known) => void) | undefined): void {
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) {
      if (answer) waiting.push(answer);
      return;
    }
    this.#waiting.set(key, answer ? [answer] : []);
    this.#upstream.ask(question, response => {
      const known = this.#fill(this.#known.get(key) ?? UNKNOWN, response);
      this.#known.delete(key);
      this.#known.set(key, known);
      const [oldest] = this.#known.keys();
      if (this.#known.size > MOST_ENTRIES && oldest !== undefined) this.#known.delete(oldest);
      const all = this.#waiting.get(key) ?? [];
      this.#waiting.delete(key);
      for (const one of all) one(known);
    });
  }

  #fill(before: Known, response: Decoded | undefined): Known {
    const { clock, policy } = this.#options;
    const now = clock.now();
    const answers = (response?.answers ?? []).filter(one => one.type !== 'OPT');
    const ttlSeconds = Math.min(...answers.map(one => ('ttl' in one ? (one.ttl ?? 0) : 0)));
    const outcome: DnsOutcome = response
      ? { answer: { rcode: rcodeOf(response.rcode), addresses: answers.map(one => one.name), ttlSeconds } }
      : { failure: 'timeout' };
    const entry = filled(policy, before.entry, outcome, { answer: 0, draw: 0 }, now);
    // What was known goes on.
    if (entry.addresses.length > 0 && entry.addresses === before.entry.addresses) return { ...before, entry };
    const authorities = response?.authorities ?? [];
    const expires = now + effectiveTtl(policy, ttlSeconds * 1000);
    return { entry, rcode: response?.rcode ?? 'SERVFAIL', answers, authorities, expires };
  }

  #encode(query: Decoded, question: Question, known: Known, overTcp: boolean): Buffer {
    const hasEdns = query.additionals?.some(one => one.type === 'OPT') ?? false;
    const packet: Packet = {
      type: 'response',
      id: query.id ?? 0,
      // Recursion desired, as it was asked; recursion available.
      flags: (query.flag_rd ? 0x0100 : 0) | 0x0080 | (RCODES[known.rcode] ?? 2),
      questions: [question],
      answers: this.#ordered(known.answers).map(one => ({ ...one, ttl: this.#ttl(one, known) }) as Answer),
      authorities: [...known.authorities],
      additionals: hasEdns ? [OPT] : [],
    };
    const bytes = encode(packet);
    if (overTcp || bytes.length <= (hasEdns ? LONGEST_UDP : PLAIN_UDP)) return bytes;
    return encode({ ...packet, flags: (packet.flags ?? 0) | 0x0200, answers: [], authorities: [] });
  }

  #ttl(record: Answer, { expires }: Known): number {
    const own = 'ttl' in record ? (record.ttl ?? 0) : 0;
    if (expires === Number.POSITIVE_INFINITY) return own;
    const left = Math.ceil((expires - this.#options.clock.now()) / 1000);
    return left > 0 ? left : STALE_TTL;
  }

  /** Aliases stay before what they lead to. */
  #ordered(answers: readonly Answer[]): readonly Answer[] {
    if (!this.#options.shuffle) return answers;
    const isAddress = (one: Answer) => one.type === 'A' || one.type === 'AAAA';
    return [
      ...answers.filter(one => !isAddress(one)),
      ...this.#options.random.shuffle(answers.filter(isAddress)),
    ];
  }
}

/** The one name server: each question is asked a few times over UDP, and over TCP when its answer does not fit. */
class Upstream {
  readonly #options: RealResolverOptions;
  readonly #sockets = new Set<UdpSocket>();

  constructor(options: RealResolverOptions) {
    this.#options = options;
  }

  stop(): void {
    for (const socket of this.#sockets) socket.close();
    this.#sockets.clear();
  }

  /** A socket of its own for each question, so that its port is new each time (RFC 5452 §9.2). */
  ask(question: Question, done: (response: Decoded | undefined) => void): void {
    const { upstream, clock, random } = this.#options;
    const id = random.below(0x10000);
    const query = encode({ type: 'query', id, questions: [question], additionals: [OPT] });
    const socket = createSocket(isIPv6(upstream.host) ? 'udp6' : 'udp4');
    this.#sockets.add(socket);
    let timer: Timer | undefined;
    let attempts = 0;
    const end = (response: Decoded | undefined) => {
      timer?.cancel();
      if (!this.#sockets.delete(socket)) return;
      socket.close();
      done(response);
    };
    const attempt = () => {
      attempts += 1;
      if (attempts > ATTEMPTS) {
        end(undefined);
        return;
      }
      socket.send(query, upstream.port, upstream.host, () => {});
      timer = clock.after(ATTEMPT_TIMEOUT_MS, attempt);
    };
    socket.on('error', () => end(undefined));
    socket.on('message', message => {
      const response = read(message, id);
      if (response === undefined) return;
      if (response.flag_tc) this.#askOverTcp(query, id, end);
      else end(response);
    });
    attempt();
  }

  #askOverTcp(query: Buffer, id: number, done: (response: Decoded | undefined) => void): void {
    const { host, port } = this.#options.upstream;
    const socket = connect({ host, port, timeout: ATTEMPTS * ATTEMPT_TIMEOUT_MS });
    const end = (response: Decoded | undefined) => {
      socket.destroy();
      done(response);
    };
    socket.on('timeout', () => end(undefined));
    socket.on('error', () => end(undefined));
    onFrames(socket, message => end(read(message, id)));
    socket.write(framed(query));
  }
}

/** A message behind its length in two bytes (RFC 7766 §8). */
function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

function onFrames(socket: Socket, each: (message: Buffer) => void): void {
  let received = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const end = 2 + received.readUInt16BE(0);
      each(received.subarray(2, end));
      received = received.subarray(end);
    }
  });
}

const OPT = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: LONGEST_UDP,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
} as Answer;

const RCODES: Readonly<Record<string, number>> = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
};

function rcodeOf(text: string): DnsAnswer['rcode'] {
  return text === 'NOERROR' || text === 'NXDOMAIN' || text === 'REFUSED' ? text : 'SERVFAIL';
}

/** The answer to the question number `id`; nothing when it is not that. */
function read(message: Buffer, id: number): Decoded | undefined {
  try {
    const response = decode(message) as Decoded;
    return response.flag_qr && response.id === id ? response : undefined;
  } catch {
    return undefined;
  }
}
