import { describe, expect, it } from 'vitest';
import { resume } from '../../src/engine/operators.ts';
import { ApiError, calling } from '../../src/kube/client.ts';
import { APP, CENTRES, edit, Fleet, manifests, published } from './fleet.ts';
import { Writes } from './writes.ts';

type Call = Parameters<typeof calling>[1];

/** What befalls the engine at its n-th API call. */
const ACCIDENTS = {
  'it dies before the call is sent': async (die: () => void) => {
    die();
    return new Promise<never>(() => {});
  },
  'it dies when the call is done and before the answer comes': async (
    die: () => void,
    call: () => Promise<unknown>,
  ) => {
    await call().catch(() => undefined);
    die();
    return new Promise<never>(() => {});
  },
  'the answer is lost': async (_die: () => void, call: () => Promise<unknown>) => {
    await call().catch(() => undefined);
    throw new ApiError('Unreachable', 0, 'the answer was lost');
  },
} as const;

type Accident = keyof typeof ACCIDENTS;

/** Starts an engine that meets with an accident at its n-th call; `survivor` is called when it has died. */
function mortal(
  fleet: Fleet,
  n: number,
  accident: Accident,
  survivor = () => {},
  writes = new Writes(),
): { readonly calls: number } {
  const engine = { calls: 0, stop: () => {} };
  const die = () => {
    engine.stop();
    fleet.clock.after(1000, survivor);
  };
  const through: Call = call => {
    engine.calls += 1;
    return engine.calls === n ? ACCIDENTS[accident](die, call) : call();
  };
  const controller = fleet.engine({}, (client, cluster) =>
    calling(writes.watching(client, cluster), through),
  );
  engine.stop = () => controller.stop();
  return engine;
}

const second = edit(published(manifests(), 'version9'), 'ConfigMap', object => ({
  ...object,
  data: { 'config.json': 'second' },
}));

/** Two releases, approved (again, where an accident took the approval): what is there in the end. */
async function twoReleases(fleet: Fleet): Promise<unknown> {
  for (const [objects, version] of [
    [manifests(), 'version8'],
    [second, 'version9'],
  ] as const) {
    await fleet.apply(objects);
    await fleet.untilSo(() => fleet.status.workflow?.appRevision === version);
    while (fleet.status.status !== 'running') {
      if (fleet.status.status === 'workflowSuspending') await resume(fleet.client('hub'), APP);
      await fleet.clock.sleep(1000);
    }
  }
  await fleet.clock.sleep(60_000);
  const { workflow, latestRevision, services = [] } = fleet.status;
  return {
    workflow,
    latestRevision,
    services: services.map(service => JSON.stringify(service)).sort(),
    trackers: records(fleet, 'ResourceTracker').map(({ metadata, spec }) => [
      metadata.name,
      spec?.['managedResources'].length,
    ]),
    revisions: records(fleet, 'ApplicationRevision').map(({ metadata }) => metadata.name),
    centres: CENTRES.map(centre => [fleet.names(centre), fleet.shows(centre)]),
  };
}

function records(fleet: Fleet, kind: string) {
  return fleet.server('hub').list({ apiVersion: 'core.oam.dev/v1beta1', kind });
}

async function inFleet<T>(test: (fleet: Fleet) => Promise<T>): Promise<T> {
  const fleet = new Fleet();
  return fleet.clock.run(() => test(fleet));
}

/** The end, and all that was written on the way. */
function courseOf(n: number, accident: Accident): Promise<{ course: object; calls: number }> {
  return inFleet(async fleet => {
    const writes = new Writes();
    const survivor = () => fleet.engine({}, (client, cluster) => writes.watching(client, cluster));
    const engine = mortal(fleet, n, accident, survivor, writes);
    const end = await twoReleases(fleet);
    return { course: { end, writes: writes.contents }, calls: engine.calls };
  });
}

describe('at any API call of two releases', () => {
  for (const accident of Object.keys(ACCIDENTS) as Accident[]) {
    it(`${accident}: the end is the same, and nothing else is written`, async () => {
      const { course, calls } = await courseOf(0, accident);
      expect(calls).toBeGreaterThan(50);
      for (let n = 1; n <= calls; n++) {
        expect((await courseOf(n, accident)).course, `at call ${n}`).toEqual(course);
      }
    }, 60_000);
  }

  it('it dies, and the application is deleted: nothing is left', async () => {
    for (let n = 1; n <= 40; n++) {
      await inFleet(async fleet => {
        const accident: Accident = 'it dies when the call is done and before the answer comes';
        const died = new Promise<void>(resolve => mortal(fleet, n, accident, resolve));
        await fleet.apply();
        if (n > 15) {
          await Promise.race([died, fleet.until('workflowSuspending')]);
          if (fleet.status.status === 'workflowSuspending') await resume(fleet.client('hub'), APP);
        }
        await died;
        await fleet.client('hub').delete(APP);
        fleet.engine();
        await fleet.untilSo(() => fleet.server('hub').get(APP) === undefined);
        await fleet.clock.sleep(10_000);
        expect({ n, left: CENTRES.flatMap(centre => fleet.names(centre)) }).toEqual({ n, left: [] });
      });
    }
  });
});

it('a stopped engine reaches no API any more', async () => {
  for (let n = 2; n <= 30; n++) {
    await inFleet(async fleet => {
      let calls = 0;
      const through: Call = call => {
        calls += 1;
        if (calls === n) engine.stop();
        return call();
      };
      const engine = fleet.engine({}, client => calling(client, through));
      await fleet.apply();
      await fleet.clock.sleep(600_000);
      expect(calls).toBe(n);
    });
  }
});
