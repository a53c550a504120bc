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

export function placementText({ cluster, namespace }: Placement): string {
  return namespace === undefined ? cluster : `${cluster}/${namespace}`;
}
