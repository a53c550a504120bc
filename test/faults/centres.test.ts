import { describe, expect, test } from 'vitest';
import type { Controls } from '../../src/faults/fault.ts';
import { faultKinds } from '../../src/faults/index.ts';
import { CENTRES, type Entry, smallDrill } from './small-drill.ts';

/** A fault in force from 10 s to 35 s: what clients see of the struck centres, and that healing ends it. */
const faults: readonly [fault: string, params: Entry, during: readonly (number | string)[]][] = [
  ['application-down', {}, [503]],
  ['application-error', { share: '100%' }, [500]],
  ['application-error', { share: '30%' }, [200, 500]],
  ['application-slow', { delay: '1s' }, [200]],
  ['ingress-down', {}, ['refused']],
  ['cluster-pause', {}, ['timeout']],
  ['cluster-stop', {}, ['timeout']],
  ['cluster-kill', {}, ['timeout']],
  ['cluster-disconnect', {}, ['timeout']],
  ['control-plane-down', {}, [200]],
];
const targets = ['cluster1-beijing', ['cluster2-beijing', 'cluster1-hangzhou'], 'beijing'];
const centresOf = (on: string | readonly string[]) =>
  on === 'beijing' ? ['cluster1-beijing', 'cluster2-beijing'] : [on].flat();

describe('clients of the struck centres, and only they, see', () => {
  test.each(faults.map((fault, i) => [...fault, targets[i % 3] as string] as const))(
    '%s %j: %j on %j',
    async (fault, params, during, on) => {
      const journal = await smallDrill([{ at: '10s', for: '25s', fault, on, ...params }], '100s');
      const struck = centresOf(on);
      for (const centre of CENTRES) {
        expect(journal.outcomes(centre, 0, 9)).toEqual([200]);
        expect(journal.outcomes(centre, 15, 28)).toEqual(struck.includes(centre) ? during : [200]);
        expect(journal.outcomes(centre, 75, 99)).toEqual([200]);
      }
      expect(journal.of('fault').map(({ step, targets }) => [step, targets])).toEqual(
        ['inject', 'injected', 'heal', 'healed'].map(step => [step, struck]),
      );
      expect(journal.differences).toEqual([]);
    },
  );
});

test('application-down gives back the replicas that it found', async () => {
  const on = 'cluster1-hangzhou';
  const journal = await smallDrill([{ at: '10s', for: '20s', fault: 'application-down', on }], '60s');
  const replicas = journal.of('object').filter(each => each.centre === on && each.replicas !== undefined);
  expect(replicas.map(each => each.replicas).filter((one, i, all) => one !== all[i - 1])).toEqual([0, 1]);
  expect(journal.differences).toEqual([]);
});

test('application-slow takes as long as it says, and no longer once it is healed', async () => {
  const journal = await smallDrill(
    [{ at: '10s', for: '20s', fault: 'application-slow', on: 'cluster1-beijing', delay: '1s' }],
    '50s',
  );
  const took = (from: number, until: number) =>
    journal.requests('cluster1-beijing', from, until).map(({ at, sent }) => at - sent);
  expect(Math.min(...took(11, 30))).toBeGreaterThan(1100);
  expect(Math.max(...took(31, 49))).toBeLessThan(400);
});

test('application-slow is in force, and healed, when it is, however long its delay', async () => {
  const slow = { fault: 'application-slow', on: 'cluster1-beijing', delay: '30s', name: 'slow' };
  const journal = await smallDrill([{ at: '10s', for: '20s', ...slow }], '90s');
  const injected = journal.of('fault').find(({ step }) => step === 'injected');
  expect(journal.time(injected?.since ?? 0)).toBeLessThan(11);
  expect(journal.when('slow', 'healed')).toBeLessThan(31);
});

test.each(['0%', '0.1%', '1%'])(
  'application-error of %s is in force at once, though it hardly shows',
  async share => {
    const gray = { fault: 'application-error', on: 'cluster1-beijing', share, name: 'gray' };
    const journal = await smallDrill([{ at: '10s', for: '5s', ...gray }], '20s');
    expect(journal.when('gray', 'injected')).toBeLessThan(11);
  },
);

test.each(['cluster-pause', 'cluster-stop', 'cluster-kill', 'cluster-disconnect'])(
  '%s counts from the moment that it strikes, so that no error of its clients comes before it',
  async fault => {
    const journal = await smallDrill([{ at: '10s', for: '25s', fault, on: 'cluster1-beijing' }], '40s');
    const injected = journal.of('fault').find(({ step }) => step === 'injected');
    expect(journal.time(injected?.since ?? 0)).toBe(10);
  },
);

