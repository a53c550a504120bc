import * as z from 'zod';
import { LOCAL, PlanError, quoted } from '../../model.ts';
import { type ClusterInfo, type Placement, placementText } from '../../placement.ts';

export const topologySchema = z.strictObject({
  clusters: z.array(z.string()).nullish(),
  clusterLabelSelector: z.record(z.string(), z.string()).nullish(),
  /** KubeVela's old name of clusterLabelSelector, which it ignores unless a feature gate is on. */
  clusterSelector: z.unknown().optional(),
  allowEmpty: z.boolean().nullish(),
  namespace: z.string().nullish(),
});

export type Topology = z.infer<typeof topologySchema>;

const HUB: Placement = { cluster: LOCAL };

/**
 * The placements of a deploy step, in the order of its topology policies, each once; without any topology: the hub.
 * `clusters` are in the order of their registration. Throws PlanError for unknown or unmatched clusters.
 */
export function placementsOf(topologies: readonly Topology[], clusters: readonly ClusterInfo[]): Placement[] {
  if (topologies.length === 0) return [HUB];
  const placements = topologies.flatMap(topology =>
    clusterNames(topology, clusters).map(
      (cluster): Placement => (topology.namespace ? { cluster, namespace: topology.namespace } : { cluster }),
    ),
  );
  return [...new Map(placements.map(placement => [placementText(placement), placement])).values()];
}

function clusterNames(topology: Topology, clusters: readonly ClusterInfo[]): readonly string[] {
  if (topology.clusters != null) {
    for (const name of topology.clusters) requireKnown(name, clusters);
    return topology.clusters;
  }
  if (topology.clusterLabelSelector == null) return [LOCAL];
  const wanted = Object.entries(topology.clusterLabelSelector);
  const newestFirst = [...clusters].reverse();
  const names = [{ name: LOCAL, labels: {} }, ...newestFirst]
    .filter(({ labels = {} }) =>
      wanted.every(([key, value]) => (labels as Record<string, string>)[key] === value),
    )
    .map(cluster => cluster.name);
  if (names.length > 0 || topology.allowEmpty) return names;
  const labels = wanted.map(([key, value]) => `${key}=${value}`).join(',');
  throw new PlanError(`failed to find any cluster matches given labels (${labels})`);
}

function requireKnown(name: string, clusters: readonly ClusterInfo[]): void {
  if (name === LOCAL || clusters.some(cluster => cluster.name === name)) return;
  const known = quoted([LOCAL, ...clusters.map(cluster => cluster.name)]);
  throw new PlanError(`failed to get cluster ${name}: cluster "${name}" not found; known: ${known}`);
}
