import { isAway } from '../kube/insist.ts';
import type { KubeObject } from '../kube/objects.ts';
import { type Clusters, problemMessage } from './clusters.ts';
import { inParallel } from './parallel.ts';
import { type LiveObjects, serviceOf } from './services.ts';
import type { ServiceStatus } from './status.ts';
import { type ManagedResource, objectOf, resourceKey } from './tracker.ts';

/** Clusters are many and calls are slow: as many at once as a deploy step makes. */
const PARALLELISM = 5;

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

export interface Swept {
  /** Objects that are still there. */
  readonly remaining: readonly string[];
  readonly errors: readonly string[];
  /** Resources in clusters whose API is away. */
  readonly unreachable: readonly ManagedResource[];
}

/** Deletes objects of the application that it no longer has, or lets go of those that are to survive. */
export async function sweep(
  resources: readonly ManagedResource[],
  clusters: Clusters,
  orphan = false,
): Promise<Swept> {
  const remaining: string[] = [];
  const errors: string[] = [];
  const unreachable: ManagedResource[] = [];
  await inParallel(resources, PARALLELISM, async resource => {
    const { cluster, skipGC } = resource;
    try {
      const mode = skipGC || orphan ? 'let go' : 'delete';
      if ((await clusters.remove(cluster, objectOf(resource), mode)) === 'deleting')
        remaining.push(describe(resource));
    } catch (error) {
      errors.push(`${cluster}: ${problemMessage(error)}`);
      if (isAway(error)) unreachable.push(resource);
    }
  });
  return { remaining, errors, unreachable };
}

function describe({ cluster, kind, name, namespace = '' }: ManagedResource): string {
  return `${kind} ${name} (Cluster: ${cluster}, Namespace: ${namespace})`;
}
