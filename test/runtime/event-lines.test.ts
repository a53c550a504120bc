import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JournalEvent } from '../../src/runtime/journal.ts';
import { toNdjson } from '../../src/runtime/journal-ndjson.ts';

const few = <T>(...values: T[]) => fc.constantFrom(...values);
const text = fc.oneof(
  { weight: 3, arbitrary: few('isp', 'other') },
  few('long '.repeat(2000), '"', '\\', '\n', '\u2028', '两地', '\ud800', '\u0007'),
  fc.string(),
);
const number = fc.oneof(
  { weight: 30, arbitrary: fc.nat() },
  few(-0, 9999, 10_000, 9_999_999, 10_000_000, 1e9, 2 ** 31 - 1, 2 ** 31, -1, 1e21, 0.1, Number.MAX_VALUE),
);
/** What no client writes, but `JSON.stringify` has its own way to write. */
const odd = fc.oneof(
  fc.jsonValue(),
  fc.constant(undefined),
  few<unknown>(Number.NaN, Number.POSITIVE_INFINITY, null, true, { toString: null }),
);

/** Of few addresses, so that a line may take over what an earlier one left. */
const address = few('203.0.113.10', '"');
const centre = few('one', 'other');
const request = fc.record({
  at: number,
  kind: fc.constant('request'),
  population: text,
  client: number,
  sent: number,
  looked: number,
  connected: number,
  answer: number,
  draw: number,
  address,
  centre,
  status: few(200, 503),
  body: few(1, 2),
});
const probe = fc.record({
  at: number,
  kind: fc.constant('probe'),
  address,
  centre,
  vantage: text,
  ok: fc.boolean(),
  result: few('200', 'timeout'),
});
const answer = fc.record({
  at: number,
  kind: fc.constant('answer'),
  id: number,
  resolver: few('isp', '两地', undefined),
  population: few('isp', 'other', undefined),
  addresses: fc.array(few('203.0.113.10', '203.0.113.20', undefined), { maxLength: 3 }),
  ttl: few(60, 1.5, undefined),
});
const usual = fc.oneof(request, probe, answer) as fc.Arbitrary<Record<string, unknown>>;

/** One field changed, added or absent, or all in another order. */
const altered = fc.oneof(
  fc
    .tuple(usual, fc.nat(20))
    .map(([event, which]) => Object.fromEntries(Object.entries(event).filter((_, i) => i !== which))),
  fc
    .tuple(usual, fc.nat(20), odd)
    .map(([event, which, value]) => ({ ...event, [Object.keys(event)[which] ?? 'new']: value })),
  fc
    .tuple(usual, fc.array(fc.nat(20)))
    .map(([event, first]) =>
      Object.fromEntries([
        ...first.flatMap(i => Object.entries(event).slice(i, i + 1)),
        ...Object.entries(event),
      ]),
    ),
);

test('an event is written as JSON.stringify writes it, whatever it holds', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 3, arbitrary: usual }, altered), { minLength: 1, maxLength: 40 }),
      given => {
        const events = given as unknown as JournalEvent[];
        expect(String(toNdjson(events))).toBe(events.map(event => `${JSON.stringify(event)}\n`).join(''));
      },
    ),
    { numRuns: 1000 },
  );
});
