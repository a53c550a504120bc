import { decode, type OptAnswer } from 'dns-packet';
import type { DnsAnswer } from '../runtime/network.ts';
import { NEGATIVE_TTL } from './answer.ts';

/*
 * A name server's part of the DNS protocol, as bytes in and bytes out. Queries are read by dns-packet; answers are
 * written here, for the question must come back byte for byte (resolvers vary its case to tell forged answers), and
 * names compressed.
 */

/** What is asked for a name, whatever the type: the addresses at it, or why there are none. */
export type Lookup = (name: string) => DnsAnswer;

const HEADER = 12;
/** A UDP message without EDNS (RFC 1035 §4.2.1), and the least that EDNS may offer (RFC 6891 §6.2.5). */
const LEAST_UDP = 512;
/** What passes every network unfragmented (DNS flag day 2020). */
const MOST_UDP = 1232;
const MOST_TCP = 65_535;

const QR = 0x8000;
const AA = 0x0400;
const TC = 0x0200;
const RD = 0x0100;

const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
} as const;
type Rcode = keyof typeof RCODE;

const TYPE = { A: 1, SOA: 6, OPT: 41, IXFR: 251, AXFR: 252, ANY: 255 } as const;
const IN = 1;

interface Question {
  /** As it came. */
  readonly bytes: Buffer;
  /** In lower case, without the final dot; what is not a letter, digit, hyphen or underscore is escaped as `\DDD`. */
  readonly name: string;
  /** Where its labels begin in the message. */
  readonly labels: readonly number[];
  readonly type: number;
  readonly class: number;
}

interface Edns {
  readonly version: number;
  readonly udpSize: number;
  readonly dnssecOk: boolean;
}

interface Reply {
  readonly rcode: Rcode;
  readonly authoritative?: boolean;
  readonly answers?: readonly Buffer[];
  readonly authorities?: readonly Buffer[];
}

/** The answer to a query as it came over `transport`; nothing when it deserves none. */
export function respond(query: Buffer, transport: 'udp' | 'tcp', lookup: Lookup): Buffer | undefined {
  // An answer to an answer could go on forever.
  if (query.length < HEADER || query.readUInt16BE(2) & QR) return undefined;
  const question = query.readUInt16BE(4) === 1 ? readQuestion(query) : undefined;
  const edns = readEdns(query);
  const known = edns === 'malformed' ? undefined : edns;
  const message = encode(query, question, known, reply(query, question, edns, lookup));
  if (message.length <= limitOf(transport, known)) return message;
  return encode(query, question, known, { rcode: 'NOERROR', authoritative: true }, TC);
}

function limitOf(transport: 'udp' | 'tcp', edns: Edns | undefined): number {
  if (transport === 'tcp') return MOST_TCP;
  return Math.max(LEAST_UDP, Math.min(edns?.udpSize ?? LEAST_UDP, MOST_UDP));
}

function reply(
  query: Buffer,
  question: Question | undefined,
  edns: Edns | undefined | 'malformed',
  lookup: Lookup,
): Reply {
  const opcode = (query.readUInt16BE(2) >> 11) & 0xf;
  if (opcode !== 0) return { rcode: 'NOTIMP' };
  if (question === undefined || edns === 'malformed') return { rcode: 'FORMERR' };
  if (edns !== undefined && edns.version > 0) return { rcode: 'BADVERS' };
  const transfer = question.type === TYPE.AXFR || question.type === TYPE.IXFR;
  if (question.class !== IN || transfer) return { rcode: 'REFUSED' };
  return answerTo(question, lookup);
}

function answerTo(question: Question, lookup: Lookup): Reply {
  const { rcode, addresses, ttlSeconds } = lookup(question.name);
  if (rcode === 'REFUSED' || rcode === 'SERVFAIL') return { rcode };
  const asksAddresses = question.type === TYPE.A || question.type === TYPE.ANY;
  if (rcode === 'NOERROR' && addresses.length > 0 && asksAddresses)
    return { rcode, authoritative: true, answers: addresses.map(one => addressRecord(one, ttlSeconds)) };
  const apex = apexOf(question, lookup);
  const soa = soaRecord(apex, Math.min(ttlSeconds, NEGATIVE_TTL));
  const asksApex = apex === HEADER && question.type === TYPE.SOA;
  return { rcode, authoritative: true, ...(asksApex ? { answers: [soa] } : { authorities: [soa] }) };
}

