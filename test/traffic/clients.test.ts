import { describe, expect, test } from 'vitest';
import { toNdjson } from '../../src/runtime/journal-memory.ts';
import type { Connection } from '../../src/runtime/network.ts';
import { tell } from '../../src/runtime/told.ts';
import { ONE, page, Stage, THREE, TWO } from './stage.ts';

const loop = (every: string, more: Record<string, unknown> = {}) => ({ loop: { every }, ...more });
const unavailable = { status: 503, body: '<html>503</html>' };

/** Shows every connection that a client may keep, when its request has ended. */
function tap(stage: Stage, see: (connection: Connection) => void): void {
  const { http } = stage.network;
  stage.network.http = (request, done) => {
    http.call(stage.network, request, outcome => {
      tell(done, outcome);
      if (outcome.response !== undefined && outcome.connection !== undefined) see(outcome.connection);
    });
  };
}

describe('a request in the journal', () => {
  test('says when, where to, on which answer, and what came back', async () => {
    const stage = new Stage();
    stage.publish(ONE);
    await stage.run([loop('3s')], 1_000);
    expect(stage.journal.events).toEqual([
      { at: 2, kind: 'answer', id: 1, resolver: 'some-0', population: 'some', addresses: [ONE], ttl: 60 },
      {
        at: 6,
        kind: 'body',
        id: 1,
        status: 200,
        text: page('one'),
        env: 'one',
        config: '{\n  database-host: "db"\n}\n',
      },
      {
        at: 6,
        kind: 'request',
        population: 'some',
        client: 0,
        sent: 2,
        looked: 2,
        connected: 2,
        answer: 1,
        draw: 1,
        address: ONE,
        centre: 'one',
        status: 200,
        body: 1,
      },
    ]);
  });

  test('has no body when the connection failed', async () => {
    const stage = new Stage();
    stage.publish(ONE);
    stage.accepts[ONE] = 'drop';
    await stage.run([loop('3s')], 1_000);
    expect(stage.requests).toMatchObject([
      { sent: 2, at: 5_002, address: ONE, centre: 'one', failure: 'timeout' },
    ]);
    expect(stage.requests[0]).not.toHaveProperty('status');
  });

  test('names no centre for an address that belongs to none', async () => {
    const stage = new Stage();
    stage.publish('192.0.2.1');
    await stage.run([loop('3s')], 1_000);
    expect(stage.requests).toMatchObject([{ address: '192.0.2.1', failure: 'timeout' }]);
    expect(stage.requests[0]).not.toHaveProperty('centre');
  });

  test('shares the body with all requests that received the same page with the same status', async () => {
    const stage = new Stage();
    stage.responses[TWO] = unavailable;
    await stage.run([{ share: 1 }], 60_000);
    expect(stage.bodies).toHaveLength(2);
    for (const request of stage.requests) {
      expect(stage.bodies.find(({ id }) => id === request.body)?.status).toBe(request.status);
    }
  });
});

describe('the rate', () => {
  test("is that of all populations together, each with its share; the article's loop comes on top", async () => {
    const populations = [{ share: 0.75, clients: 7 }, { share: 0.25, clients: 3 }, loop('3s')];
    const { requests } = await new Stage().run(populations, 1_000_000);
    const count = (name: string) => requests.filter(({ population }) => population === name).length;
    expect(count('some') / 7_500).toBeCloseTo(1, 1);
    expect(count('some-1') / 2_500).toBeCloseTo(1, 1);
    expect(count('some-2')).toBe(333);
  });

  test('does not depend on how long answers take', async () => {
    const sent = async (serviceMs: number) => {
      const stage = new Stage();
      stage.serviceMs[ONE] = serviceMs;
      const { requests } = await stage.run([{ share: 1, clients: 5 }], 60_000);
      return requests.map(({ client, looked }) => `${client} ${looked}`).sort();
    };
    expect(await sent(3_000)).toEqual(await sent(0));
  });

  test('is random like a Poisson process: as many gaps longer than the mean as there should be', async () => {
    const { requests } = await new Stage().run([{ share: 1 }], 1_000_000);
    const gaps = requests.slice(1).map(({ sent }, index) => sent - (requests[index]?.sent ?? 0));
    expect(gaps.filter(gap => gap > 100).length / gaps.length).toBeCloseTo(Math.exp(-1), 1);
  });

  test('is kept by a clock of whole milliseconds', async () => {
    const { requests } = await new Stage().run([{ share: 1 }], 10_000, {}, 1_000);
    expect(requests.length / 10_000).toBeCloseTo(1, 1);
  });

  test('of a loop ends after its requests', async () => {
    const { requests } = await new Stage().run([{ loop: { every: '3s', requests: 50 } }], 600_000);
    expect(requests).toHaveLength(50);
    expect(requests[1]?.sent).toBe((requests[0]?.at ?? 0) + 3_000);
  });

  test('of no populations is no request, and stopping is immediate', async () => {
    const stage = await new Stage().run([], 10_000);
    expect(stage.journal.events).toEqual([]);
  });
});

