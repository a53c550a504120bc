import { describe, expect, test } from 'vitest';
import { toNdjson } from '../../src/runtime/journal-memory.ts';
import { beijing1, beijing2, type Change, design, hangzhou } from './design.ts';
import { onRig } from './rig.ts';

const both = [beijing1, beijing2];

describe('in steady operation', () => {
  test('every vantage point checks every address once an interval, each in a phase of its own', async () => {
    const rig = await onRig(design(), ({ clock }) => clock.sleep(10 * 15_000));
    const probes = rig.events('probe');
    expect(probes).toHaveLength(3 * 5 * 10);
    const times = new Map<string, number[]>();
    for (const { address, vantage, at } of probes) {
      const key = `${address} from ${vantage}`;
      times.set(key, [...(times.get(key) ?? []), at]);
    }
    expect(times.size).toBe(3 * 5);
    const phases = [...times.values()].map(one => one[0]);
    expect(new Set(phases).size).toBeGreaterThan(10);
    for (const one of times.values()) {
      expect(one.slice(1).map((at, i) => at - (one[i] as number))).toEqual(Array(9).fill(15_000));
    }
  });

  test('a check asks for the business name at the root, from its vantage point', async () => {
    const rig = await onRig(design(), ({ clock }) => clock.sleep(15_000));
    expect(rig.requests[0]).toMatchObject({
      host: 'web-demo.example.com',
      path: '/',
      port: 80,
      timeoutMs: 2000,
    });
    expect(rig.requests.every(request => request.from.startsWith('vantage/'))).toBe(true);
  });

  test('the journal shows one route and its publication, and nothing changes', async () => {
    const rig = await onRig(design(), ({ clock }) => clock.sleep(300_000));
    expect(rig.journal.events.filter(event => event.kind !== 'probe')).toEqual([
      {
        at: 0,
        kind: 'route',
        strategy: 'two-cities',
        set: 'DEFAULT',
        addresses: both,
        available: { DEFAULT: 2, FAILOVER: 1 },
        reason: 'DEFAULT has 2 available, needs 1; FAILOVER has 1, needs 1',
      },
      { at: 0, kind: 'publish', strategy: 'two-cities', set: 'DEFAULT', addresses: both },
    ]);
  });

  test('the same seed gives the same journal, another seed another', async () => {
    const story = async (seed: number) => {
      const rig = await onRig(
        design(),
        async ({ clock, ...rig }) => {
          await clock.sleep(60_000);
          rig.network.rule('*', '*', { jitterMs: 5, latencyMs: 20, loss: 0.2 });
          await clock.sleep(60_000);
        },
        seed,
      );
      return String(toNdjson(rig.journal.events));
    };
    expect(await story(7)).toBe(await story(7));
    expect(await story(7)).not.toBe(await story(8));
  });
});

describe('when Beijing goes down', () => {
  test('addresses leave one by one; Hangzhou takes over with the last; publication follows each decision', async () => {
    const rig = await onRig(design(), async rig => {
      await rig.clock.sleep(60_000);
      rig.set(503, ...both);
      await rig.clock.sleep(60_000);
      expect(rig.ask()).toEqual([hangzhou]);
    });
    const alerts = rig.events('health');
    expect(alerts.map(event => event.centre).sort()).toEqual(['cluster1-beijing', 'cluster2-beijing']);
    expect(alerts[0]).toMatchObject({ status: 'ALERT', failing: 3, nodes: 5 });
    const routes = rig.events('route').slice(1);
    expect(routes.map(event => event.at)).toEqual(alerts.map(event => event.at));
    expect(routes.map(event => event.set)).toEqual(['DEFAULT', 'FAILOVER']);
    expect(rig.events('switch')).toEqual([
      expect.objectContaining({ at: routes[1]?.at, from: 'DEFAULT', to: 'FAILOVER' }),
    ]);
    const publications = rig.events('publish').slice(1);
    expect(publications.map(event => event.at)).toEqual(routes.map(event => event.at + 2000));
    expect(publications.map(event => event.addresses)).toEqual(routes.map(event => event.addresses));
  });

  test('answers are what was published, not what was decided', async () => {
    await onRig(design(['publishDelay: 2s', 'publishDelay: 5s']), async rig => {
      rig.gtm.setAccessMode('two-cities', 'FAILOVER');
      expect(rig.gtm.status().strategies[0]).toMatchObject({ decided: [hangzhou], published: both });
      await rig.clock.sleep(4999);
      expect(rig.ask()).toEqual(both);
      await rig.clock.sleep(1);
      expect(rig.ask()).toEqual([hangzhou]);
    });
  });

  test('of decisions in quick succession the latest stays, in order', async () => {
    const rig = await onRig(design(), async rig => {
      for (const mode of ['FAILOVER', 'DEFAULT', 'FAILOVER'] as const) {
        rig.gtm.setAccessMode('two-cities', mode);
        await rig.clock.sleep(500);
      }
      await rig.clock.sleep(10_000);
      expect(rig.ask()).toEqual([hangzhou]);
    });
    expect(rig.events('publish').map(event => event.set)).toEqual([
      'DEFAULT',
      'FAILOVER',
      'DEFAULT',
      'FAILOVER',
    ]);
  });

  test('it goes back by itself when Beijing has been up for the hold-down', async () => {
    const rig = await onRig(design(), async rig => {
      rig.set('drop', ...both);
      await rig.clock.sleep(120_000);
      rig.set(200, ...both);
      await rig.clock.sleep(200_000);
      expect(rig.ask()).toEqual(both);
    });
    const recovered = rig.events('health').find(event => event.status === 'OK');
    expect(rig.events('switch').at(-1)).toMatchObject({
      from: 'FAILOVER',
      to: 'DEFAULT',
      at: (recovered?.at ?? 0) + 120_000,
    });
  });

  test.each([
    ['503', 503, '503'],
    ['404, above the code 400', 404, '404'],
    ['a refused connection', 'refuse', 'refused'],
    ['silence', 'drop', 'timeout'],
  ] as const)('%s is a failure', async (_, condition, result) => {
    const rig = await onRig(design(), async rig => {
      rig.set(condition, beijing1);
      await rig.clock.sleep(60_000);
      expect(rig.ask()).toEqual([beijing2]);
    });
    expect(rig.events('probe').find(event => event.address === beijing1)).toMatchObject({
      ok: false,
      result,
    });
  });

  test('401 is above the code 400', async () => {
    await onRig(design(), async rig => {
      rig.set(401, beijing1);
      await rig.clock.sleep(60_000);
      expect(rig.ask()).toEqual([beijing2]);
    });
  });

  test('400 is not above the code 400', async () => {
    await onRig(design(), async rig => {
      rig.set(400, beijing1);
      await rig.clock.sleep(60_000);
      expect(rig.ask()).toEqual(both);
    });
  });
});

