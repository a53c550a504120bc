import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { recordDrill } from '../../src/drill/runner.ts';
import { loadScenario } from '../../src/drill/scenario.ts';
import type { FaultEntry } from '../../src/drill/timeline.ts';
import { judge } from '../../src/judge/judge.ts';

/* Real drills in which a fault that harms nobody lies beside one that does, whichever is first and wherever it strikes. */

const steady = loadScenario('steady');
const BEIJING = ['cluster1-beijing', 'cluster2-beijing'];

const stretch = (first: number, last: number) =>
  fc.record({
    at: fc.integer({ min: first, max: last }).map(second => second * 1000),
    for: fc.integer({ min: 20, max: 150 }).map(second => second * 1000),
    on: fc.constantFrom(...[...BEIJING, 'cluster1-hangzhou'].map(centre => [centre]), BEIJING),
  });

const outage: fc.Arbitrary<FaultEntry> = fc
  .tuple(
    stretch(40, 140),
    fc.constantFrom<[string, object]>(
      ['application-down', {}],
      ['application-error', { share: 0.3 }],
      ['application-slow', { delay: 6000 }],
      ['ingress-down', {}],
      ['cluster-pause', {}],
      ['cluster-stop', {}],
      ['partition', { from: ['clients', 'vantage'], direction: 'both' }],
      ['loss', { from: ['*'], direction: 'both', share: 0.1 }],
    ),
  )
  .map(([fields, [fault, params]]) => ({ ...fields, name: 'outage', fault, params }));

const harmless: fc.Arbitrary<FaultEntry> = stretch(20, 200).map(fields => ({
  ...fields,
  name: 'harmless',
  fault: 'latency',
  params: { from: ['clients'], direction: 'both', latency: 1, jitter: 0 },
}));

test('nobody is shown to suffer from a fault that harms nobody', { timeout: 30_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(outage, harmless, fc.integer({ min: 1, max: 1000 }), async (one, other, seed) => {
      const timeline = [one, other].sort((a, b) => a.at - b.at);
      const scenario = { ...steady, name: 'beside', timeline, ends: 360_000, expect: [] };
      const { populations } = judge(await recordDrill(scenario, { lab: 'simulated', seed }));
      const told = populations.flatMap(({ recoveries }) =>
        recoveries
          .filter(({ fault }) => fault === 'harmless')
          .map(({ atLeast, ended }) => ({ atLeast, ended })),
      );
      expect(told.length).toBeGreaterThan(0);
      expect(told.filter(({ atLeast, ended }) => atLeast > 0 || ended === false)).toEqual([]);
    }),
    { numRuns: 25 },
  );
});
