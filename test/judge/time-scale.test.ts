import { describe, expect, test } from 'vitest';
import type { ZodType } from 'zod';
import { runDrill } from '../../src/drill/runner.ts';
import { loadScenario } from '../../src/drill/scenario.ts';
import { expectations } from '../../src/judge/expectations/index.ts';
import { judge } from '../../src/judge/judge.ts';
import { scaledScenario, scaledSettings } from '../../src/judge/time-scale.ts';
import { parseNdjson, toNdjson } from '../../src/runtime/journal-memory.ts';
import { clientsSchema } from '../../src/traffic/config.ts';

/** Checks every 2 s in place of 15. */
const FAST = 7.5;

test('everything that the files time gets faster alike, and as many requests are made', () => {
  const scenario = loadScenario('beijing-down');
  const { gtm, clients, topology, timeline, ends, expect: wanted } = scaledScenario(scenario, FAST);
  expect(gtm.AddrPools[0]?.Monitor).toMatchObject({ Interval: 2, Timeout: 2000, EvaluationCount: 3 });
  expect(gtm.Config.Ttl).toBe(8);
  expect(gtm.emulator).toMatchObject({ publishDelay: 267, holdDown: 16_000, recoverySuccesses: 2 });
  expect(timeline).toMatchObject([{ at: 48_000, name: 'outage' }]);
  expect(clients.rate * ends).toBeCloseTo(scenario.clients.rate * scenario.ends, -3);
  expect(topology.pod.serviceTime * FAST).toBe(scenario.topology.pod.serviceTime);
  const named = Object.fromEntries(clients.populations.map(population => [population.name, population]));
  expect(named).toMatchObject({
    'article-loop': { loop: { every: 400 }, timeout: 2000 },
    'isp-clamp': { resolver: { cache: { minTtl: 16_000 } } },
    jvm: { cache: 4000 },
    'keep-alive': { connection: { keepAlive: 8000 } },
  });
  expect(wanted.find(({ name }) => name === 'rto-below')?.params).toEqual({
    fault: 'outage',
    all: 'bound',
    'article-loop': 16_000,
  });
});

describe('no time in an expectation is forgotten', () => {
  const scenario = loadScenario('beijing-down');
  const cases = Object.values(expectations).flatMap(({ name, schema }) => {
    const { shape } = schema as unknown as { shape: Record<string, ZodType> };
    return Object.entries(shape)
      .filter(([, field]) => field.safeParse('7s').data === 7000)
      .map(([field]) => ({ name, field }));
  });

  test('there are such', () => expect(cases.length).toBeGreaterThan(5));
  test.each(cases)('$name: $field', ({ name, field }) => {
    const params = { [field]: 7500, centres: ['a'], share: 0.1 };
    const [entry] = scaledSettings({ ...scenario, expect: [{ name, params }] }, FAST).expect;
    expect(entry?.params).toEqual({ ...params, [field]: 1000 });
  });
});

test('every time of a population is as much shorter, and nothing else', () => {
  const whole = {
    name: 'whole',
    share: '100%',
    clients: 4,
    resolver: {
      count: 2,
      shuffle: false,
      cache: { minTtl: '75s', maxTtl: '150s', serveStale: '15s', prefetch: '10%', negative: '30s' },
    },
    cache: '15s',
    connection: { keepAlive: '60s', idle: '30s' },
    timeout: '30s',
    triesNextAddress: true,
  };
  const parsed = clientsSchema.parse({ name: 'a.example.com', rate: 1, populations: [whole] });
  const { clients } = scaledSettings({ ...loadScenario('steady'), clients: parsed }, FAST);
  expect(clients.populations).toEqual([
    {
      ...parsed.populations[0],
      resolver: {
        count: 2,
        shuffle: false,
        cache: { minTtl: 10_000, maxTtl: 20_000, serveStale: 2000, prefetch: 0.1, negative: 4000 },
      },
      cache: 2000,
      connection: { keepAlive: 8000, idle: 4000 },
      timeout: 4000,
    },
  ]);
});

// Those that are run on real clusters, where time is dear.
const SCENARIOS = [
  'steady',
  'cluster1-beijing-down',
  'beijing-down',
  'beijing-down-and-back',
  'hangzhou-down',
  'control-plane-down-beijing',
  'rollout-approval',
  'return-too-early',
];

test.each(SCENARIOS)('%s is held as well when it runs fast', async name => {
  const { events, verdict } = await runDrill(loadScenario(name), {
    lab: 'simulated',
    seed: 7,
    timeScale: FAST,
  });
  expect(verdict.expectations.filter(({ result }) => result !== 'held')).toEqual([]);
  // The journal says how fast it was: it is judged again as it was judged first.
  expect(judge(parseNdjson(String(toNdjson(events)), 'journal'))).toEqual(verdict);
});

// A check every 15 s comes every 4545.45… ms then.
test.each([3.3, 7, 14.9])('a drill may run %s times faster, too', async timeScale => {
  const { verdict } = await runDrill(loadScenario('beijing-down'), { lab: 'simulated', seed: 7, timeScale });
  expect(verdict.expectations.filter(({ result }) => result !== 'held')).toEqual([]);
});
