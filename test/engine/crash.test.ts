import { describe, expect, it } from 'vitest';
import { resume } from '../../src/engine/operators.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { APP, CENTRES, edit, Fleet, manifests, published } from './fleet.ts';

/** An engine that dies at its n-th API call: before the call is sent, or after it was done and before the answer came. */
function mortal(fleet: Fleet, n: number, when: 'before' | 'after'): { calls: () => number } {
  let calls = 0;
  let engine: { stop(): void } | undefined;
  const die = () => {
    engine?.stop();
    fleet.clock.after(1000, () => fleet.engine());
  };
  const counted = async <T>(call: () => Promise<T>): Promise<T> => {
    calls += 1;
    if (calls !== n) return call();
    if (when === 'before') die();
    if (when === 'before') return new Promise(() => {});
    const result = await call();
    die();
    return result;
  };
  const wrap = (client: KubeClient): KubeClient => ({
    get: ref => counted(() => client.get(ref)),
    list: (kind, options) => counted(() => client.list(kind, options)),
    create: object => counted(() => client.create(object)),
    update: (object, subresource) => counted(() => client.update(object, subresource)),
    patch: (...args) => counted(() => client.patch(...args)),
    delete: (...args) => counted(() => client.delete(...args)),
    watch: (kind, options, handler) => client.watch(kind, options, handler),
  });
  engine = fleet.engine({}, wrap);
  return { calls: () => calls };
}

const second = edit(published(manifests(), 'version9'), 'ConfigMap', object => ({
  ...object,
  data: { 'config.json': 'second' },
}));

/** Two releases, approved; what the centres then show, and what the hub remembers. */
async function twoReleases(fleet: Fleet): Promise<unknown> {
  for (const objects of [manifests(), second]) {
    await fleet.apply(objects);
    await fleet.until('workflowSuspending', 600_000);
    await resume(fleet.client('hub'), APP);
    await fleet.untilSo(() => fleet.status.status === 'running', 600_000);
  }
  await fleet.clock.sleep(20_000);
  const { workflow, latestRevision, services = [] } = fleet.status;
  const trackers = fleet.server('hub').list({ apiVersion: 'core.oam.dev/v1beta1', kind: 'ResourceTracker' });
  return {
    workflow,
    latestRevision,
    services: services.map(service => JSON.stringify(service)).sort(),
    trackers: trackers.map(({ metadata, spec }) => [metadata.name, spec?.['managedResources'].length]),
    centres: CENTRES.map(centre => [fleet.names(centre), fleet.shows(centre)]),
  };
}

async function endOf(n: number, when: 'before' | 'after'): Promise<{ end: unknown; calls: number }> {
  const fleet = new Fleet();
  let result = { end: undefined as unknown, calls: 0 };
  await fleet.run(async () => {
    const engine = mortal(fleet, n, when);
    const end = await twoReleases(fleet);
    result = { end, calls: engine.calls() };
  });
  return result;
}

describe('an engine that dies', () => {
  it('at any of its API calls leaves another to come to the same end', async () => {
    const { end, calls } = await endOf(0, 'before');
    expect(calls).toBeGreaterThan(50);
    for (let n = 1; n <= calls; n++) {
      for (const when of ['before', 'after'] as const) {
        expect({ n, when, end: (await endOf(n, when)).end }).toEqual({ n, when, end });
      }
    }
  }, 60_000);

  it('reaches no API any more', async () => {
    const fleet = new Fleet();
    await fleet.run(async () => {
      const engine = fleet.engine();
      await fleet.apply();
      await fleet.untilSo(() => fleet.writes.length > 0);
      engine.stop();
      await fleet.clock.sleep(1000);
      const versions = CENTRES.map(centre => fleet.server(centre).resourceVersion);
      fleet.readyMs = undefined;
      await fleet.clock.sleep(3_600_000);
      expect(fleet.status.status).not.toBe('running');
      expect(CENTRES.slice(1).map(centre => fleet.server(centre).resourceVersion)).toEqual(versions.slice(1));
    });
  });
});
