import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JournalEvent } from '../../src/runtime/journal.ts';
import { toNdjson } from '../../src/runtime/journal-ndjson.ts';

const NUMBERS = ['at', 'client', 'sent', 'looked', 'connected', 'answer', 'draw'];

const few = <T>(...values: T[]) => fc.constantFrom(...values);
const text = fc.oneof(
  few('isp', 'long '.repeat(2000), '"', '\\', '\n', '\u2028', '两地', '\ud800', '\u0007'),
  fc.string(),
);
const number = fc.oneof(
  fc.nat(),
  few(-0, 9999, 10_000, 9_999_999, 10_000_000, 1e9, 2 ** 31 - 1, 2 ** 31, -1, 1e21, 0.1, Number.MAX_VALUE),
);
/** What no client writes, but `JSON.stringify` has its own way to write. */
const odd = fc.oneof(
  fc.jsonValue(),
  few<unknown>(Number.NaN, Number.POSITIVE_INFINITY, undefined, null, true, { toString: null }),
);

/** Of few addresses, so that a line may take over what an earlier one left. */
const answered = fc
  .record({
    numbers: fc.array(number, { minLength: 7, maxLength: 7 }),
    population: text,
    address: few('203.0.113.10', '"'),
    centre: few('one', 'other', '"'),
    status: few(200, 503),
    body: few(1, 2),
  })
  .map(({ numbers: [at, ...numbers], population, ...rest }) => {
    const named = Object.fromEntries(NUMBERS.slice(1).map((name, i) => [name, numbers[i]]));
    return { at, kind: 'request', population, ...named, ...rest } as Record<string, unknown>;
  });

/** One field changed or added, or all in another order. */
const altered = fc.oneof(
  fc
    .tuple(answered, fc.nat(20), odd)
    .map(([event, which, value]) => ({ ...event, [Object.keys(event)[which] ?? 'new']: value })),
  fc
    .tuple(answered, fc.array(fc.nat(20)))
    .map(([event, first]) =>
      Object.fromEntries([
        ...first.flatMap(i => Object.entries(event).slice(i, i + 1)),
        ...Object.entries(event),
      ]),
    ),
);

test('a request is written as JSON.stringify writes it, whatever it holds', () => {
  const events = fc.array(fc.oneof(answered, altered), { maxLength: 20 });
  fc.assert(
    fc.property(events, given => {
      const requests = given as unknown as JournalEvent[];
      expect(String(toNdjson(requests))).toBe(requests.map(event => `${JSON.stringify(event)}\n`).join(''));
    }),
    { numRuns: 500 },
  );
});