describe("a client's own cache", () => {
  test('keeps its addresses and their order whatever the resolver has learnt', async () => {
    const stage = new Stage();
    stage.answer = { ...stage.answer, ttlSeconds: 1 };
    await stage.run([loop('1s', { cache: '30s' })], 100_000);
    const lookups = new Set(stage.requests.map(({ looked }) => looked));
    expect(lookups.size).toBe(4);
    expect(new Set(stage.requests.map(({ draw, looked }) => `${draw} ${looked}`)).size).toBe(4);
    expect(Math.max(...stage.requests.map(({ sent, looked }) => sent - looked))).toBeGreaterThan(28_000);
  });

  test('is its own: clients behind one resolver choose apart', async () => {
    const stage = await new Stage().run([{ share: 1, clients: 40, cache: 'forever' }], 60_000);
    expect(new Set(stage.requests.map(({ draw }) => draw)).size).toBe(40);
    expect(new Set(stage.requests.map(({ address }) => address))).toEqual(new Set([ONE, TWO]));
    const choices = new Set(stage.requests.map(({ client, address }) => `${client} ${address}`));
    expect(choices.size).toBe(40);
  });

  test('does not keep a failure', async () => {
    const stage = new Stage();
    stage.nameServer = 'drop';
    await stage.run([loop('3s', { cache: 'forever' })], 20_000, {
      4000: () => (stage.nameServer = 'accept'),
    });
    expect(stage.requests.map(({ failure, status }) => failure ?? status)).toEqual([
      'dns',
      'dns',
      200,
      200,
      200,
      200,
    ]);
  });
});

describe('a keep-alive client', () => {
  const keepAlive = (more: Record<string, unknown> = {}) =>
    loop('1s', { connection: { keepAlive: '20s', ...more } });

  test('stays on its connection until that is too old, on the draw of its opening', async () => {
    const { requests } = await new Stage().run([keepAlive()], 59_000);
    const openings = new Map(requests.map(({ connected, draw }) => [connected, draw]));
    expect(openings.size).toBe(3);
    expect(new Set(openings.values()).size).toBe(3);
    for (const { sent, connected } of requests) expect(sent - connected).toBeLessThan(20_000);
  });

  test('stays on it through 503 pages: the trap', async () => {
    const stage = new Stage();
    stage.publish(ONE);
    stage.answer = { ...stage.answer, ttlSeconds: 1 };
    const strike = () => {
      stage.responses[ONE] = unavailable;
      stage.publish(THREE);
    };
    await stage.run([keepAlive()], 30_000, { 5000: strike });
    const wrong = stage.requests.filter(({ status }) => status === 503);
    expect(wrong.at(0)?.sent).toBeGreaterThanOrEqual(5_000);
    expect(wrong.at(-1)?.sent).toBeGreaterThan(18_000);
    expect(stage.requests.at(-1)).toMatchObject({ address: THREE, status: 200 });
  });

  test('leaves it when it breaks', async () => {
    const stage = new Stage();
    stage.publish(ONE);
    stage.answer = { ...stage.answer, ttlSeconds: 1 };
    const strike = () => {
      stage.accepts[ONE] = 'refuse';
      stage.publish(THREE);
    };
    await stage.run([keepAlive()], 10_000, { 5000: strike });
    expect(stage.requests.map(({ failure, address }) => failure ?? address)).toEqual([
      ...Array(5).fill(ONE),
      'reset',
      ...Array(4).fill(THREE),
    ]);
  });

  test('closes it when it rests too long', async () => {
    const { requests } = await new Stage().run([keepAlive({ idle: '500ms' })], 10_000);
    for (const { sent, connected } of requests) expect(connected).toBe(sent);
  });

  test('counts its rest from the end of a request, however long that took', async () => {
    const stage = new Stage();
    for (const address of [ONE, TWO]) stage.serviceMs[address] = 900;
    const { requests } = await stage.run([keepAlive({ idle: '1500ms' })], 10_000);
    expect(new Set(requests.map(({ connected }) => connected)).size).toBe(1);
  });

  test('opens a new one when the server has closed it', async () => {
    const stage = new Stage();
    tap(stage, connection => connection.close());
    const { requests } = await stage.run([keepAlive()], 10_000);
    expect(requests).toHaveLength(10);
    for (const { sent, connected, status } of requests) expect([connected, status]).toEqual([sent, 200]);
  });

  test('opens another one while it is in use', async () => {
    const stage = new Stage();
    stage.publish(ONE);
    stage.serviceMs[ONE] = 1_000;
    const { requests } = await stage.run([{ share: 1, connection: { keepAlive: '1h' } }], 60_000);
    const inUse = new Map<number, number>();
    for (const { connected, sent, at } of requests.sort((a, b) => a.sent - b.sent)) {
      expect(sent).toBeGreaterThanOrEqual(inUse.get(connected) ?? 0);
      inUse.set(connected, at);
    }
    expect(inUse.size).toBeGreaterThan(5);
    expect(inUse.size).toBeLessThan(40);
  });
});

