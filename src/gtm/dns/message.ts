import { addressBytes } from '../../runtime/ip-address.ts';
import {
  type Edns,
  HEADER,
  isAnswerable,
  type Rest,
  readQuestion,
  readRest,
  type WireQuestion,
} from './query.ts';
import { type Authority, type Finding, IN, RCODE, type Rcode, type RecordSet, TYPE } from './types.ts';

/*
 * A name server's part of the DNS protocol, as bytes in and bytes out. Answers are written here, not by a library: the
 * question must come back byte for byte (resolvers vary its case to tell forged answers), and names compressed.
 */

/** A UDP message without EDNS (RFC 1035 §4.2.1), and the least that EDNS may offer (RFC 6891 §6.2.5). */
const LEAST_UDP = 512;
/** What passes every network unfragmented (DNS flag day 2020). */
const MOST_UDP = 1232;
const MOST_TCP = 65_535;
const OPT_LENGTH = 11;

const QR = 0x80;
const AA = 0x04;
const TC = 0x02;
const RD = 0x01;
const OPCODE = 0x78;

/** The answer to a query as it came from `from` over `transport`; nothing when it deserves none. */
export function respond(
  query: Buffer,
  transport: 'udp' | 'tcp',
  from: string,
  authority: Authority,
): Buffer | undefined {
  // An answer to an answer could go on forever.
  if (query.length < HEADER || (query[2] as number) & QR) return undefined;
  const question = readQuestion(query);
  const rest = readRest(query, question?.end);
  return encode(query, question, rest.edns, transport, reply(query, question, rest, from, authority));
}

function reply(
  query: Buffer,
  question: WireQuestion | undefined,
  { edns, wellFormed }: Rest,
  from: string,
  authority: Authority,
): Finding {
  if ((query[2] as number) & OPCODE) return nothing('NOTIMP');
  if (question === undefined || !wellFormed) return nothing('FORMERR');
  if (edns !== undefined && edns.version > 0) return nothing('BADVERS');
  if (!isAnswerable(question)) return nothing('REFUSED');
  const client = edns?.client?.subnet;
  return authority.find({ name: question.name, type: question.type, from, ...(client && { client }) });
}

/** An answer without records. */
export function nothing(rcode: Rcode): Finding {
  return { rcode, authoritative: false, answers: [], authorities: [], additionals: [], scope: 0 };
}

function limitOf(transport: 'udp' | 'tcp', edns: Edns | undefined): number {
  if (transport === 'tcp') return MOST_TCP;
  return Math.max(LEAST_UDP, Math.min(edns?.udpSize ?? LEAST_UDP, MOST_UDP));
}

function encode(
  query: Buffer,
  question: WireQuestion | undefined,
  edns: Edns | undefined,
  transport: 'udp' | 'tcp',
  { rcode, authoritative, answers, authorities, additionals, scope }: Finding,
): Buffer {
  const option = edns?.client?.option;
  const reserved = edns ? OPT_LENGTH + (option ? 4 + option.length : 0) : 0;
  const writer = new Writer(query, question, limitOf(transport, edns) - reserved);
  const [answered, fits] = writer.sets(answers);
  const [authority, allFits] = fits ? writer.sets(authorities) : [0, false];
  // What helps, but was not asked for, is left out without a word (RFC 2181 §9).
  const [additional] = allFits ? writer.sets(additionals) : [0];
  // Who does not want to be told apart is not (RFC 7871 §7.1.2).
  writer.opt(edns, RCODE[rcode], option, edns?.client?.subnet ? scope : 0);
  const asked = query[2] as number;
  const flags = QR | (asked & (OPCODE | RD)) | (authoritative ? AA : 0) | (allFits ? 0 : TC);
  const counts = [question ? 1 : 0, answered, authority, additional + (edns ? 1 : 0)];
  return writer.message(flags, RCODE[rcode] & 0xf, counts);
}

/** Messages are written one at a time. */
const scratch = Buffer.allocUnsafe(2 * MOST_TCP);

class Writer {
  readonly #question: WireQuestion | undefined;
  readonly #limit: number;
  /** Where names that are not the question's stand. */
  readonly #names = new Map<string, number>();
  #at: number;

