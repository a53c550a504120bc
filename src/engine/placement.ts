import { LOCAL, PlanError, quoted, type Topology } from './model.ts';

/** A cluster that the hub manages. */
export interface ClusterInfo {
  readonly name: string;
  readonly alias?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Where a component goes: a cluster, and there its own namespaces or, if given, one for all its objects. */
export interface Placement {
  readonly cluster: string;
  readonly namespace?: string;
}

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

export function placementText({ cluster, namespace }: Placement): string {
  return namespace === undefined ? cluster : `${cluster}/${namespace}`;
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
