import type { KubeObject } from '../../kube/objects.ts';
import { componentDefinitions } from '../plan/components/index.ts';
import { traitDefinitions } from '../plan/traits/index.ts';
import type { ServiceStatus } from './status.ts';
import { type ManagedResource, resourceKey } from './tracker.ts';

/** Live objects by `resourceKey`. */
export type LiveObjects = ReadonlyMap<string, KubeObject | undefined>;

/** The health of a component in a cluster, as its live objects show it; `undefined` when its workload is not there. */
export function serviceOf(
  resources: readonly ManagedResource[],
  live: LiveObjects,
): ServiceStatus | undefined {
  const workload = resources.find(({ traits }) => traits !== undefined);
  const object = workload && live.get(resourceKey(workload));
  if (workload === undefined || object === undefined) return undefined;
  const { apiVersion, kind, cluster, component, serviceNamespace, type, traits = [] } = workload;
  const health = componentDefinitions.get(type)?.health?.(object) ?? { healthy: true };
  const statuses = traits.map(trait => {
    const outputs = resources.filter(each => each.trait === trait).map(each => live.get(resourceKey(each)));
    const judged = traitDefinitions.get(trait)?.health?.(outputs.filter(each => each !== undefined));
    return { type: trait, ...(judged ?? { healthy: true }) };
  });
  const message = health.message ?? statuses.find(each => each.message)?.message;
  return {
    name: component,
    namespace: serviceNamespace,
    cluster,
    workloadDefinition: { apiVersion, kind },
    healthy: health.healthy,
    ...(message === undefined ? {} : { message }),
    ...(statuses.length === 0 ? {} : { traits: statuses }),
  };
}

export function isHealthy({ healthy, traits = [] }: ServiceStatus): boolean {
  return healthy && traits.every(trait => trait.healthy);
}
