import { APPLICATION, RESOURCE_TRACKER } from '../../engine/model.ts';
import { isNotFound, type KubeClient } from '../../kube/client.ts';
import type { Kind, KubeObject } from '../../kube/objects.ts';
import type { Clock } from '../../runtime/clock.ts';
import { until } from './until.ts';

const GONE_WITHIN_MS = 120_000;

/** Takes what an earlier drill left from a hub that was kept. Its engine is gone: nobody else takes the finalizers off. */
export async function cleanHub(hub: KubeClient, namespace: string, clock: Clock): Promise<void> {
  for (const kind of [APPLICATION, RESOURCE_TRACKER])
    for (const object of await all(hub, kind)) {
      await hub.patch(refTo(object), 'merge', { metadata: { finalizers: null } });
      await hub.delete(refTo(object)).catch(unlessAbsent);
    }
  await cleanCentre(hub, namespace, clock);
}

/** Takes the application from a centre that was kept. */
export async function cleanCentre(kube: KubeClient, namespace: string, clock: Clock): Promise<void> {
  const ref = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
  await kube.delete(ref).catch(unlessAbsent);
  await until(
    `the namespace ${namespace} of an earlier drill is still there`,
    { clock, withinMs: GONE_WITHIN_MS },
    () =>
      kube.get(ref).then(
        () => false,
        (error: unknown) => unlessAbsent(error) ?? true,
      ),
  );
}

async function all(kube: KubeClient, kind: Kind): Promise<KubeObject[]> {
  try {
    return (await kube.list(kind)).items;
  } catch (error) {
    unlessAbsent(error);
    return [];
  }
}

function unlessAbsent(error: unknown): void {
  if (!isNotFound(error)) throw error;
}

function refTo({ apiVersion, kind, metadata: { namespace, name } }: KubeObject) {
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}
