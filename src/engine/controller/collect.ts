import type { KubeClient } from '../../kube/client.ts';
import { isAway } from '../../kube/insist.ts';
import { type KubeObject, refOf } from '../../kube/objects.ts';
import { inParallel, PARALLELISM } from '../parallel.ts';
import { type Clusters, problemMessage } from './clusters.ts';
import { revisionsOf, superseded } from './revision.ts';
import { type CurrentTrackers, type ManagedResource, objectOf, resourceKey, trackersOf } from './tracker.ts';

export interface Collection {
  readonly hub: KubeClient;
  readonly clusters: Clusters;
  readonly trackers: CurrentTrackers;
  /** Name of the revision that is in force. */
  readonly revision: string;
  readonly revisionLimit: number;
  /** Objects of earlier versions stay. */
  readonly keepsOld: boolean;
}

/** Removes what only earlier versions of an application had. True when nothing is left to do. */
export async function collect(application: KubeObject, collection: Collection): Promise<boolean> {
  const { hub, clusters, trackers, revision, revisionLimit, keepsOld } = collection;
  const { current, root } = trackers;
  const present = new Set([...current.resources, ...root.resources].map(resourceKey));
  let clean = true;
  for (const old of await trackersOf(hub, application)) {
    if (old.type === 'root' || old.name === current.name) continue;
    const dropped = old.resources.filter(resource => !present.has(resourceKey(resource)));
    if (keepsOld && dropped.length > 0) continue;
    const { remaining, errors } = await sweep(dropped, clusters);
    if (remaining.length + errors.length > 0) clean = false;
    else await old.remove(hub);
  }
  for (const old of superseded(await revisionsOf(hub, application), revision, revisionLimit)) {
    await hub.delete(refOf(old));
  }
  return clean;
}

export interface Removal {
  /** Nothing was left to remove. */
  readonly isClean: boolean;
  /** What is in the way, in words. */
  readonly problems: readonly string[];
  /** What is in clusters whose API is away: `<cluster>: <kind> <name>`. */
  readonly unreachable: readonly string[];
}

/** Removes all that an application has, of all its versions, or lets go of it. */
export async function removeAll(
  application: KubeObject,
  hub: KubeClient,
  clusters: Clusters,
  isOrphaning: boolean,
): Promise<Removal> {
  const problems: string[] = [];
  const unreachable: string[] = [];
  const trackers = await trackersOf(hub, application);
  for (const tracker of trackers) {
    const swept = await sweep(tracker.resources, clusters, isOrphaning);
    problems.push(...swept.remaining.map(text => `Waiting for ${text} to delete.`), ...swept.errors);
    unreachable.push(...swept.unreachable.map(({ cluster, kind, name }) => `${cluster}: ${kind} ${name}`));
    if (swept.remaining.length + swept.errors.length === 0) await tracker.remove(hub);
  }
  return { isClean: trackers.length === 0, problems, unreachable };
}

interface Swept {
  /** Objects that are still there. */
  readonly remaining: readonly string[];
  readonly errors: readonly string[];
  /** Resources in clusters whose API is away. */
  readonly unreachable: readonly ManagedResource[];
}

/** Deletes objects of the application that it no longer has, or lets go of those that are to survive. */
async function sweep(
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