  constructor(query: Buffer, question: WireQuestion | undefined, limit: number) {
    this.#question = question;
    this.#limit = limit;
    this.#at = question?.end ?? HEADER;
    query.copy(scratch, 0, 0, this.#at);
  }

  /** Writes record sets until one does not fit whole; how many records that were, and whether they are all. */
  sets(sets: readonly RecordSet[]): readonly [number, boolean] {
    let records = 0;
    for (const set of sets) {
      const begin = this.#at;
      const written = this.#set(set);
      if (written === undefined) {
        this.#at = begin;
        return [records, false];
      }
      records += written;
    }
    return [records, true];
  }

  opt(edns: Edns | undefined, rcode: number, option: Uint8Array | undefined, scope: number): void {
    if (edns === undefined) return;
    scratch[this.#at] = 0;
    this.#at += 1;
    this.#uint16(TYPE.OPT);
    this.#uint16(MOST_UDP);
    this.#uint16((rcode >> 4) * 256);
    this.#uint16(edns.dnssecOk ? 0x8000 : 0);
    this.#uint16(option ? 4 + option.length : 0);
    if (option === undefined) return;
    this.#uint16(8);
    this.#uint16(option.length);
    scratch.set(option, this.#at);
    scratch[this.#at + 3] = scope;
    this.#at += option.length;
  }

  message(flags: number, rcode: number, counts: readonly number[]): Buffer {
    scratch[2] = flags;
    scratch[3] = rcode;
    for (const [i, count] of counts.entries()) scratch.writeUInt16BE(count, 4 + 2 * i);
    const message = Buffer.allocUnsafe(this.#at);
    scratch.copy(message, 0, 0, this.#at);
    return message;
  }

  /** The number of records; nothing when the set does not fit. */
  #set(set: RecordSet): number | undefined {
    const owner = this.#pointer(set.owner);
    if (set.type === 'SOA') {
      this.#head(owner, set);
      this.#data(() => {
        this.#name(`ns.${set.owner}`);
        this.#name(`hostmaster.${set.owner}`);
        // Refresh, retry and expiry are for secondary name servers, of which there are none.
        for (const number of [set.serial, 3600, 600, 86_400, set.minimum]) this.#uint32(number);
      });
      return this.#at > this.#limit ? undefined : 1;
    }
    for (const data of set.data) {
      this.#head(owner, set);
      if (set.type === 'CNAME' || set.type === 'NS') this.#data(() => this.#name(data));
      else this.#address(data, set.type);
      if (this.#at > this.#limit) return undefined;
    }
    return set.data.length;
  }

  #head(owner: number | string, { type, ttl }: RecordSet): void {
    if (typeof owner === 'string') this.#name(owner);
    else this.#uint16(0xc000 | owner);
    this.#uint16(TYPE[type]);
    this.#uint16(IN);
    this.#uint32(ttl);
  }

  #address(text: string, type: 'A' | 'AAAA'): void {
    const bytes = bytesOf(text);
    if (bytes?.length !== (type === 'A' ? 4 : 16))
      throw new Error(`an answer of type ${type} cannot hold "${text}"`);
    this.#uint16(bytes.length);
    scratch.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Writes data behind its length. */
  #data(write: () => void): void {
    const begin = this.#at;
    this.#at += 2;
    write();
    scratch.writeUInt16BE(this.#at - begin - 2, begin);
  }

  #name(name: string): void {
    let rest = name;
    while (rest !== '') {
      const known = this.#offset(rest);
      if (known !== undefined) {
        this.#uint16(0xc000 | known);
        return;
      }
      // A pointer has 14 bits.
      if (this.#at < 0x4000) this.#names.set(rest, this.#at);
      const dot = rest.indexOf('.');
      const label = dot < 0 ? rest : rest.slice(0, dot);
      rest = dot < 0 ? '' : rest.slice(dot + 1);
      scratch[this.#at] = label.length;
      scratch.write(label, this.#at + 1, 'latin1');
      this.#at += 1 + label.length;
    }
    scratch[this.#at] = 0;
    this.#at += 1;
  }

  #pointer(name: string): number | string {
    return this.#offset(name) ?? name;
  }

  /** Where a name stands in the message already (RFC 1035 §4.1.4). */
  #offset(name: string): number | undefined {
    const question = this.#question;
    if (question !== undefined) {
      if (question.name === name) return HEADER;
      const before = question.name.length - name.length - 1;
      if (before >= 0 && question.name[before] === '.' && question.name.endsWith(name))
        return question.labels[labelsIn(question.name, before + 1)];
    }
    return this.#names.get(name);
  }

  #uint16(value: number): void {
    scratch[this.#at] = value >> 8;
    scratch[this.#at + 1] = value;
    this.#at += 2;
  }

  #uint32(value: number): void {
    scratch.writeUInt32BE(value, this.#at);
    this.#at += 4;
  }
}

function labelsIn(name: string, end: number): number {
  let count = 0;
  for (let i = 0; i < end; i += 1) if (name[i] === '.') count += 1;
  return count;
}

/** The same few addresses are answered over and over. */
const known = new Map<string, Uint8Array>();
const MOST_KNOWN = 10_000;

function bytesOf(address: string): Uint8Array | undefined {
  const before = known.get(address);
  if (before !== undefined) return before;
  const bytes = addressBytes(address);
  if (bytes === undefined) return undefined;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(address, bytes);
  return bytes;
}