/** Where the zone's name begins in the message: the topmost ancestor of the question's name that is not foreign. */
function apexOf({ name, labels }: Question, lookup: Lookup): number {
  let apex = HEADER;
  let ancestor = name;
  for (const label of labels.slice(1, -1)) {
    ancestor = ancestor.slice(ancestor.indexOf('.') + 1);
    if (lookup(ancestor).rcode === 'REFUSED') break;
    apex = label;
  }
  return apex;
}

/** A name's first occurrence elsewhere in the message (RFC 1035 §4.1.4). */
function pointer(offset: number): Buffer {
  return uint16(0xc000 | offset);
}

function addressRecord(address: string, ttlSeconds: number): Buffer {
  const bytes = address.split('.').map(Number);
  if (bytes.length !== 4 || bytes.some(byte => !(byte >= 0 && byte <= 255)))
    throw new Error(`an answer of type A cannot hold "${address}", which is not an IPv4 address`);
  return record(pointer(HEADER), TYPE.A, ttlSeconds, Buffer.from(bytes));
}

/** Its TTL and its MINIMUM are how long a negative answer may be kept (RFC 2308 §5). */
function soaRecord(apex: number, negativeTtl: number): Buffer {
  const [serial, refresh, retry, expire] = [1, 3600, 600, 86_400];
  const numbers = [serial, refresh, retry, expire, negativeTtl].map(uint32);
  const names = [label('ns'), pointer(apex), label('hostmaster'), pointer(apex)];
  return record(pointer(apex), TYPE.SOA, negativeTtl, Buffer.concat([...names, ...numbers]));
}

function record(owner: Buffer, type: number, ttlSeconds: number, data: Buffer): Buffer {
  return Buffer.concat([owner, uint16(type), uint16(IN), uint32(ttlSeconds), uint16(data.length), data]);
}

function optRecord({ dnssecOk }: Edns, rcode: number): Buffer {
  const flags = uint32((rcode >> 4) * 2 ** 24 + (dnssecOk ? 0x8000 : 0));
  return Buffer.concat([Buffer.of(0), uint16(TYPE.OPT), uint16(MOST_UDP), flags, uint16(0)]);
}

function encode(
  query: Buffer,
  question: Question | undefined,
  edns: Edns | undefined,
  { rcode, authoritative, answers = [], authorities = [] }: Reply,
  truncated = 0,
): Buffer {
  const asked = query.readUInt16BE(2);
  const flags =
    QR | (asked & 0x7800) | (authoritative ? AA : 0) | truncated | (asked & RD) | (RCODE[rcode] & 0xf);
  const counts = [question ? 1 : 0, answers.length, authorities.length, edns ? 1 : 0];
  return Buffer.concat([
    query.subarray(0, 2),
    uint16(flags),
    ...counts.map(uint16),
    question?.bytes ?? Buffer.alloc(0),
    ...answers,
    ...authorities,
    ...(edns ? [optRecord(edns, RCODE[rcode])] : []),
  ]);
}

function readQuestion(query: Buffer): Question | undefined {
  const labels: number[] = [];
  const texts: string[] = [];
  let at = HEADER;
  for (;;) {
    const length = query[at];
    // Nothing stands before the question that a pointer could mean.
    if (length === undefined || length > 63 || at - HEADER > 254) return undefined;
    labels.push(at);
    if (length === 0) break;
    texts.push(textOf(query.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
  const end = at + 5;
  if (end > query.length) return undefined;
  return {
    bytes: query.subarray(HEADER, end),
    name: texts.join('.'),
    labels,
    type: query.readUInt16BE(at + 1),
    class: query.readUInt16BE(at + 3),
  };
}

function textOf(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/[^-\w]/g, char => `\\${String(char.charCodeAt(0)).padStart(3, '0')}`)
    .toLowerCase();
}

/** The client's part of EDNS; none without an OPT record. */
function readEdns(query: Buffer): Edns | undefined | 'malformed' {
  let additionals: readonly { readonly type: string; readonly name: string }[];
  try {
    additionals = decode(query).additionals ?? [];
  } catch {
    return 'malformed';
  }
  if (decode.bytes !== query.length) return 'malformed';
  const [opt, another] = additionals.filter(one => one.type === 'OPT');
  if (opt === undefined) return undefined;
  if (another !== undefined || opt.name !== '.') return 'malformed';
  const { ednsVersion, udpPayloadSize, flag_do } = opt as OptAnswer & { ednsVersion: number };
  return { version: ednsVersion, udpSize: udpPayloadSize, dnssecOk: flag_do };
}

function label(text: string): Buffer {
  return Buffer.concat([Buffer.of(text.length), Buffer.from(text)]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
