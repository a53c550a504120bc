import { createSocket } from 'node:dgram';
import { connect, isIPv6, type Socket } from 'node:net';
import {
  type Answer,
  type DecodedPacket,
  decode,
  encode,
  type OptAnswer,
  type Packet,
  type Question,
} from 'dns-packet';
import { DnsListeners, framed, onFrames } from '../gtm/dns/listeners-real.ts';
import { RCODE, type Rcode } from '../gtm/dns/types.ts';
import type { ListenAddress } from '../gtm/listening.ts';
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
  readonly listen: ListenAddress;
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

/** TTL of an answer that has expired (RFC 8767 §4). */
const STALE_TTL_MS = 30_000;
const LONGEST_UDP = 1232;
const PLAIN_UDP = 512;
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

const UNKNOWN: Known = empty('SERVFAIL');

/** An answer without records. */
function empty(rcode: Rcode): Known {
  return { entry: NOTHING, rcode, answers: [], authorities: [], expires: 0 };
}

/** What is remembered of a failure; an answer that has grown too old for it was none to the last question. */
function failing(known: Known): Known {
  return known.entry.addresses.length > 0 ? UNKNOWN : known;
}

/** Bits of a message's second word (RFC 1035 §4.1.1): the operation, which is 0 for a question; recursion desired, and available. */
const OPCODE = 0x7800;
const RD = 0x0100;
const RA = 0x0080;

type Decoded = DecodedPacket & { readonly rcode: string };

/** Serves over UDP, and over TCP what does not fit. @throws Error when it cannot listen. */
export async function serveResolver(options: RealResolverOptions): Promise<RealResolver> {
  const resolving = new Resolving(options);
  const listeners = await DnsListeners.open(options.listen, (message, transport, _, answer) =>
    resolving.answer(message, transport, answer),
  );
  return {
    address: listeners.address,
    async stop() {
      resolving.stop();
      await listeners.close();
    },
  };
}

class Resolving {
  readonly #options: RealResolverOptions;
  readonly #known = new Map<string, Known>();
  /** Who waits for the name server, by name and type. */
  readonly #waiting = new Map<string, ((known: Known) => void)[]>();
  readonly #upstream: Upstream;

  constructor(options: RealResolverOptions) {
    this.#options = options;
    this.#upstream = new Upstream(options);
  }

  /** Nobody who waits is answered any more. */
  stop(): void {
    this.#upstream.stop();
  }

