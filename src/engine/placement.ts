/** A cluster that the hub manages. */
export interface ClusterInfo {
  readonly name: string;
  readonly alias?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Clusters with no alias but their names. */
export function namedClusters(centres: readonly { readonly name: string }[]): ClusterInfo[] {
  return centres.map(({ name }) => ({ name, alias: name }));
}

/** Where a component goes: a cluster, and there its own namespaces or, if given, one for all its objects. */
export interface Placement {
  readonly cluster: string;
  readonly namespace?: string;
}

export function placementText({ cluster, namespace }: Placement): string {
  return namespace === undefined ? cluster : `${cluster}/${namespace}`;
}
