import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RequestEvent } from '../../src/runtime/journal.ts';
import { clientCacheBound, connectionBound, resolverBound } from '../../src/traffic/timing.ts';
import { ONE, population, Stage, THREE } from './stage.ts';

/** The old answer is ONE, the new one THREE. */
interface Schedule {
  readonly population: Record<string, unknown>;
  readonly ttlSeconds: number;
  /** When the name server begins to say THREE, and when ONE vanishes. */
  readonly published: number;
  readonly vanished: number;
  /** From the name server to the resolver, ms. */
  readonly transit?: number;
  readonly until: number;
  readonly seed?: number;
}

async function play(schedule: Schedule): Promise<{ stage: Stage; old: RequestEvent[] }> {
  const stage = new Stage(schedule.seed);
  stage.answer = { rcode: 'NOERROR', addresses: [ONE], ttlSeconds: schedule.ttlSeconds };
  stage.network.rule('gtm', 'resolver', { latencyMs: schedule.transit ?? 1 });
  stage.clock.after(schedule.published, () => stage.publish(THREE));
  stage.clock.after(schedule.vanished, () => {
    stage.accepts[ONE] = 'drop';
  });
  await stage.run([schedule.population], schedule.until);
  return { stage, old: stage.requests.filter(({ address }) => address === ONE) };
}

/** The longest that each phase took, as src/judge measures it, and all of them together. */
function measure(old: readonly RequestEvent[], published: number) {
  const latest = (time: (request: RequestEvent) => number) => Math.max(published, ...old.map(time));
  const looked = latest(request => request.looked);
  const connected = Math.max(
    looked,
    latest(request => request.connected),
  );
  const ended = Math.max(
    connected,
    latest(request => request.at),
  );
  return {
    resolver: looked - published,
    client: connected - looked,
    connection: ended - connected,
    all: ended - published,
  };
}

function bounds({ population: yaml, ttlSeconds }: Pick<Schedule, 'population' | 'ttlSeconds'>) {
  const config = population(yaml);
  const [resolver, client, connection] = [
    resolverBound(config, ttlSeconds * 1_000),
    clientCacheBound(config),
    connectionBound(config),
  ].map(bound => bound ?? Number.POSITIVE_INFINITY) as [number, number, number];
  return { resolver, client, connection, all: resolver + client + connection };
}

const seconds = (min: number, max: number) => fc.integer({ min: min * 1_000, max: max * 1_000 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const caches = fc.record(
  { minTtl: maybe(seconds(0, 30)), serveStale: maybe(seconds(0, 20)), negative: seconds(0, 10) },
  { requiredKeys: ['negative'] },
);
const arrivals = fc.oneof(
  fc.record({ share: fc.constant(1), clients: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ loop: fc.record({ every: fc.integer({ min: 1, max: 40_000 }) }) }),
);
const populations = fc
  .record({
    arrivals,
    resolver: fc.record({ cache: caches, shuffle: fc.boolean() }),
    cache: fc.oneof(fc.constant('none' as const), seconds(1, 30)),
    connection: fc.oneof(fc.constant('fresh' as const), fc.record({ keepAlive: seconds(1, 40) })),
    timeout: seconds(1, 6),
    triesNextAddress: fc.boolean(),
  })
  .map(({ arrivals: pace, ...habits }) => ({ ...pace, ...habits }));

describe('the bounds hold', () => {
  test('for any population on any schedule', async () => {
    const schedules = fc.record({
      population: populations,
      ttlSeconds: fc.integer({ min: 0, max: 30 }),
      published: seconds(0, 60),
      vanished: seconds(0, 120),
      transit: fc.integer({ min: 0, max: 1_100 }),
      until: fc.constant(240_000),
      seed: fc.integer({ min: 0, max: 1_000_000 }),
    });
    await fc.assert(
      fc.asyncProperty(schedules, async schedule => {
        const { old } = await play(schedule);
        const measured = measure(old, schedule.published);
        const bound = bounds(schedule);
        for (const phase of ['resolver', 'client', 'connection', 'all'] as const) {
          expect(measured[phase]).toBeLessThanOrEqual(bound[phase]);
        }
      }),
      { numRuns: 60 },
    );
  }, 20_000);
});

describe('the bounds are reached', () => {
  /** How far the measured phase stays below its bound. The first query leaves at 0 and is answered at once. */
  async function slack(phase: keyof ReturnType<typeof bounds>, schedule: Partial<Schedule>): Promise<number> {
    const full = { population: {}, ttlSeconds: 1, published: 2, vanished: 1e9, until: 100_000, ...schedule };
    const { old } = await play(full);
    const left = bounds(full)[phase] - measure(old, full.published)[phase];
    expect(left).toBeGreaterThanOrEqual(0);
    return left;
  }

  test.each([
    ['an honest resolver', {}],
    ['one that raises the TTL', { minTtl: '60s' }],
    ['one that lowers it', { maxTtl: '10s' }],
  ])('%s hands out an answer that came late for its whole time', async (_, cache) => {
    const busy = { resolver: { cache }, loop: { every: 5 } };
    expect(await slack('resolver', { population: busy, ttlSeconds: 25, transit: 990 })).toBeLessThan(30);
  });

  test('a resolver that serves stale does so after a silence', async () => {
    const quiet = { resolver: { cache: { serveStale: '60s' } }, loop: { every: 25_000 + 60_000 - 10 } };
    expect(await slack('resolver', { population: quiet, ttlSeconds: 25, transit: 990 })).toBeLessThan(30);
  });

  test("a client's cache hands it out after the resolver has the new one", async () => {
    const jvm = { cache: '30s', loop: { every: 5 } };
    expect(await slack('client', { population: jvm, published: 3 })).toBeLessThan(30);
  });

  test.each([
    ['a fresh connection', 'fresh', 900, 900],
    ['a kept connection', { keepAlive: '20s' }, 3, 19_990],
  ])('%s ends with a timeout that began in its last moment', async (_, connection, published, vanished) => {
    const pool = { connection, loop: { every: 5 } };
    expect(await slack('connection', { population: pool, published, vanished })).toBeLessThan(30);
  });

  test('all together, when each phase begins in the last moment of the one before', async () => {
    const unlucky = {
      resolver: { cache: { minTtl: 30_050 } },
      cache: 15_030,
      connection: { keepAlive: 15_000 },
      loop: { every: 5 },
    };
    // Connections are opened at 1, 16, 31 and 46 s, after lookups at 1 and 31 s; the last breaks at the age of 15 s.
    const schedule = { population: unlucky, transit: 990, vanished: 60_980 };
    expect(await slack('all', schedule)).toBeLessThan(120);
  });
});

test('who keeps something for ever has no bound', () => {
  const share = 1;
  expect(resolverBound(population({ share, resolver: { cache: { forever: true } } }), 60_000)).toBeNull();
  expect(clientCacheBound(population({ share, cache: 'forever' }))).toBeNull();
  expect(connectionBound(population({ share, connection: { keepAlive: 'forever' } }))).toBeNull();
});