  /** Answers a message, with nothing if it is not one question, nor of an operation or an EDNS that is not known here. */
  answer(message: Buffer, transport: 'udp' | 'tcp', answer: (bytes: Buffer | undefined) => void): void {
    const query = decoded(message);
    if (!query || query.flag_qr) {
      answer(undefined);
      return;
    }
    const reply = (known: Known) => answer(this.#encode(query, known, transport));
    const [question, another] = query.questions ?? [];
    if ((query.flags ?? 0) & OPCODE) reply(empty('NOTIMP'));
    else if (question === undefined || another !== undefined) answer(undefined);
    else if ((optOf(query)?.ednsVersion ?? 0) > 0) reply(empty('BADVERS'));
    else this.#lookup(question, reply);
  }

  /** As the simulated resolver does: at once when the cache can say, else when the name server has. */
  #lookup(question: Question, answer: (known: Known) => void): void {
    const key = `${question.name.toLowerCase()} ${question.type} ${question.class ?? 'IN'}`;
    const known = this.#known.get(key) ?? UNKNOWN;
    const now = this.#options.clock.now();
    const reaction = consulted(known.entry, now);
    if (reaction === 'fail') answer(failing(known));
    else if (reaction !== 'ask')
      answer(now < known.expires ? known : { ...known, expires: now + STALE_TTL_MS });
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
      const known = this.#fill(this.#known.get(key) ?? UNKNOWN, question, response);
      this.#known.delete(key);
      this.#known.set(key, known);
      const [oldest] = this.#known.keys();
      if (this.#known.size > MOST_ENTRIES && oldest !== undefined) this.#known.delete(oldest);
      const all = this.#waiting.get(key) ?? [];
      this.#waiting.delete(key);
      for (const one of all) one(known);
    });
  }

  #fill(before: Known, question: Question, response: Decoded | undefined): Known {
    const { clock, policy } = this.#options;
    const now = clock.now();
    const answers = (response?.answers ?? []).filter(one => one.type !== 'OPT');
    const ttlSeconds = Math.min(...answers.map(one => ('ttl' in one ? (one.ttl ?? 0) : 0)));
    // An alias that leads to nothing of the type is no answer (RFC 2308 §2.2).
    const isAny = (question.type as string) === 'ANY';
    const records = answers.filter(({ type }) => isAny || type === question.type);
    const outcome: DnsOutcome = response
      ? { answer: { rcode: rcodeOf(response.rcode), addresses: records.map(one => one.name), ttlSeconds } }
      : { failure: 'timeout' };
    const entry = filled(policy, before.entry, outcome, { answer: 0, draw: 0 }, now);
    // What was known goes on.
    if (entry.addresses.length > 0 && entry.addresses === before.entry.addresses) return { ...before, entry };
    const authorities = response?.authorities ?? [];
    const expires = now + effectiveTtl(policy, ttlSeconds * 1000);
    return { entry, rcode: response?.rcode ?? 'SERVFAIL', answers, authorities, expires };
  }

  #encode(query: Decoded, known: Known, transport: 'udp' | 'tcp'): Buffer {
    const hasEdns = optOf(query) !== undefined;
    const rcode = RCODE[known.rcode as Rcode] ?? RCODE.SERVFAIL;
    const packet: Packet = {
      type: 'response',
      id: query.id ?? 0,
      flags: ((query.flags ?? 0) & (OPCODE | RD)) | RA | (rcode & 0xf),
      questions: query.questions ?? [],
      answers: this.#ordered(known.answers).map(one => ({ ...one, ttl: this.#ttl(one, known) }) as Answer),
      authorities: [...known.authorities],
      additionals: hasEdns ? [{ ...OPT, extendedRcode: rcode >> 4 } as Answer] : [],
    };
    const bytes = encode(packet);
    if (transport === 'tcp' || bytes.length <= (hasEdns ? LONGEST_UDP : PLAIN_UDP)) return bytes;
    return encode({ ...packet, flags: (packet.flags ?? 0) | 0x0200, answers: [], authorities: [] });
  }

  #ttl(record: Answer, { expires }: Known): number {
    const own = 'ttl' in record ? (record.ttl ?? 0) : 0;
    if (expires === Number.POSITIVE_INFINITY) return own;
    return Math.max(0, Math.ceil((expires - this.#options.clock.now()) / 1000));
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
  /** How the questions under way are given up. */
  readonly #underWay = new Set<() => void>();

  constructor(options: RealResolverOptions) {
    this.#options = options;
  }

  stop(): void {
    for (const giveUp of this.#underWay) giveUp();
  }

  /**
   * A socket of its own for each question, so that its port is new each time (RFC 5452 §9.2); connected, so that it
   * hears nobody else, and hears of it when the host refuses.
   */
  ask(question: Question, done: (response: Decoded | undefined) => void): void {
    const { upstream, clock, random } = this.#options;
    const id = random.below(0x10000);
    const query = encode({ type: 'query', id, questions: [question], additionals: [OPT] });
    const udp = createSocket(isIPv6(upstream.host) ? 'udp6' : 'udp4');
    let tcp: Socket | undefined;
    let timer: Timer;
    let attempts = 1;
    const giveUp = () => {
      this.#underWay.delete(giveUp);
      timer.cancel();
      udp.close();
      tcp?.destroy();
    };
    const end = (response: Decoded | undefined) => {
      if (!this.#underWay.has(giveUp)) return;
      giveUp();
      done(response);
    };
    const again = () => {
      if (attempts === ATTEMPTS) {
        end(undefined);
        return;
      }
      attempts += 1;
      timer = clock.after(ATTEMPT_TIMEOUT_MS, again);
      udp.send(query, () => {});
    };
    this.#underWay.add(giveUp);
    timer = clock.after(ATTEMPT_TIMEOUT_MS, again);
    udp.on('error', () => end(undefined));
    udp.on('connect', () => udp.send(query, () => {}));
    udp.on('message', message => {
      const response = responseTo(id, message);
      if (response === undefined || tcp !== undefined) return;
      if (response.flag_tc) {
        timer.cancel();
        tcp = askOverTcp(upstream, query, message => end(message && responseTo(id, message)));
      } else end(response);
    });
    udp.connect(upstream.port, upstream.host);
  }
}

/** `done` hears the answer; or, perhaps more than once, that there is none. */
function askOverTcp(
  { host, port }: RealResolverOptions['upstream'],
  query: Buffer,
  done: (message: Buffer | undefined) => void,
): Socket {
  const socket = connect({ host, port, timeout: ATTEMPTS * ATTEMPT_TIMEOUT_MS });
  const fail = () => done(undefined);
  socket.on('timeout', fail).on('error', fail).on('close', fail);
  onFrames(socket, done);
  socket.write(framed(query));
  return socket;
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

function optOf({ additionals = [] }: Decoded): OptAnswer | undefined {
  return additionals.find(one => one.type === 'OPT');
}

function rcodeOf(text: string): DnsAnswer['rcode'] {
  return text === 'NOERROR' || text === 'NXDOMAIN' || text === 'REFUSED' ? text : 'SERVFAIL';
}

/** The answer to the question number `id`; nothing when it is not that. */
function responseTo(id: number, message: Buffer): Decoded | undefined {
  const response = decoded(message);
  return response?.flag_qr && response.id === id ? response : undefined;
}

function decoded(message: Buffer): Decoded | undefined {
  try {
    return decode(message) as Decoded;
  } catch {
    return undefined;
  }
}
