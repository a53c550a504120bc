import type { KubeObject } from '../kube/objects.ts';
import { apiMessage, type Clusters, serviceOf } from './clusters.ts';
import { inParallel } from './parallel.ts';
import type { ServiceStatus } from './status.ts';
import type { ManagedResource } from './tracker.ts';

/** Clusters are many and calls are slow: as many at once as a deploy step makes. */
const PARALLELISM = 5;

export interface Kept {
  readonly services: readonly ServiceStatus[];
  readonly errors: readonly string[];
}

/**
 * Brings the application's objects back to what was dispatched: changed fields are restored, fields of others stay,
 * deleted objects come back. Health is what was found before. A cluster that cannot be asked keeps its last health.
 */
export async function keepState(resources: readonly ManagedResource[], clusters: Clusters): Promise<Kept> {
  const services: ServiceStatus[] = [];
  const errors: string[] = [];
  await inParallel(resources, PARALLELISM, async resource => {
    const { cluster, data, traits } = resource;
    try {
      const live = await clusters.read(cluster, data);
      if (traits !== undefined) services.push(serviceOf(resource, live));
      const problem = clusters.foreign(live);
      if (problem === undefined) await clusters.write(cluster, data, live, false);
      else errors.push(`${cluster}: ${problem}`);
    } catch (error) {
      errors.push(`${cluster}: ${apiMessage(error)}`);
    }
  });
  return { services, errors };
}

export interface Swept {
  /** Objects that are still there. */
  readonly remaining: readonly string[];
  readonly errors: readonly string[];
}

/** Deletes objects of the application that it no longer has. */
export async function sweep(resources: readonly ManagedResource[], clusters: Clusters): Promise<Swept> {
  const remaining: string[] = [];
  const errors: string[] = [];
  await inParallel(resources, PARALLELISM, async ({ cluster, data }) => {
    try {
      if ((await clusters.remove(cluster, data)) === 'deleting') remaining.push(describe(cluster, data));
    } catch (error) {
      errors.push(`${cluster}: ${apiMessage(error)}`);
    }
  });
  return { remaining, errors };
}

function describe(cluster: string, { kind, metadata: { name, namespace = '' } }: KubeObject): string {
  return `${kind} ${name} (Cluster: ${cluster}, Namespace: ${namespace})`;
}
