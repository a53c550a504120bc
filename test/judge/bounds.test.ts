import { describe, expect, test } from 'vitest';
import { loadScenario } from '../../src/drill/scenario.ts';
import { Bounds } from '../../src/judge/bounds.ts';
import { Unknown } from '../../src/judge/windows.ts';
import { beijing1, type Change, centres, hangzhou, parse, shippedText } from '../gtm/design.ts';

/** Of the shipped design and clients, and changes to the GTM's text; a check every 15 s, three of them, of 2 s each. */
function boundsOf(changes: readonly Change[] = [], lateness = 0): Bounds {
  return new Bounds(
    { ...loadScenario('steady'), timeline: [], gtm: parse(...changes) },
    new Map(Object.entries(centres)),
    lateness,
  );
}

/** Hangzhou is checked by one vantage point alone, every 30 s, for 5 s. */
const seldom: Change = [
  'Monitor: *monitor',
  'Monitor: { ProtocolType: HTTP, Interval: 30, Timeout: 5000, EvaluationCount: 3, MonitorExtendInfo: { code: 400 }, IspCityNode: [{ Name: wuhan, CityCode: "1" }] }',
];
const unchecked: readonly Change[] = [
  ['      - Addr: cluster1-beijing', '      - { Addr: cluster1-beijing, Mode: ONLINE }'],
  ['    Monitor: *monitor\n', ''],
];

describe('the bound of detection', () => {
  test('is that of the centre’s checks, and of several centres the longest', () => {
    expect(boundsOf([seldom]).detection(['cluster1-beijing'])).toBe(3 * 15_000 + 2000);
    expect(boundsOf([seldom]).detection(['cluster1-beijing', 'cluster1-hangzhou'])).toBe(3 * 30_000 + 5000);
  });

  test('of an address in two pools is that of the slower checks: the last of its alerts counts', () => {
    const [from, to] = seldom;
    const shared: Change = ['      - Addr: cluster1-hangzhou', '      - Addr: cluster1-beijing'];
    expect(boundsOf([[from, to], shared]).detection(['cluster1-beijing'])).toBe(3 * 30_000 + 5000);
  });

  test('is none where nobody checks, be it one of several centres, nor for what is no centre', () => {
    const bounds = boundsOf(unchecked);
    expect(bounds.detection(['cluster1-beijing'])).toBeNull();
    expect(bounds.detection(['cluster2-beijing'])).toBe(47_000);
    expect(bounds.detection(['cluster1-hangzhou'])).toBeNull();
    for (const targets of [
      ['cluster1-beijing', 'cluster2-beijing'],
      ['cluster2-beijing', 'cluster1-beijing'],
    ])
      expect(bounds.detection(targets)).toBeNull();
    expect(bounds.detection(['hub'])).toBeNull();
  });
});

test('centres have addresses; what else is struck has none', () => {
  const targets = ['cluster1-hangzhou', 'hub', 'cluster1-beijing', 'wuhan'];
  expect(boundsOf().addressesOf(targets)).toEqual(new Set([hangzhou, beijing1]));
});

test('a vantage point sees the addresses that it checks', () => {
  const seen = (...targets: string[]) => boundsOf([seldom]).addressesSeenFrom(targets);
  expect(seen('wuhan')).toEqual(new Set([hangzhou]));
  expect(seen('nanjing-mobile')).not.toContain(hangzhou);
  expect(seen('nanjing-mobile', 'wuhan')).toEqual(new Set(Object.values(centres)));
  expect(seen('cluster1-beijing')).toEqual(new Set());
});

test('a check may take as long as the longest timeout, and no time where there is none', () => {
  expect(boundsOf().checkTimeout).toBe(2000);
  expect(boundsOf([seldom]).checkTimeout).toBe(5000);
  const none: Change = [/ {4}Monitor: &monitor\n(?: {6}.*\n)+/.exec(shippedText)?.[0] ?? '', ''];
  expect(boundsOf([none, ['    Monitor: *monitor\n', '']]).checkTimeout).toBe(0);
});

describe('the bound of a recovery', () => {
  test('is the sum of its phases, and none when one of them has none', () => {
    const bounds = boundsOf();
    const { detect, decide, publish, resolver, client, connection } = bounds.phases(
      ['cluster1-beijing'],
      'jvm',
    );
    expect([detect, decide, publish, client]).toEqual([47_000, 0, 2000, 30_000]);
    expect(resolver).toBeGreaterThanOrEqual(60_000);
    expect(bounds.recovery(['cluster1-beijing'], 'jvm')).toBe(
      47_000 + 2000 + (resolver as number) + 30_000 + (connection as number),
    );
    expect(bounds.recovery(['hub'], 'jvm')).toBeNull();
  });

  test('is none for clients that the scenario does not have', () => {
    expect(boundsOf().phases(['cluster1-beijing'], 'nobody')).toEqual({
      detect: 47_000,
      decide: 0,
      publish: 2000,
      resolver: null,
      client: null,
      connection: null,
    });
  });

  test('grows in each phase by what the timers were late', () => {
    const [onTime, late] = [0, 7].map(lateness =>
      Object.values(boundsOf([], lateness).phases(['cluster1-beijing'], 'jvm')),
    );
    expect(late).toEqual(onTime?.map(bound => (bound as number) + 7));
  });
});

describe('the bound of going back', () => {
  const failback = (...populations: string[]) => boundsOf().failback(populations);

  test('is the all-clear, the hold-down, the publication and what clients keep; of several clients, the longest', () => {
    const { resolver, connection } = boundsOf().phases([], 'jvm') as { resolver: number; connection: number };
    // Two successes in a row, after a check that may still fail.
    expect(failback('jvm')).toBe(2 * 15_000 + 2000 + 120_000 + 2000 + resolver + 30_000 + connection);
    expect(failback('honest')).toBe((failback('jvm') as number) - 30_000);
    expect(failback('honest', 'jvm')).toBe(failback('jvm'));
    expect(failback('jvm', 'honest')).toBe(failback('jvm'));
  });

  test('passes over clients without one, and is unknown where all have none', () => {
    expect(failback('nobody', 'jvm')).toBe(failback('jvm'));
    expect(failback('nobody')).toBeInstanceOf(Unknown);
    expect(failback()).toBeInstanceOf(Unknown);
  });
});
