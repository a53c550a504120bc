import { type GrowingBytes, Piece } from './growing-bytes.ts';
import type { AnswerEvent, JournalEvent, ProbeEvent, RequestEvent } from './journal.ts';

/** The fields of a request that got an answer, as clients write them. */
const REQUEST = [
  'at',
  'kind',
  'population',
  'client',
  'sent',
  'looked',
  'connected',
  'answer',
  'draw',
  'address',
  'centre',
  'status',
  'body',
] as const satisfies readonly (keyof RequestEvent)[];

/** Those of a probe, as the GTM writes them. */
const PROBE = [
  'at',
  'kind',
  'address',
  'centre',
  'vantage',
  'ok',
  'result',
] as const satisfies readonly (keyof ProbeEvent)[];

/** Those of a name server's answer that is no failure, as resolvers write them. */
const ANSWER = [
  'at',
  'kind',
  'id',
  'resolver',
  'population',
  'addresses',
  'ttl',
] as const satisfies readonly (keyof AnswerEvent)[];

const AT = new Piece('{"at":');
const SENT = new Piece(',"sent":');
const LOOKED = new Piece(',"looked":');
const CONNECTED = new Piece(',"connected":');
const ANSWER_OF = new Piece(',"answer":');
const DRAW = new Piece(',"draw":');
const ANSWER_ID = new Piece(',"kind":"answer","id":');
/** What a line takes beside the pieces that were made for it, at most, in bytes. */
const REST = 128;

/** A part of a line, and the values that it was made of. */
interface Part {
  readonly values: readonly unknown[];
  readonly bytes: Piece;
}

/**
 * The JSON of events. Nineteen of twenty are requests, probes and answers, and nearly all of these have the same fields
 * in the same order, few populations, resolvers and addresses: putting known bytes together takes a third of the time
 * of `JSON.stringify`, which makes texts of numbers and a text of texts first.
 */
export class EventLines {
  readonly #bytes: GrowingBytes;
  readonly #populations = new Map<string, Part>();
  readonly #responses = new Map<string, Part>();
  readonly #probes = new Map<string, Map<string, Part>>();
  readonly #resolvers = new Map<string, Part>();
  readonly #addresses = new Map<string | undefined, Part>();

  constructor(bytes: GrowingBytes) {
    this.#bytes = bytes;
  }

  /** Writes what `JSON.stringify` gives, whatever the event holds. */
  write(event: JournalEvent): void {
    const { kind } = event;
    if (kind === 'request' && hasFields(event, REQUEST) && isUsualRequest(event)) this.#request(event);
    else if (kind === 'probe' && hasFields(event, PROBE) && isUsualProbe(event)) this.#probe(event);
    else if (kind === 'answer' && hasFields(event, ANSWER) && isUsualAnswer(event)) this.#answer(event);
    else this.#bytes.text(JSON.stringify(event));
  }

  #request(event: RequestEvent): void {
    const { population, address, centre, status, body } = event;
    let head = this.#populations.get(population);
    if (head === undefined) {
      head = part([], `,"kind":"request",${inside({ population })},"client":`);
      this.#populations.set(population, head);
    }
    let tail = this.#responses.get(address as string);
    if (tail === undefined || !isOf(tail, centre, status, body)) {
      tail = part([centre, status, body], `,${inside({ address, centre, status, body })}}`);
      this.#responses.set(address as string, tail);
    }
    const bytes = this.#bytes;
    bytes.reserve(REST + head.bytes.length + tail.bytes.length);
    bytes.number(AT, event.at);
    bytes.number(head.bytes, event.client);
    bytes.number(SENT, event.sent);
    bytes.number(LOOKED, event.looked);
    bytes.number(CONNECTED, event.connected);
    bytes.number(ANSWER_OF, event.answer);
    bytes.number(DRAW, event.draw);
    bytes.piece(tail.bytes);
  }

  #probe(event: ProbeEvent): void {
    const { at, address, centre, vantage, ok, result } = event;
    let tails = this.#probes.get(address);
    if (tails === undefined) {
      tails = new Map();
      this.#probes.set(address, tails);
    }
    let tail = tails.get(vantage);
    if (tail === undefined || !isOf(tail, centre, ok, result)) {
      tail = part(
        [centre, ok, result],
        `,"kind":"probe",${inside({ address, centre, vantage, ok, result })}}`,
      );
      tails.set(vantage, tail);
    }
    const bytes = this.#bytes;
    bytes.reserve(REST + tail.bytes.length);
    bytes.number(AT, at);
    bytes.piece(tail.bytes);
  }

  #answer(event: AnswerEvent): void {
    const { at, id, resolver, population, addresses, ttl } = event;
    let middle = this.#resolvers.get(resolver);
    if (middle === undefined || !isOf(middle, population)) {
      middle = part([population], `,${inside({ resolver, population })},`);
      this.#resolvers.set(resolver, middle);
    }
    const [first, second] = addresses;
    let tail = this.#addresses.get(first);
    if (tail === undefined || !isOf(tail, second, ttl)) {
      tail = part([second, ttl], `${inside({ addresses, ttl })}}`);
      this.#addresses.set(first, tail);
    }
    const bytes = this.#bytes;
    bytes.reserve(REST + middle.bytes.length + tail.bytes.length);
    bytes.number(AT, at);
    bytes.number(ANSWER_ID, id);
    bytes.piece(middle.bytes);
    bytes.piece(tail.bytes);
  }
}

function part(values: readonly unknown[], text: string): Part {
  return { values, bytes: new Piece(text) };
}

/** The JSON of an object of one field or more, without its braces. */
function inside(fields: object): string {
  return JSON.stringify(fields).slice(1, -1);
}

function isOf({ values }: Part, first: unknown, second?: unknown, third?: unknown): boolean {
  return values[0] === first && values[1] === second && values[2] === third;
}

/** Whether these are its fields, in this order. */
function hasFields(event: JournalEvent, fields: readonly string[]): boolean {
  let count = 0;
  for (const field in event) if (field !== fields[count++]) return false;
  return count === fields.length;
}

/*
 * Whether an event's numbers can be written digit by digit, and its parts can be known by its texts.
 */

function isUsualRequest(event: RequestEvent): boolean {
  const { at, population, client, sent, looked, connected, answer, draw, address } = event;
  return (
    typeof population === 'string' &&
    typeof address === 'string' &&
    isPlain(at) &&
    isPlain(client) &&
    isPlain(sent) &&
    isPlain(looked) &&
    isPlain(connected) &&
    isPlain(answer) &&
    isPlain(draw)
  );
}

function isUsualProbe({ at, address }: ProbeEvent): boolean {
  return isPlain(at) && typeof address === 'string';
}

function isUsualAnswer({ at, id, resolver, addresses }: AnswerEvent): boolean {
  return (
    typeof resolver === 'string' &&
    isPlain(at) &&
    isPlain(id) &&
    Array.isArray(addresses) &&
    addresses.length <= 2 &&
    addresses.every(isText)
  );
}

const isText = (value: unknown) => typeof value === 'string';

function isPlain(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 2 ** 31;
}
