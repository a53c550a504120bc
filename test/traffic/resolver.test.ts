import { describe, expect, test } from 'vitest';
import { ONE, Stage, THREE, TWO } from './stage.ts';

/** A loop asks, waits for its answer (some ms), and pauses. */
const loop = (every: string, more: Record<string, unknown> = {}) => ({ loop: { every }, ...more });

describe('a resolver', () => {
  test('asks the name server once per TTL, however many ask it', async () => {
    const stage = await new Stage().run([{ share: 1, clients: 20 }], 600_000);
    expect(stage.queries).toBe(10);
    expect(stage.requests.length).toBeGreaterThan(5_000);
  });

  test('makes everybody wait for the same query', async () => {
    const stage = new Stage();
    stage.network.rule('resolver', 'gtm', { latencyMs: 500 });
    await stage.run([{ share: 1, clients: 50 }], 450);
    expect(stage.queries).toBe(1);
    expect(stage.requests.length).toBeGreaterThan(1);
    const answered = stage.answers[0]?.at;
    for (const request of stage.requests) expect(request).toMatchObject({ sent: answered, looked: answered });
  });

  test('journals each answer under its own number and place', async () => {
    const stage = await new Stage().run([loop('40s'), loop('3s')], 100_000);
    expect(stage.answers.map(({ id, resolver, population }) => [id, resolver, population])).toEqual([
      [1, 'some-0', 'some'],
      [2, 'some-1-0', 'some-1'],
      [3, 'some-1-0', 'some-1'],
      [4, 'some-0', 'some'],
    ]);
    expect(stage.answers[0]).toEqual({
      at: 2,
      kind: 'answer',
      id: 1,
      resolver: 'some-0',
      population: 'some',
      addresses: [ONE, TWO],
      ttl: 60,
    });
  });

  test('spreads its clients over the resolvers of the population', async () => {
    const stage = await new Stage().run([{ share: 1, clients: 9, resolver: { count: 3 } }], 10_000);
    expect(new Set(stage.answers.map(({ resolver }) => resolver))).toEqual(
      new Set(['some-0', 'some-1', 'some-2']),
    );
  });

  test('asks again when a datagram is lost, and a third time, and then gives up for a while', async () => {
    const stage = new Stage();
    stage.nameServer = 'drop';
    await stage.run([loop('3s')], 9_500, { 3500: () => (stage.nameServer = 'accept') });
    expect(stage.answers).toMatchObject([
      { at: 3_000, addresses: [], failure: 'timeout' },
      { at: 9_002, addresses: [ONE, TWO] },
    ]);
    expect(stage.requests).toMatchObject([
      { at: 3_000, sent: 3_000, looked: 3_000, answer: 0, failure: 'dns' },
      { at: 6_000, sent: 6_000, looked: 6_000, answer: 0, failure: 'dns' },
      { sent: 9_002, status: 200 },
    ]);
    expect(stage.requests[0]).not.toHaveProperty('address');
  });

  test('tells a name server that refuses from one that is silent', async () => {
    const stage = new Stage();
    stage.nameServer = 'refuse';
    await stage.run([loop('3s')], 1_000);
    expect(stage.answers).toMatchObject([{ at: 6, failure: 'refused' }]);
  });

  test.each(['NXDOMAIN', 'SERVFAIL', 'REFUSED'] as const)('journals %s as a failure', async rcode => {
    const stage = new Stage();
    stage.answer = { rcode, addresses: [], ttlSeconds: 0 };
    await stage.run([loop('3s')], 1_000);
    expect(stage.answers).toMatchObject([{ failure: rcode, addresses: [] }]);
    expect(stage.requests).toMatchObject([{ failure: 'dns', answer: 1 }]);
  });

  test('says which answer it was that there is no address, also while it remembers it', async () => {
    const stage = new Stage();
    stage.publish();
    await stage.run([loop('1s', { resolver: { cache: { negative: '3s' } } })], 3_500);
    expect(stage.answers).toMatchObject([
      { id: 1, addresses: [] },
      { id: 2, addresses: [] },
    ]);
    expect(stage.requests.map(({ failure, answer }) => [failure, answer])).toEqual([
      ['dns', 1],
      ['dns', 1],
      ['dns', 1],
      ['dns', 2],
    ]);
  });

  test('names no answer when its stale one is over and the name server silent', async () => {
    const stage = new Stage();
    const cache = { serveStale: '5s', negative: '10s' };
    await stage.run([loop('1s', { resolver: { cache } })], 70_000, {
      30000: () => (stage.nameServer = 'drop'),
    });
    const failed = stage.requests.filter(({ failure }) => failure === 'dns');
    expect(failed.length).toBeGreaterThan(1);
    expect(new Set(failed.map(({ answer }) => answer))).toEqual(new Set([0]));
  });

  test('that serves stale goes on with the old answer while the name server is gone', async () => {
    const stage = new Stage();
    const cache = { serveStale: '60s' };
    await stage.run([loop('1s', { resolver: { cache } })], 200_000, {
      30000: () => (stage.nameServer = 'drop'),
    });
    const failed = stage.requests.filter(({ failure }) => failure === 'dns');
    expect(failed[0]?.looked).toBeGreaterThanOrEqual(2 + 120_000);
    expect(stage.requests.filter(({ status }) => status === 200).at(-1)?.looked).toBeGreaterThan(119_000);
  });

  test('that serves stale answers at once and learns the new answer behind it', async () => {
    const stage = new Stage();
    stage.publish(ONE);
    const cache = { serveStale: '60s' };
    await stage.run([loop('70s', { resolver: { cache } })], 300_000, { 10000: () => stage.publish(THREE) });
    expect(stage.requests.map(({ address }) => address)).toEqual([ONE, ONE, THREE, THREE, THREE]);
    expect(stage.answers).toHaveLength(5);
  });

  test('that caches for ever never hears of a failover', async () => {
    const stage = new Stage();
    stage.publish(ONE);
    await stage.run([loop('60s', { resolver: { cache: { forever: true } } })], 3_600_000, {
      1000: () => stage.publish(THREE),
    });
    expect(new Set(stage.requests.map(({ address }) => address))).toEqual(new Set([ONE]));
  });
});

describe('draws', () => {
  test('are one per lookup at a resolver that shuffles, and split the traffic evenly', async () => {
    const stage = await new Stage().run([{ share: 1 }], 600_000);
    const { requests } = stage;
    expect(new Set(requests.map(({ draw }) => draw)).size).toBe(requests.length);
    const one = requests.filter(({ address }) => address === ONE).length;
    expect(Math.abs(one / requests.length - 0.5)).toBeLessThan(0.03);
  });

  test('are one per answer at a resolver that keeps the order', async () => {
    const stage = await new Stage().run([{ share: 1, resolver: { shuffle: false } }], 600_000);
    expect(new Set(stage.requests.map(({ draw }) => draw)).size).toBe(stage.answers.length);
    expect(new Set(stage.requests.map(({ address }) => address))).toEqual(new Set([ONE]));
  });

  test('are one per answer when there is a single address to choose', async () => {
    const stage = new Stage();
    stage.publish(THREE);
    await stage.run([{ share: 1 }], 600_000);
    expect(new Set(stage.requests.map(({ draw }) => draw)).size).toBe(stage.answers.length);
  });
});
