import type { KubeObject } from '../../kube/objects.ts';
import { inParallel, PARALLELISM } from '../parallel.ts';
import { type Clusters, problemMessage } from './clusters.ts';
import { type LiveObjects, serviceOf } from './services.ts';
import type { ServiceStatus } from './status.ts';
import { type ManagedResource, objectOf, resourceKey } from './tracker.ts';

export interface Kept {
  readonly services: readonly ServiceStatus[];
  readonly errors: readonly string[];
}

/**
 * Brings the application's objects back to what was dispatched: changed fields are restored, fields of others stay,
 * deleted objects come back. Health is what was found before; a component whose objects cannot all be read keeps its
 * last one.
 */
export async function keepState(resources: readonly ManagedResource[], clusters: Clusters): Promise<Kept> {
  const errors: string[] = [];
  const live = new Map<string, KubeObject | undefined>();
  const keepsAll =
    clusters.rules['apply-once']?.enable === true && clusters.rules['apply-once'].rules == null;
  await inParallel(resources, PARALLELISM, async resource => {
    const { cluster, data } = resource;
    try {
      const object = await clusters.read(cluster, objectOf(resource));
      live.set(resourceKey(resource), object);
      if (data !== undefined && !keepsAll) await clusters.write(cluster, data, object, 'keep');
    } catch (error) {
      errors.push(`${cluster}: ${problemMessage(error)}`);
    }
  });
  return { services: servicesOf(resources, live), errors };
}

/** The health of components as their live objects show it; of those whose objects were all found. */
function servicesOf(resources: readonly ManagedResource[], live: LiveObjects): ServiceStatus[] {
  const groups = Map.groupBy(resources, ({ cluster, component, serviceNamespace }) =>
    [cluster, serviceNamespace, component].join('/'),
  );
  return [...groups.values()].flatMap(group => {
    const isThere = group.every(resource => live.get(resourceKey(resource)) !== undefined);
    return isThere ? (serviceOf(group, live) ?? []) : [];
  });
}
