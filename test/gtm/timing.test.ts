import { describe, expect, test } from 'vitest';
import type { HttpMonitor, Monitor, ResolvedGtm } from '../../src/gtm/model.ts';
import { detectionBound, failbackBound, publishBound, recoveryBound } from '../../src/gtm/timing.ts';
import { seededRandom } from '../../src/runtime/random-seeded.ts';
import { beijing1, design } from './design.ts';
import { Rig } from './rig.ts';

interface Row {
  readonly interval: number;
  readonly count: number;
  readonly timeout: number;
  readonly failure: 'drop' | 'refuse';
  readonly ttl: number;
  readonly nodes: number;
  /** Seconds, as an independent Monte Carlo run of the same settings found them. */
  readonly detect: { readonly mean: number; readonly max: number };
  readonly client: { readonly mean: number; readonly p95: number; readonly max: number };
}

// biome-ignore format: a table
const rows: readonly Row[] = [
  { interval: 60, count: 2, timeout: 5, failure: 'drop', ttl: 60, nodes: 1, detect: { mean: 95, max: 125 }, client: { mean: 125, p95: 166, max: 185 } },
  { interval: 60, count: 2, timeout: 5, failure: 'refuse', ttl: 60, nodes: 1, detect: { mean: 90, max: 120 }, client: { mean: 120, p95: 161, max: 180 } },
  { interval: 60, count: 3, timeout: 5, failure: 'drop', ttl: 60, nodes: 1, detect: { mean: 155, max: 185 }, client: { mean: 185, p95: 226, max: 245 } },
  { interval: 60, count: 2, timeout: 5, failure: 'drop', ttl: 600, nodes: 1, detect: { mean: 95, max: 125 }, client: { mean: 395, p95: 665, max: 725 } },
  { interval: 15, count: 2, timeout: 2, failure: 'drop', ttl: 10, nodes: 4, detect: { mean: 23, max: 32 }, client: { mean: 28, p95: 35, max: 42 } },
  { interval: 15, count: 3, timeout: 5, failure: 'drop', ttl: 60, nodes: 4, detect: { mean: 41, max: 50 }, client: { mean: 71, p95: 98, max: 110 } },
];

/** The shipped instance with the row's settings, one address in Beijing and no publish delay. */
function settings(row: Row): ResolvedGtm {
  const gtm = design(['publishDelay: 2s', 'publishDelay: 0s'], ['Ttl: 60', `Ttl: ${row.ttl}`]);
  const change = (monitor: Monitor): HttpMonitor => ({
    ...(monitor as HttpMonitor),
    interval: row.interval * 1000,
    timeout: row.timeout * 1000,
    evaluationCount: row.count,
    nodes: monitor.nodes.slice(0, row.nodes),
  });
  const [pool] = gtm.pools;
  if (!pool?.monitor) throw new Error('the shipped Beijing pool has a monitor');
  return { ...gtm, pools: [{ ...pool, members: pool.members.slice(0, 1), monitor: change(pool.monitor) }] };
}

/** Seconds from the fault to the alert, and to the first answer without the address in a cache of the TTL. */
async function measure(
  row: Row,
  config: ResolvedGtm,
  seed: number,
): Promise<{ detect: number; client: number }> {
  const rig = new Rig(config, seed);
  const fault = 2 * row.interval * 1000;
  const ttl = row.ttl * 1000;
  const client = await rig.clock.run(async () => {
    await rig.clock.sleep(fault);
    rig.set(row.failure, beijing1);
    await rig.clock.sleep(seededRandom(seed).fork('client').below(ttl));
    while (rig.ask().includes(beijing1)) await rig.clock.sleep(ttl);
    return rig.clock.now() - fault;
  });
  return { detect: ((rig.events('health')[0]?.at ?? 0) - fault) / 1000, client: client / 1000 };
}

const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;

function within5Percent(measured: number, expected: number): void {
  expect(Math.abs(measured / expected - 1), `${measured} for ${expected}`).toBeLessThan(0.05);
}

describe('500 runs each take as long as an independent simulation says', () => {
  test.each(rows)(
    'every $interval s, $count failures, timeout $timeout s, $failure, TTL $ttl s, $nodes nodes',
    async row => {
      const config = settings(row);
      const runs = [];
      for (let seed = 0; seed < 500; seed += 1) runs.push(await measure(row, config, seed));
      const detect = runs.map(run => run.detect);
      within5Percent(mean(detect), row.detect.mean);
      within5Percent(Math.max(...detect), row.detect.max);
      expect(Math.max(...detect)).toBeLessThanOrEqual(row.detect.max);
      const client = runs.map(run => run.client);
      within5Percent(mean(client), row.client.mean);
      expect(Math.max(...client)).toBeLessThanOrEqual(row.client.max);
      within5Percent(client.sort((a, b) => a - b)[Math.floor(0.95 * client.length)] ?? 0, row.client.p95);
    },
  );
});

describe('formulas', () => {
  const monitorOf = (gtm: ResolvedGtm) => gtm.pools[0]?.monitor as Monitor;

  test.each(rows)('the bound of detection is that of the table; a refusal is seen without waiting', row => {
    const monitor = monitorOf(settings(row));
    const early = row.failure === 'drop' ? 0 : monitor.timeout;
    expect(detectionBound(monitor) - early).toBe(row.detect.max * 1000);
  });

  test('the shipped design: 47 s to detect, 2 s to publish, 152 s to go back', () => {
    const gtm = design();
    expect(detectionBound(monitorOf(gtm))).toBe(3 * 15_000 + 2000);
    expect(publishBound(gtm)).toBe(2000);
    expect(recoveryBound(monitorOf(gtm))).toBe(2 * 15_000 + 2000);
    expect(failbackBound(gtm)).toBe(2 * 15_000 + 2000 + 120_000);
  });
});

describe('bounds hold, and are nearly reached', () => {
  test.each(['drop', 'refuse', 503] as const)(
    'of detection and failback, when Beijing meets callers with %s',
    async condition => {
      const config = design();
      const monitor = config.pools[0]?.monitor as Monitor;
      const detections: number[] = [];
      const failbacks: number[] = [];
      for (let seed = 0; seed < 60; seed += 1) {
        const rig = new Rig(config, seed);
        rig.network.rule('*', '*', { latencyMs: 15, jitterMs: 5 });
        const start = 30_000 + seededRandom(seed).below(15_000);
        await rig.clock.run(async () => {
          await rig.clock.sleep(start);
          rig.set(condition, beijing1, '203.0.113.20');
          await rig.clock.sleep(60_000);
          rig.set(200, beijing1, '203.0.113.20');
          await rig.clock.sleep(160_000);
        });
        const [over, back] = rig.events('switch');
        detections.push((over?.at ?? Number.NaN) - start);
        failbacks.push((back?.at ?? Number.NaN) - start - 60_000);
      }
      // A refusal and a status come within 100 ms; only silence lasts as long as the timeout.
      const early = condition === 'drop' ? 0 : monitor.timeout - 100;
      const detection = detectionBound(monitor) - early;
      expect(Math.max(...detections)).toBeLessThanOrEqual(detection);
      expect(Math.max(...detections)).toBeGreaterThan(0.9 * detection);
      expect(Math.max(...failbacks)).toBeLessThanOrEqual(failbackBound(config));
      expect(Math.max(...failbacks)).toBeGreaterThan(0.9 * failbackBound(config));
    },
  );
});
