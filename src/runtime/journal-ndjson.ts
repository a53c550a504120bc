import { EventLines } from './event-lines.ts';
import { GrowingBytes, Piece } from './growing-bytes.ts';
import { InputError } from './input-error.ts';
import type { JournalEvent } from './journal.ts';
import { problemOf } from './journal-shape.ts';

const NEWLINE = new Piece('\n');
const NEWLINE_CODE = 0x0a;
/** What a line takes about, in bytes. */
const LINE = 256;

/** One event a line, each line ended by a newline: a file's bytes, in UTF-8. */
export function toNdjson(events: readonly JournalEvent[]): Buffer {
  const bytes = new GrowingBytes(LINE * (events.length + 1));
  const lines = new EventLines(bytes);
  for (const event of events) {
    lines.write(event);
    bytes.reserve(NEWLINE.length);
    bytes.piece(NEWLINE);
  }
  return bytes.bytes();
}

/**
 * The events of a journal's text or bytes, each with the fields of its kind; fields that are not known are kept. A journal
 * may have been cut short: without an `end`, or in the middle of its last line, which is left out then.
 *
 * @throws InputError with the line of what is not a journal.
 */
export function parseNdjson(source: string | Buffer, file = 'journal.ndjson'): JournalEvent[] {
  const bytes = typeof source === 'string' ? Buffer.from(source) : source;
  const events: JournalEvent[] = [];
  let last: JournalEvent | undefined;
  let line = 0;
  for (let start = 0; start < bytes.length; ) {
    line += 1;
    const newline = bytes.indexOf(NEWLINE_CODE, start);
    const until = newline < 0 ? bytes.length : newline;
    const event = parseLine(bytes, start, until);
    start = until + 1;
    if (event === undefined && newline < 0) break;
    const problem = event === undefined ? 'not a line of JSON' : (problemOf(event) ?? disorder(event, last));
    if (problem !== undefined) throw new InputError(file, problem, { line });
    last = event as JournalEvent;
    events.push(last);
  }
  if (last === undefined)
    throw new InputError(file, 'an empty journal: the first line must be a drill event');
  return events;
}

function parseLine(bytes: Buffer, start: number, until: number): unknown {
  try {
    return JSON.parse(bytes.toString('utf8', start, until));
  } catch {
    return undefined;
  }
}

function disorder(value: unknown, last: JournalEvent | undefined): string | undefined {
  const event = value as JournalEvent;
  if (last === undefined) {
    return event.kind === 'drill' ? undefined : `the first line must be a drill event, not ${event.kind}`;
  }
  if (event.kind === 'drill') return 'a second drill event: a journal holds one drill';
  if (last.kind === 'end') return `${event.kind} after the end event, which must be the last line`;
  if (event.at < last.at) return `at: ${event.at} comes after ${last.at}; times never decrease`;
  return undefined;
}
