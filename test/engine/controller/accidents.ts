import { resume } from '../../../src/engine/kubectl/operators.ts';
import { ApiError, calling } from '../../../src/kube/client.ts';
import { APP, CENTRES, edit, Fleet, manifests, published } from './fleet.ts';
import { Writes } from './writes.ts';

/* What may befall an engine at its API calls, and what two releases come to then. */

export type Call = Parameters<typeof calling>[1];

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

export type Accident = keyof typeof ACCIDENTS;

export const accidents = Object.keys(ACCIDENTS) as Accident[];

/** Starts an engine that meets with an accident at its n-th call; `survivor` is called when it has died. */
export function mortal(
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

export async function inFleet<T>(test: (fleet: Fleet) => Promise<T>): Promise<T> {
  const fleet = new Fleet();
  return fleet.clock.run(() => test(fleet));
}

/** The end, and all that was written on the way; with n 0, nothing befalls it. */
export function courseOf(
  n: number,
  accident: Accident = 'the answer is lost',
): Promise<{ course: object; calls: number }> {
  return inFleet(async fleet => {
    const writes = new Writes();
    const survivor = () => fleet.engine({}, (client, cluster) => writes.watching(client, cluster));
    const engine = mortal(fleet, n, accident, survivor, writes);
    const end = await twoReleases(fleet);
    return { course: { end, writes: writes.contents }, calls: engine.calls };
  });
}
