import type { KubeClient } from '../kube/client.ts';
import type { Kind, KubeObject } from '../kube/objects.ts';
import { PUBLISH_VERSION, RESOURCE_TRACKER } from './model.ts';
import { objectKey, refOf } from './referred.ts';
import { OWNER_NAME, OWNER_NAMESPACE } from './render.ts';

/** An object that an application has in a cluster. */
export interface ManagedResource extends Kind {
  readonly cluster: string;
  readonly namespace?: string;
  readonly name: string;
  readonly component: string;
  /** Of the component's workload: the types of its traits. Other objects have none. */
  readonly traits?: readonly string[];
  /** As it was planned. */
  readonly data: KubeObject;
}

export function managedResource(
  cluster: string,
  component: string,
  traits: readonly string[] | undefined,
  data: KubeObject,
): ManagedResource {
  return { ...refOf(data), cluster, component, ...(traits === undefined ? {} : { traits }), data };
}

export function resourceKey({ cluster, data }: Pick<ManagedResource, 'cluster' | 'data'>): string {
  return `${cluster}/${objectKey(data)}`;
}

/**
 * A ResourceTracker on the hub: the objects of one version of an application. An object is recorded before it is
 * written, so that none is ever lost sight of.
 */
export class Tracker {
  #object: KubeObject;
  readonly #resources: Map<string, ManagedResource>;

  constructor(object: KubeObject) {
    this.#object = object;
    const resources: readonly ManagedResource[] = object.spec?.['managedResources'] ?? [];
    this.#resources = new Map(resources.map(resource => [resourceKey(resource), resource]));
  }

  get name(): string {
    return this.#object.metadata.name;
  }

  get resources(): readonly ManagedResource[] {
    return [...this.#resources.values()];
  }

  find(key: string): ManagedResource | undefined {
    return this.#resources.get(key);
  }

  /** Writes to the hub what is not recorded yet, or otherwise. */
  async record(hub: KubeClient, resources: readonly ManagedResource[]): Promise<void> {
    const news = resources.filter(
      resource => this.#resources.get(resourceKey(resource))?.data !== resource.data,
    );
    if (news.length === 0) return;
    const all = new Map(this.#resources);
    for (const resource of news) all.set(resourceKey(resource), resource);
    const object = { ...this.#object, spec: { ...this.#object.spec, managedResources: [...all.values()] } };
    const isNew = this.#object.metadata.resourceVersion === undefined;
    this.#object = await (isNew ? hub.create(object) : hub.update(object));
    for (const [key, resource] of all) this.#resources.set(key, resource);
  }

  async remove(hub: KubeClient): Promise<void> {
    await hub.delete(refOf(this.#object));
  }
}

/** The trackers of an application, of all its versions. */
export async function trackersOf(hub: KubeClient, application: KubeObject): Promise<Tracker[]> {
  const labels = Object.entries(ownerLabels(application)).map(([key, value]) => `${key}=${value}`);
  const { items } = await hub.list(RESOURCE_TRACKER, { labelSelector: labels.join(',') });
  return items.map(object => new Tracker(object));
}

/** The name of the tracker of an application's present version. */
export function trackerName({ metadata }: KubeObject): string {
  const { name, namespace = 'default', generation = 1, annotations = {} } = metadata;
  return `${name}-${annotations[PUBLISH_VERSION] ?? `v${generation}`}-${namespace}`;
}

/** A tracker that is not on the hub yet. */
export function newTracker(application: KubeObject): Tracker {
  return new Tracker({
    ...RESOURCE_TRACKER,
    metadata: { name: trackerName(application), labels: ownerLabels(application) },
    spec: { type: 'versioned', applicationGeneration: application.metadata.generation ?? 1 },
  });
}

export function ownerLabels({ metadata }: KubeObject): Record<string, string> {
  return { [OWNER_NAME]: metadata.name, [OWNER_NAMESPACE]: metadata.namespace ?? 'default' };
}
