import { decode } from 'dns-packet';
import { type ClientSubnet, readClientSubnet } from './subnet.ts';
import { IN, TYPE } from './types.ts';

export const HEADER = 12;
/** A name's bytes on the wire, with the lengths of its labels and the final zero (RFC 1035 §3.1). */
const LONGEST_NAME = 255;
const LONGEST_LABEL = 63;
/** A question and a record of the root, without data: type and class; type, class, TTL and length. */
const QUESTION_LENGTH = 5;
const RECORD_LENGTH = 11;
const CLIENT_SUBNET = 8;

export interface WireQuestion {
  /** Where it ends in the message; it begins behind the header. */
  readonly end: number;
  /** As `Question.name`. */
  readonly name: string;
  /** Where its labels begin in the message, the root's included. */
  readonly labels: readonly number[];
  readonly type: number;
  readonly class: number;
}

/** A client's part of EDNS (RFC 6891 §6.1). */
export interface Edns {
  readonly version: number;
  readonly udpSize: number;
  readonly dnssecOk: boolean;
  readonly client?: ClientSubnet;
}

/** The name that is being read, in lower case with dots; questions are read one at a time. */
const lowered = Buffer.allocUnsafe(LONGEST_NAME + LONGEST_LABEL);
const DOT = 0x2e;

/** The one question of a query; nothing when there is none, or when it is not well formed. */
export function readQuestion(query: Buffer): WireQuestion | undefined {
  if (query.readUInt16BE(4) !== 1) return undefined;
  const labels: number[] = [];
  let plain = true;
  let at = HEADER;
  for (;;) {
    const length = query[at];
    // Nothing stands before the question that a pointer could mean.
    if (length === undefined || length > LONGEST_LABEL || at + 1 - HEADER > LONGEST_NAME) return undefined;
    labels.push(at);
    if (length === 0) break;
    const end = at + 1 + length;
    if (end >= query.length) return undefined;
    if (at > HEADER) lowered[at - HEADER - 1] = DOT;
    for (let i = at + 1; i < end; i += 1) {
      const byte = query[i] as number;
      if (!isPlain(byte)) plain = false;
      lowered[i - HEADER - 1] = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
    }
    at = end;
  }
  const end = at + 5;
  if (end > query.length) return undefined;
  return {
    end,
    name: plain ? lowered.toString('latin1', 0, Math.max(0, at - HEADER - 1)) : escapedName(query, labels),
    labels,
    type: query.readUInt16BE(at + 1),
    class: query.readUInt16BE(at + 3),
  };
}

/** A letter, digit, hyphen or underscore. */
function isPlain(byte: number): boolean {
  return (
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x2d ||
    byte === 0x5f ||
    (byte >= 0x41 && byte <= 0x5a)
  );
}

function escapedName(query: Buffer, labels: readonly number[]): string {
  const texts = labels
    .slice(0, -1)
    .map((label, i) => query.toString('latin1', label + 1, labels[i + 1]))
    .map(text => text.replace(/[^-\w]/g, char => `\\${String(char.charCodeAt(0)).padStart(3, '0')}`));
  return texts.join('.').toLowerCase();
}

/** What stands behind a query's question. */
export interface Rest {
  /** The client's part of EDNS, if it has one that can be read: answers then have one too, errors as well (RFC 6891 §6.1.1). */
  readonly edns?: Edns;
  readonly wellFormed: boolean;
}

const NOTHING: Rest = { wellFormed: true };
const MALFORMED: Rest = { wellFormed: false };

/** The rest of a query whose question ends at `end`. */
export function readRest(query: Buffer, end: number | undefined): Rest {
  const questions = query.readUInt16BE(4);
  const others = query.readUInt16BE(6) + query.readUInt16BE(8);
  const additionals = query.readUInt16BE(10);
  if (end !== undefined && others === 0 && additionals === 0) {
    return end === query.length ? NOTHING : MALFORMED;
  }
  // Nearly every query is one of these two; the others are the library's to read.
  if (end !== undefined && others === 0 && additionals === 1 && query[end] === 0 && isOpt(query, end)) {
    return readOpt(query, end);
  }
  const least = HEADER + questions * QUESTION_LENGTH + (others + additionals) * RECORD_LENGTH;
  // The library would make room for all that is announced first.
  return least > query.length ? MALFORMED : readAny(query);
}

function isOpt(query: Buffer, at: number): boolean {
  return query.length >= at + RECORD_LENGTH && query.readUInt16BE(at + 1) === TYPE.OPT;
}

/** With the OPT record at `at`, which is to be all that there is. */
function readOpt(query: Buffer, at: number): Rest {
  const client = readOptions(query, at + RECORD_LENGTH, query.readUInt16BE(at + 9));
  const edns = {
    udpSize: query.readUInt16BE(at + 3),
    version: query[at + 6] as number,
    dnssecOk: ((query[at + 7] as number) & 0x80) !== 0,
  };
  if (client === 'malformed') return { edns, wellFormed: false };
  return { edns: client ? { ...edns, client } : edns, wellFormed: true };
}

/** The client that options of so many bytes tell of; they are to end with the query. */
function readOptions(query: Buffer, begin: number, length: number): ClientSubnet | undefined | 'malformed' {
  if (begin + length !== query.length) return 'malformed';
  let client: ClientSubnet | undefined;
  for (let option = begin; option < query.length; ) {
    if (option + 4 > query.length) return 'malformed';
    const end = option + 4 + query.readUInt16BE(option + 2);
    if (end > query.length) return 'malformed';
    if (query.readUInt16BE(option) === CLIENT_SUBNET) {
      client = readClientSubnet(query.subarray(option + 4, end));
      if (client === undefined) return 'malformed';
    }
    option = end;
  }
  return client;
}

function readAny(query: Buffer): Rest {
  let opts: readonly OptRecord[];
  try {
    opts = (decode(query).additionals ?? []).filter(one => one.type === 'OPT') as unknown as OptRecord[];
  } catch {
    return MALFORMED;
  }
  const isWhole = decode.bytes === query.length;
  const [opt, another] = opts;
  if (opt === undefined) return isWhole ? NOTHING : MALFORMED;
  if (opt.name !== '.') return MALFORMED;
  const option = opt.options.find(one => one.code === CLIENT_SUBNET);
  const client = option && readClientSubnet(option.data);
  const edns = { udpSize: opt.udpPayloadSize, version: opt.ednsVersion, dnssecOk: opt.flag_do };
  if (!isWhole || another !== undefined || (option && client === undefined))
    return { edns, wellFormed: false };
  return { edns: client ? { ...edns, client } : edns, wellFormed: true };
}

interface OptRecord {
  readonly name: string;
  readonly udpPayloadSize: number;
  readonly ednsVersion: number;
  readonly flag_do: boolean;
  readonly options: readonly { readonly code: number; readonly data: Buffer }[];
}

/** Whether it asks for records of the Internet that are handed out at all: no zone transfers. */
export function isAnswerable(question: WireQuestion): boolean {
  return question.class === IN && question.type !== TYPE.AXFR && question.type !== TYPE.IXFR;
}
