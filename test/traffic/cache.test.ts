import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DnsOutcome } from '../../src/runtime/network.ts';
import { consulted, type Entry, effectiveTtl, filled, NOTHING } from '../../src/traffic/cache.ts';
import type { CachePolicy } from '../../src/traffic/config.ts';

const HONEST: CachePolicy = { negative: 5_000 };
const STALE: CachePolicy = { negative: 5_000, serveStale: 60_000 };
const SOURCE = { answer: 7, draw: 9 };

const answer = (ttlSeconds: number, ...addresses: string[]): DnsOutcome => ({
  answer: { rcode: 'NOERROR', addresses, ttlSeconds },
});
const NXDOMAIN: DnsOutcome = { answer: { rcode: 'NXDOMAIN', addresses: [], ttlSeconds: 60 } };
const SERVFAIL: DnsOutcome = { answer: { rcode: 'SERVFAIL', addresses: [], ttlSeconds: 0 } };
const SILENCE: DnsOutcome = { failure: 'timeout' };

const fill = (policy: CachePolicy, outcome: DnsOutcome, now: number, before: Entry = NOTHING) =>
  filled(policy, before, outcome, SOURCE, now);

describe('how long an answer is fresh', () => {
  test.each<[string, Partial<CachePolicy>, number, number]>([
    ['an honest resolver takes the TTL', {}, 60_000, 60_000],
    ['a floor raises short TTLs', { minTtl: 120_000 }, 60_000, 120_000],
    ['a floor leaves long TTLs alone', { minTtl: 120_000 }, 300_000, 300_000],
    ['a ceiling lowers long TTLs', { maxTtl: 30_000 }, 60_000, 30_000],
    ['a TTL of zero is not kept', {}, 0, 0],
    ['but a floor keeps it', { minTtl: 30_000 }, 0, 30_000],
    ['for ever is for ever', { forever: true }, 60_000, Number.POSITIVE_INFINITY],
  ])('%s', (_, policy, ttl, fresh) => {
    expect(effectiveTtl({ negative: 5_000, ...policy }, ttl)).toBe(fresh);
  });
});

describe('a lookup', () => {
  test('with nothing known asks', () => {
    expect(consulted(NOTHING, 0)).toBe('ask');
  });

  test('is served from the cache until the TTL is over, to the millisecond', () => {
    const entry = fill(HONEST, answer(60, 'a'), 1_000);
    expect(consulted(entry, 60_999)).toBe('hand');
    expect(consulted(entry, 61_000)).toBe('ask');
  });

  test('is served stale while the resolver asks, for as long as it may', () => {
    const entry = fill(STALE, answer(60, 'a'), 1_000);
    expect(consulted(entry, 60_999)).toBe('hand');
    expect(consulted(entry, 61_000)).toBe('hand-and-ask');
    expect(consulted(entry, 120_999)).toBe('hand-and-ask');
    expect(consulted(entry, 121_000)).toBe('ask');
  });
});

describe('a resolver that prefetches', () => {
  test('asks in the last part of the TTL while it hands out, and waits for nobody', () => {
    const entry = fill({ negative: 5_000, prefetch: 0.1 }, answer(60, 'a'), 1_000);
    expect(consulted(entry, 54_999)).toBe('hand');
    expect(consulted(entry, 55_000)).toBe('hand-and-ask');
    expect(consulted(entry, 60_999)).toBe('hand-and-ask');
    expect(consulted(entry, 61_000)).toBe('ask');
  });

  test('reckons with the TTL that counts for it', () => {
    const entry = fill({ negative: 5_000, prefetch: 0.5, minTtl: 120_000 }, answer(60, 'a'), 0);
    expect(consulted(entry, 59_999)).toBe('hand');
    expect(consulted(entry, 60_000)).toBe('hand-and-ask');
  });
});

describe('a name server that cannot answer', () => {
  test.each([SERVFAIL, SILENCE])('leaves a stale answer in use, and is left alone for a while', outcome => {
    const before = fill(STALE, answer(60, 'a'), 0);
    const entry = fill(STALE, outcome, 61_000, before);
    expect(entry).toMatchObject({ addresses: ['a'], usableUntil: 120_000 });
    expect(consulted(entry, 65_999)).toBe('hand');
    expect(consulted(entry, 66_000)).toBe('hand-and-ask');
  });

  test('fails lookups for the negative time when there is nothing stale', () => {
    const entry = fill(HONEST, SILENCE, 61_000, fill(HONEST, answer(60, 'a'), 0));
    expect(entry.addresses).toEqual([]);
    expect(consulted(entry, 65_999)).toBe('fail');
    expect(consulted(entry, 66_000)).toBe('ask');
  });

  test('fails lookups when the stale time ends while it is left alone', () => {
    const entry = fill(STALE, SILENCE, 119_000, fill(STALE, answer(60, 'a'), 0));
    expect(consulted(entry, 119_999)).toBe('hand');
    expect(consulted(entry, 120_000)).toBe('fail');
  });
});

test.each([NXDOMAIN, answer(60)])('"there is no such address" replaces a stale answer', outcome => {
  const entry = fill(STALE, outcome, 61_000, fill(STALE, answer(60, 'a'), 0));
  expect(entry.addresses).toEqual([]);
  expect(consulted(entry, 61_000)).toBe('fail');
});

test('whatever happens, an address is handed out only within its time', () => {
  const outcomes = fc.constantFrom<DnsOutcome>(
    answer(60, 'a'),
    answer(5, 'b'),
    answer(0, 'c'),
    NXDOMAIN,
    SERVFAIL,
    SILENCE,
  );
  const policies = fc.record({
    negative: fc.integer({ min: 0, max: 10_000 }),
    serveStale: fc.integer({ min: 0, max: 90_000 }),
    minTtl: fc.integer({ min: 0, max: 90_000 }),
  });
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 50_000 }), outcomes), { maxLength: 30 });
  fc.assert(
    fc.property(policies, steps, (policy, lookups) => {
      let entry = NOTHING;
      let now = 0;
      let good: { address: string; until: number } | undefined;
      for (const [later, outcome] of lookups) {
        now += later;
        const reaction = consulted(entry, now);
        if (reaction.startsWith('hand')) {
          expect(entry.addresses).toEqual([good?.address]);
          expect(now).toBeLessThan(good?.until ?? 0);
        }
        if (!reaction.endsWith('ask')) continue;
        entry = fill(policy, outcome, now, entry);
        const address = outcome.answer?.addresses[0];
        if (address === undefined) continue;
        const ttl = (outcome.answer?.ttlSeconds ?? 0) * 1_000;
        good = { address, until: now + Math.max(ttl, policy.minTtl) + policy.serveStale };
      }
    }),
  );
});
