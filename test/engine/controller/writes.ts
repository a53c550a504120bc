import type { KubeClient } from '../../../src/kube/client.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';

/** Where engines note how far they are: what is there changes all the time. */
const NOTES = ['Application', 'ResourceTracker'];

/** What was written to each object, as its API took it, whether or not an engine lived to hear of it. */
export class Writes {
  readonly #contents = new Map<string, string[]>();

  watching(client: KubeClient, cluster: string): KubeClient {
    const noted = async (written: Promise<KubeObject>) => this.#note(cluster, await written);
    return {
      ...client,
      create: object => noted(client.create(object)),
      update: (object, subresource) => noted(client.update(object, subresource)),
      patch: (...args) => noted(client.patch(...args)),
    };
  }

  /** Contents by object; one that was written several times in a row stands there once. */
  get contents(): Record<string, readonly string[]> {
    return Object.fromEntries([...this.#contents].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #note(cluster: string, object: KubeObject): KubeObject {
    const { status: _, metadata, ...rest } = object;
    const { namespace = '', name, labels, annotations } = metadata;
    if (NOTES.includes(object.kind)) return object;
    const key = `${cluster}: ${object.kind} ${namespace}/${name}`;
    const content = JSON.stringify({ ...rest, labels, annotations });
    const before = this.#contents.get(key) ?? [];
    if (before.at(-1) !== content) this.#contents.set(key, [...before, content]);
    return object;
  }
}