describe('a connection that rested through', () => {
  const on = 'cluster1-beijing';
  /** Each asks at 0 s and at 100 s. */
  const populations = Array.from({ length: 12 }, (_, i) => {
    return { name: `loop-${i}`, loop: { every: '100s' }, connection: { keepAlive: 'forever' } };
  });
  /** The second requests of those whose first went to the centre that was struck meanwhile, and the ones over their connections. */
  const secondRequests = async (fault: string) => {
    const journal = await smallDrill([{ at: '40s', for: '10s', fault, on }], '110s', { populations });
    const first = new Set(journal.requests(on, 0, 10).map(({ population }) => population));
    const next = journal.of('request', 90).filter(({ population }) => first.has(population));
    expect(next.length).toBeGreaterThan(1);
    return { next, old: next.filter(({ connected }) => journal.time(connected) < 40) };
  };

  test.each(['cluster-stop', 'cluster-kill'])('%s is reset: the machine knows it no more', async fault => {
    const { next, old } = await secondRequests(fault);
    expect(old).toEqual(next);
    expect(new Set(next.map(({ failure }) => failure))).toEqual(new Set(['reset']));
  });

  test('ingress-down is gone: the process closed it as it ended, and clients open another', async () => {
    const { next, old } = await secondRequests('ingress-down');
    expect(old).toEqual([]);
    expect(new Set(next.map(({ status }) => status))).toEqual(new Set([200]));
  });

  test.each(['cluster-pause', 'cluster-disconnect'])('%s goes on', async fault => {
    const { next, old } = await secondRequests(fault);
    expect(old).toEqual(next);
    expect(new Set(next.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

test('control-plane-down takes the API away until it is healed', async () => {
  const down = { fault: 'control-plane-down', on: 'cluster1-beijing' };
  const journal = await smallDrill([{ at: '5s', ...down }], '30s');
  expect(new Set(journal.differences.map(({ centre, differences }) => `${centre} ${differences}`))).toEqual(
    new Set(['cluster1-beijing unreachable']),
  );
  expect(journal.events.at(-2)).toMatchObject({ kind: 'fault', step: 'healed' });
});

test('cluster-disconnect leaves the cluster running: its pods are the same ones when it is back', async () => {
  const on = 'cluster1-beijing';
  const journal = await smallDrill([{ at: '10s', for: '60s', fault: 'cluster-disconnect', on }], '120s');
  expect(journal.outcomes(on, 15, 60)).toEqual(['timeout']);
  expect(journal.outcomes(on, 71, 119)).toEqual([200]);
  const pods = journal
    .of('object', 10)
    .filter(({ centre, object }) => centre === on && object.startsWith('Depl'));
  expect(pods).toEqual([]);
  expect(journal.differences).toEqual([]);
});

describe('pod-kill', () => {
  const drill = (count: number | 'all', on: string) =>
    smallDrill([{ at: '10s', fault: 'pod-kill', on, count }], '60s');

  test('of one pod of five: the ingress tries the next one, and no client notices', async () => {
    const journal = await drill(1, 'cluster1-beijing');
    expect(journal.outcomes('cluster1-beijing', 0, 60)).toEqual([200]);
    expect(readyIn(journal.of('object', 10, 30), 'cluster1-beijing')).toBe(4);
  });

  test.each(['all', 99] as const)('of %s pods: errors until the kubelet has restarted them', async count => {
    const journal = await drill(count, 'beijing');
    for (const centre of ['cluster1-beijing', 'cluster2-beijing']) {
      expect(readyIn(journal.of('object', 10, 30), centre)).toBeLessThan(3);
      expect(journal.outcomes(centre, 10, 20)).toContain(502);
      expect(journal.outcomes(centre, 30, 60)).toEqual([200]);
    }
    expect(journal.outcomes('cluster1-hangzhou', 0, 60)).toEqual([200]);
  });
});

describe('config-drift', () => {
  const drift = (replicas: number) => ({
    fault: 'config-drift',
    on: 'cluster1-beijing',
    object: { apiVersion: 'apps/v1', kind: 'Deployment' },
    patch: { spec: { replicas } },
  });

  test('is repaired by the engine within its five minutes', async () => {
    const journal = await smallDrill([{ at: '5s', ...drift(2) }], '320s', { populations: [] });
    const wanted = journal
      .of('object', 5)
      .filter(({ centre, object }) => centre === 'cluster1-beijing' && object === 'Deployment demo/web-demo')
      .map(({ replicas }) => replicas);
    expect(wanted[0]).toBe(2);
    expect(wanted.at(-1)).toBe(5);
    expect(journal.differences).toEqual([]);
  });

  test('that the drill ends before is seen by the comparison, and put back', async () => {
    const timeline = [
      { at: '5s', name: 'first', ...drift(4) },
      { at: '8s', name: 'second', ...drift(3) },
      { at: '11s', name: 'third', ...drift(2) },
    ];
    const journal = await smallDrill(timeline, '20s', { populations: [] });
    expect(journal.differences).toMatchObject([{ differences: ['spec.replicas'] }]);
    const wanted = journal
      .of('object', 5)
      .filter(({ object }) => object.startsWith('Deployment'))
      .map(({ replicas }) => replicas);
    // The latest first. The very last write may come too late for the observers.
    expect(wanted.filter((count, i) => count !== wanted[i - 1]).slice(0, 5)).toEqual([4, 3, 2, 3, 4]);
  });

  test('that somebody has put right is not put back', async () => {
    const live = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web-demo' },
      spec: { replicas: 7 },
    };
    const patches: unknown[] = [];
    const kube = { get: async () => live, patch: async (...call: unknown[]) => patches.push(call) };
    const controls = { centre: () => ({ kube }) } as unknown as Controls;
    const heal = (found: number) =>
      faultKinds
        .get('config-drift')
        ?.heal(
          controls,
          'cluster1-beijing',
          { object: live, patch: { spec: { replicas: found } }, inverse: { spec: { replicas: 5 } } } as never,
          'drift/cluster1-beijing',
        );
    await heal(2);
    expect(patches).toEqual([]);
    await heal(7);
    expect(patches).toEqual([[live, 'merge', { spec: { replicas: 5 } }]]);
  });
});

const readyIn = (
  objects: readonly { centre: string; object: string; ready?: number }[],
  name: string,
): number =>
  Math.min(
    ...objects
      .filter(({ centre, object }) => centre === name && object.startsWith('Deployment'))
      .map(({ ready = 0 }) => ready),
  );