describe('TCP checks', () => {
  const extend = 'MonitorExtendInfo: { port: 80, path: /, code: 400, failureRate: 50 }';
  const tcp: Change[] = [
    ['ProtocolType: HTTP', 'ProtocolType: TCP'],
    [extend, 'MonitorExtendInfo: { port: 80 }'],
  ];

  test('see a host that refuses', async () => {
    const rig = await onRig(design(...tcp), async rig => {
      rig.set('refuse', beijing1);
      await rig.clock.sleep(60_000);
      expect(rig.ask()).toEqual([beijing2]);
    });
    expect(new Set(rig.events('probe').map(event => event.result))).toEqual(
      new Set(['refused', 'connected']),
    );
  });

  test('do not see an application that fails', async () => {
    await onRig(design(...tcp), async rig => {
      rig.set(503, ...both);
      await rig.clock.sleep(120_000);
      expect(rig.ask()).toEqual(both);
    });
  });
});

test('OFFLINE and ONLINE addresses are not checked', async () => {
  const pinned: Change = ['- Addr: cluster2-beijing', '- { Addr: cluster2-beijing, Mode: ONLINE }'];
  const rig = await onRig(design(pinned), ({ clock }) => clock.sleep(30_000));
  expect(rig.events('probe').some(event => event.address === beijing2)).toBe(false);
});

test('a stopped instance probes and publishes no more, and answers on', async () => {
  const rig = await onRig(design(), async rig => {
    rig.network.rule('*', '*', { latencyMs: 500 });
    await rig.clock.sleep(20_000);
    rig.gtm.setAccessMode('two-cities', 'FAILOVER');
    rig.gtm.stop();
    await rig.clock.sleep(2000);
    const made = rig.requests.length;
    await rig.clock.sleep(120_000);
    expect(rig.requests).toHaveLength(made);
    expect(rig.ask()).toEqual(both);
  });
  expect(rig.requests.length).toBeGreaterThan(rig.events('probe').length);
  expect(rig.journal.events.at(-1)?.at).toBeLessThanOrEqual(20_000);
});

test('a stopped instance does not go back when the hold-down ends', async () => {
  const rig = await onRig(design(), async rig => {
    rig.set('drop', ...both);
    await rig.clock.sleep(120_000);
    rig.set(200, ...both);
    await rig.clock.sleep(60_000);
    rig.gtm.stop();
    await rig.clock.sleep(200_000);
    expect(rig.ask()).toEqual([hangzhou]);
  });
  expect(rig.events('health').at(-1)).toMatchObject({ status: 'OK' });
  expect(rig.events('switch')).toHaveLength(1);
});

test('an access mode for what is not there is refused', async () => {
  const noBackup: Change = ['FailoverAddrPool: [{ Name: hangzhou }]', 'FailoverAddrPool: EMPTY'];
  await onRig(design(noBackup), async ({ gtm }) => {
    expect(() => gtm.setAccessMode('two-cities', 'FAILOVER')).toThrow('has no FailoverAddrPool');
    expect(() => gtm.setAccessMode('other', 'AUTO')).toThrow('no access strategy "other"');
  });
});

test('the loss of the standby is noticed, and changes no route', async () => {
  const rig = await onRig(design(), async rig => {
    rig.set(503, hangzhou);
    await rig.clock.sleep(60_000);
  });
  expect(rig.events('health')).toMatchObject([{ centre: 'cluster1-hangzhou', status: 'ALERT' }]);
  expect(rig.events('route')).toHaveLength(1);
  expect(rig.events('publish')).toHaveLength(1);
});

test('the status names what is down', async () => {
  await onRig(design(), async rig => {
    rig.set(503, hangzhou);
    await rig.clock.sleep(60_000);
    expect(rig.gtm.status()).toMatchObject({
      strategies: [{ name: 'two-cities', set: 'DEFAULT', available: { DEFAULT: 2, FAILOVER: 0 } }],
      addresses: [
        { pool: 'beijing', address: beijing1, status: 'OK' },
        { pool: 'beijing', address: beijing2, status: 'OK' },
        { pool: 'hangzhou', address: hangzhou, status: 'ALERT' },
      ],
    });
  });
});
