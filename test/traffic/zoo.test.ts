import { expect, test } from 'vitest';
import { policyOf, ZOO } from '../../src/traffic/zoo.ts';

test.each(Object.keys(ZOO) as (keyof typeof ZOO)[])('%s is a policy as it is', kind => {
  expect(policyOf(kind, { minTtl: undefined })).toEqual(ZOO[kind]);
});

test('options take the place of a kind’s own settings', () => {
  expect(policyOf('min-ttl', { minTtl: '5m', negative: '1s' })).toEqual({ minTtl: 300_000, negative: 1000 });
});

test.each([
  ['honest', { minTtl: '5 min' }, '--min-ttl: "5 min" is not a duration; write 200ms, 15s, 10m or 1h'],
  ['honest', { serveStale: 'x' }, '--serve-stale: "x" is not a duration'],
  ['honest', { minTtl: '2m', maxTtl: '1m' }, '--min-ttl: must not be longer than maxTtl'],
  ['min-ttl', { maxTtl: '30s' }, '--kind min-ttl: minTtl must not be longer than maxTtl'],
  ['forever', { minTtl: '30s' }, '--min-ttl: has no meaning beside "forever"'],
] as const)('--kind %s with %j is refused', (kind, own, message) => {
  expect(() => policyOf(kind, own)).toThrow(message);
});
