import { ApiError, type KubeClient } from '../kube/client.ts';
import type { KubeObject } from '../kube/objects.ts';
import { dressed, foreign, lastApplied, RENDER_HASH, threeWay } from './apply-object.ts';
import { healthOf } from './health.ts';
import { refOf } from './referred.ts';
import { found } from './revision.ts';
import type { ServiceStatus } from './status.ts';
import type { ManagedResource } from './tracker.ts';

/** What was done to an object in a cluster. */
export interface Write {
  readonly cluster: string;
  readonly verb: 'create' | 'patch' | 'delete';
  readonly object: KubeObject;
}

/** The clusters of one application: every object is checked for its owner before it is touched. */
export class Clusters {
  readonly #application: { readonly name: string; readonly namespace: string };
  readonly #clientOf: (cluster: string) => KubeClient | undefined;
  readonly #wrote: (write: Write) => void;

  constructor(
    application: { readonly name: string; readonly namespace: string },
    clientOf: (cluster: string) => KubeClient | undefined,
    wrote: (write: Write) => void,
  ) {
    this.#application = application;
    this.#clientOf = clientOf;
    this.#wrote = wrote;
  }

  read(cluster: string, object: KubeObject): Promise<KubeObject | undefined> {
    return found(this.#client(cluster).get(refOf(object)));
  }

  /** Why the live object must not be touched. */
  foreign(live: KubeObject | undefined): string | undefined {
    const { name, namespace } = this.#application;
    return live && foreign(live, name, namespace);
  }

  /** Makes the live object what the manifest says, and returns it. With `trustHash`, one that was made from it is left alone. */
  async write(
    cluster: string,
    manifest: KubeObject,
    live: KubeObject | undefined,
    trustHash: boolean,
  ): Promise<KubeObject> {
    const wanted = dressed(manifest);
    if (live === undefined) {
      const created = await this.#client(cluster).create(wanted);
      this.#wrote({ cluster, verb: 'create', object: created });
      return created;
    }
    if (trustHash && isMadeFrom(live, manifest)) return live;
    const change = threeWay(lastApplied(live), wanted, live);
    if (change === undefined) return live;
    const patched = await this.#client(cluster).patch(refOf(wanted), change.type, change.patch);
    this.#wrote({ cluster, verb: 'patch', object: patched });
    return patched;
  }

  /** Deletes the object unless it is another's; `gone` when there is nothing left to delete. */
  async remove(cluster: string, object: KubeObject): Promise<'gone' | 'deleting'> {
    const live = await this.read(cluster, object);
    if (live === undefined || this.foreign(live) !== undefined) return 'gone';
    if (live.metadata.deletionTimestamp === undefined) {
      await this.#client(cluster).delete(refOf(object), 'Background');
      this.#wrote({ cluster, verb: 'delete', object: live });
    }
    return 'deleting';
  }

  #client(cluster: string): KubeClient {
    const client = this.#clientOf(cluster);
    if (client === undefined) throw new ApiError('NotFound', 404, `cluster "${cluster}" not found`);
    return client;
  }
}

export function isMadeFrom(live: KubeObject, manifest: KubeObject): boolean {
  const hash = dressed(manifest).metadata.labels?.[RENDER_HASH];
  return live.metadata.labels?.[RENDER_HASH] === hash;
}

/** The health of a component in a cluster, as its live workload shows it. */
export function serviceOf(resource: ManagedResource, live: KubeObject | undefined): ServiceStatus {
  const { apiVersion, kind, cluster, component, namespace = '', traits = [] } = resource;
  const { healthy, message } =
    live === undefined ? { healthy: false, message: `${kind} is missing` } : healthOf(live);
  return {
    name: component,
    namespace,
    cluster,
    workloadDefinition: { apiVersion, kind },
    healthy,
    ...(message === undefined ? {} : { message }),
    ...(traits.length === 0 ? {} : { traits: traits.map(type => ({ type, healthy: true })) }),
  };
}

/** The message of a failed API call; anything else is a bug and is thrown on. */
export function apiMessage(error: unknown): string {
  if (error instanceof ApiError) return error.message;
  throw error;
}