test('a keep-alive client takes the connection that it used last, so that the others come to rest', async () => {
  const stage = new Stage();
  stage.publish(ONE);
  stage.serviceMs[ONE] = 1_000;
  const quick = () => (stage.serviceMs[ONE] = 0);
  await stage.run([{ share: 1, connection: { keepAlive: '1h' } }], 60_000, { 5000: quick });
  const connections = (from: number, until: number) =>
    new Set(
      stage.requests.filter(({ sent }) => sent > from && sent < until).map(({ connected }) => connected),
    );
  expect(connections(0, 5_000).size).toBeGreaterThan(5);
  expect(connections(10_000, 60_000).size).toBeLessThan(4);
});

describe('a client that tries the next address', () => {
  const curl = loop('3s', { triesNextAddress: true, resolver: { shuffle: false } });

  test('does so at once when the first refuses', async () => {
    const stage = new Stage();
    stage.accepts[ONE] = 'refuse';
    await stage.run([curl], 1_000);
    expect(stage.requests).toMatchObject([
      { sent: 2, connected: 2, at: 8, address: TWO, status: 200, draw: 1 },
    ]);
  });

  test('does so after half of its time when the first is silent', async () => {
    const stage = new Stage();
    stage.accepts[ONE] = 'drop';
    await stage.run([curl], 1_000);
    expect(stage.requests).toMatchObject([{ sent: 2, at: 2_506, address: TWO, status: 200 }]);
  });

  test('stays with one that takes the connection and does not answer', async () => {
    const stage = new Stage();
    stage.serviceMs[ONE] = 60_000;
    await stage.run([curl], 1_000);
    expect(stage.requests).toMatchObject([{ sent: 2, at: 5_002, address: ONE, failure: 'timeout' }]);
  });

  test('ends with its whole time when all are silent', async () => {
    const stage = new Stage();
    stage.accepts[ONE] = 'drop';
    stage.accepts[TWO] = 'drop';
    await stage.run([curl], 1_000);
    expect(stage.requests).toMatchObject([{ sent: 2, at: 5_002, address: TWO, failure: 'timeout' }]);
  });

  test('does not when the first took the connection and is slow, breaks it, or answers with an error', async () => {
    const slow = new Stage();
    slow.serviceMs[ONE] = 4_000;
    await slow.run([curl], 1_000);
    expect(slow.requests).toMatchObject([{ address: ONE, status: 200, at: 4_006 }]);

    const broken = new Stage();
    broken.responses[ONE] = unavailable;
    await broken.run([curl], 1_000);
    expect(broken.requests).toMatchObject([{ address: ONE, status: 503 }]);

    const torn = new Stage();
    torn.responses[ONE] = 'reset';
    await torn.run([curl], 1_000);
    expect(torn.requests).toMatchObject([{ address: ONE, failure: 'reset' }]);
  });

  test('is a habit: others do not', async () => {
    const stage = new Stage();
    stage.accepts[ONE] = 'refuse';
    await stage.run([{ ...curl, triesNextAddress: false }], 1_000);
    expect(stage.requests).toMatchObject([{ address: ONE, failure: 'refused', at: 4 }]);
  });
});

describe('stopping', () => {
  test('closes the connections that were kept, now and when their requests end', async () => {
    const stage = new Stage();
    stage.serviceMs[ONE] = 3_000;
    const kept = new Set<Connection>();
    tap(stage, connection => kept.add(connection));
    await stage.run([{ share: 1, clients: 5, connection: { keepAlive: '1h' } }], 10_000);
    expect(kept.size).toBeGreaterThan(5);
    expect([...kept].filter(({ open }) => open)).toEqual([]);
  });

  test('waits for what is under way and journals nothing afterwards', async () => {
    const stage = new Stage();
    stage.serviceMs[ONE] = stage.serviceMs[TWO] = 3_000;
    await stage.run([{ share: 1 }], 10_000);
    expect(stage.clients?.outstanding()).toBe(0);
    expect(stage.requests.at(-1)?.at).toBe(stage.clock.now());
    expect(stage.requests.filter(({ at }) => at > 10_000).length).toBeGreaterThan(10);
    expect(Math.max(...stage.requests.map(({ looked }) => looked))).toBeLessThan(10_000);
  });

  test('waits for a query that nobody waits for', async () => {
    const stage = new Stage();
    const silent = () => (stage.nameServer = 'drop');
    const stale = loop('70s', { resolver: { cache: { serveStale: '60s' } } });
    await stage.run([stale], 70_100, { 10000: silent });
    expect(stage.answers.at(-1)).toMatchObject({ at: stage.clock.now(), failure: 'timeout' });
  });
});

test('the same seed gives the same journal, another seed another', async () => {
  const populations = [
    { share: 0.5, clients: 10, resolver: { count: 3 } },
    { share: 0.5, clients: 10, cache: '30s', connection: { keepAlive: '60s' } },
  ];
  const journal = async (seed: number) =>
    String(toNdjson((await new Stage(seed).run(populations, 60_000)).journal.events));
  expect(await journal(1)).toBe(await journal(1));
  expect(await journal(1)).not.toBe(await journal(2));
});
