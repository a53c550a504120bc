import { describe, expect, test } from 'vitest';
import type { Monitor } from '../../src/gtm/model.ts';
import { detectionBound } from '../../src/gtm/timing.ts';
import { toNdjson } from '../../src/runtime/journal-memory.ts';
import { beijing1, beijing2, type Change, design, hangzhou } from './design.ts';
import { onRig, type Rig } from './rig.ts';

/*
 * Faults that users of other global balancers have met, each named after where it was reported, played on ours.
 */

const both = [beijing1, beijing2];
const monitor = design().pools[0]?.monitor as Monitor;
const vantages = monitor.nodes;

/** Cuts these vantage points off from everything. */
function blind(rig: Rig, nodes: readonly string[]): void {
  for (const node of nodes) {
    rig.network.rule(`vantage/${node}`, '*', { cut: true });
    rig.network.rule('*', `vantage/${node}`, { cut: true });
  }
}

test('with three clusters, everyone who asks gets the same set (k8gb #78, #1705)', async () => {
  await onRig(design(), async rig => {
    const answers = () => new Set(Array.from({ length: 50 }, () => rig.ask().join()));
    expect(answers()).toEqual(new Set([both.join()]));
    rig.set(503, ...both);
    await rig.clock.sleep(60_000);
    expect(answers()).toEqual(new Set([hangzhou]));
  });
});

test('ready pods behind a dead ingress leave the answers within the bound (k8gb #1754)', async () => {
  await onRig(design(), async rig => {
    await rig.clock.sleep(20_000);
    rig.set('refuse', beijing1);
    await rig.clock.sleep(detectionBound(monitor) + 2000);
    expect(rig.ask()).toEqual([beijing2]);
  });
});

describe('a standby that is partly down counts as its minimum says (k8gb #2326)', () => {
  test.each([
    [1, [beijing2]],
    [2, [hangzhou]],
  ])('at least %d of two', async (minimum, expected) => {
    const change: Change = ['DefaultMinAvailableAddrNum: 1', `DefaultMinAvailableAddrNum: ${minimum}`];
    await onRig(design(change), async rig => {
      rig.set(503, beijing1);
      await rig.clock.sleep(60_000);
      expect(rig.ask()).toEqual(expected);
    });
  });
});

describe('blind vantage points are no fault of the primary (k8gb docs/splitbrain.md)', () => {
  test('two of five: nothing happens', async () => {
    const rig = await onRig(design(), async rig => {
      blind(rig, vantages.slice(0, 2));
      await rig.clock.sleep(300_000);
      expect(rig.ask()).toEqual(both);
    });
    expect(rig.events('health')).toEqual([]);
  });

  test('all of them: nothing is available, and the primary set is answered on', async () => {
    await onRig(design(), async rig => {
      blind(rig, vantages);
      await rig.clock.sleep(300_000);
      expect(rig.ask()).toEqual(both);
      expect(rig.gtm.status().strategies[0]).toMatchObject({
        set: 'DEFAULT',
        available: { DEFAULT: 0, FAILOVER: 0 },
      });
    });
  });
});

test('what went down long ago is answered no more, and what came back is (Polaris #58)', async () => {
  await onRig(design(), async rig => {
    for (const [down, left] of [
      [beijing1, beijing2],
      [beijing2, beijing1],
    ] as const) {
      rig.set(503, down);
      await rig.clock.sleep(600_000);
      expect(rig.ask()).toEqual([left]);
      rig.set(200, down);
      await rig.clock.sleep(60_000);
      expect(rig.ask()).toEqual(both);
    }
  });
});

describe('what all-down means is a setting (Polaris `fallback`)', () => {
  test.each([
    ['default', both],
    ['last-known', [hangzhou]],
    ['empty', []],
  ])('%s', async (policy, expected) => {
    await onRig(design(['whenAllDown: default', `whenAllDown: ${policy}`]), async rig => {
      rig.set(503, ...both);
      await rig.clock.sleep(60_000);
      rig.set(503, hangzhou);
      await rig.clock.sleep(60_000);
      expect(rig.ask()).toEqual(expected);
      expect(rig.gtm.answer({ name: 'web-demo.example.com' }).rcode).toBe('NOERROR');
    });
  });
});

test('a name that nobody asks for is checked as often as any (CoreDNS-GSLB)', async () => {
  const rig = await onRig(design(), async rig => {
    await rig.clock.sleep(3 * 3_600_000);
    rig.set(503, hangzhou);
    await rig.clock.sleep(detectionBound(monitor));
  });
  expect(rig.events('health')).toMatchObject([{ centre: 'cluster1-hangzhou', status: 'ALERT' }]);
});

test('a flapping primary set does not draw its clients back (Azure #3678)', async () => {
  const rig = await onRig(design(), async rig => {
    rig.set(503, ...both);
    await rig.clock.sleep(60_000);
    for (let flap = 0; flap < 5; flap += 1) {
      rig.set(200, ...both);
      await rig.clock.sleep(60_000);
      rig.set(503, ...both);
      await rig.clock.sleep(60_000);
    }
    expect(rig.ask()).toEqual([hangzhou]);
  });
  expect(rig.events('health').length).toBeGreaterThan(10);
  expect(rig.events('switch')).toHaveLength(1);
});

describe('the threshold is the configured number, not one more or less (Azure, tolerated failures)', () => {
  test.each([1, 2, 3])('%d failures in a row', async count => {
    const rig = await onRig(design(['EvaluationCount: 3', `EvaluationCount: ${count}`]), async rig => {
      rig.set(503, hangzhou);
      await rig.clock.sleep(60_000);
    });
    const alert = rig.journal.events.findIndex(event => event.kind === 'health');
    const failures = new Map<string, number>();
    for (const event of rig.journal.events.slice(0, alert)) {
      if (event.kind === 'probe' && !event.ok) {
        failures.set(event.vantage, (failures.get(event.vantage) ?? 0) + 1);
      }
    }
    const convinced = [...failures.values()].filter(one => one >= count);
    expect(convinced).toHaveLength(3);
  });
});

test('a fault of no effect leaves the journal as it was (toxiproxy #603)', async () => {
  const story = (rule: boolean) =>
    onRig(design(), async rig => {
      if (rule) rig.network.rule('*', '*', { loss: 0 });
      await rig.clock.sleep(120_000);
    });
  const [plain, ruled] = [await story(false), await story(true)];
  expect(String(toNdjson(ruled.journal.events))).toBe(String(toNdjson(plain.journal.events)));
});

test('checks of one address do not depend on which others there are (freenet #2810)', async () => {
  const journal = async (...changes: readonly Change[]) => {
    const rig = await onRig(design(...changes), ({ clock }) => clock.sleep(60_000));
    return rig.events('probe').filter(event => event.address === hangzhou);
  };
  const alone: Change = ['      - Addr: cluster2-beijing\n', ''];
  expect(await journal(alone)).toEqual(await journal());
});

test('a centre that comes back at another address is checked there (kind #1689)', async () => {
  const moved: Change = ['Addr: cluster2-beijing', 'Addr: 192.0.2.7'];
  const rig = await onRig(design(moved), ({ clock }) => clock.sleep(60_000));
  expect(rig.events('health')).toMatchObject([{ address: '192.0.2.7', status: 'ALERT' }]);
});
