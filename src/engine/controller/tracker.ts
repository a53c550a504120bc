import type { KubeClient } from '../../kube/client.ts';
import { equal } from '../../kube/json.ts';
import { type Kind, type KubeObject, refOf } from '../../kube/objects.ts';
import { APP_REVISION, PlanError, PUBLISH_VERSION, RESOURCE_TRACKER } from '../model.ts';
import { ownerLabels } from './ownership.ts';

/** An object that an application has in a cluster. */
export interface ManagedResource extends Kind {
  readonly cluster: string;
  readonly namespace?: string;
  readonly name: string;
  readonly component: string;
  /** Type of the component. */
  readonly type: string;
  /** The namespace that the component's status stands under. */
  readonly serviceNamespace: string;
  /** Of the component's workload: the types of its traits. Other objects have none. */
  readonly traits?: readonly string[];
  /** Of an object that a trait added: the trait's type. */
  readonly trait?: string;
  /** It survives the application. */
  readonly skipGC?: true;
  /** As it was planned; absent where it is not kept so. */
  readonly data?: KubeObject;
}

export function resourceKey({ cluster, apiVersion, kind, namespace = '', name }: ManagedResource): string {
  return `${cluster}/${apiVersion}/${kind}/${namespace}/${name}`;
}

/** The object that a resource is, at least by its name. */
export function objectOf({ apiVersion, kind, namespace, name, data }: ManagedResource): KubeObject {
  return data ?? { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
}

/**
 * A ResourceTracker on the hub: the objects of one version of an application (`versioned`), or those that live as long as
 * the application or longer (`root`). An object is recorded before it is written, so that none is ever lost sight of.
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

  get type(): 'root' | 'versioned' {
    return this.#object.spec?.['type'] === 'root' ? 'root' : 'versioned';
  }

  /** Of the application, when it began. */
  get generation(): number {
    return this.#object.spec?.['applicationGeneration'] ?? 0;
  }

  get publishVersion(): string | undefined {
    return this.#object.metadata.annotations?.[PUBLISH_VERSION];
  }

  /** Name of the revision that it was made for. */
  get revision(): string | undefined {
    return this.#object.metadata.labels?.[APP_REVISION];
  }

  /** Whether it is on the hub. */
  get exists(): boolean {
    return this.#object.metadata.resourceVersion !== undefined;
  }

  get resources(): readonly ManagedResource[] {
    return [...this.#resources.values()];
  }

  find(key: string): ManagedResource | undefined {
    return this.#resources.get(key);
  }

  /** Writes to the hub what is not recorded yet, or otherwise. */
  async record(hub: KubeClient, resources: readonly ManagedResource[]): Promise<void> {
    const news = resources.filter(resource => !isSame(this.#resources.get(resourceKey(resource)), resource));
    if (news.length === 0) return;
    const all = new Map(this.#resources);
    for (const resource of news) all.set(resourceKey(resource), resource);
    await this.#write(hub, { managedResources: [...all.values()] });
    for (const [key, resource] of all) this.#resources.set(key, resource);
  }

  /** Makes it that of the application's present generation. */
  async adopt(hub: KubeClient, generation: number): Promise<void> {
    await this.#write(hub, { applicationGeneration: generation });
  }

  async remove(hub: KubeClient): Promise<void> {
    await hub.delete(refOf(this.#object));
  }

  async #write(hub: KubeClient, changes: object): Promise<void> {
    const object = { ...this.#object, spec: { ...this.#object.spec, ...changes } };
    this.#object = await (this.exists ? hub.update(object) : hub.create(object));
  }
}

function isSame(recorded: ManagedResource | undefined, resource: ManagedResource): boolean {
  if (recorded === undefined) return false;
  return recorded.data === resource.data ? recorded.data !== undefined || equal(recorded, resource) : false;
}

/** The trackers of an application, of all its versions. */
export async function trackersOf(hub: KubeClient, application: KubeObject): Promise<Tracker[]> {
  const labels = Object.entries(ownerLabels(application)).map(([key, value]) => `${key}=${value}`);
  const { items } = await hub.list(RESOURCE_TRACKER, { labelSelector: labels.join(',') });
  return items.map(object => new Tracker(object));
}

/** The trackers that the application's present version writes to; those that are not on the hub yet are made when needed. */
export interface CurrentTrackers {
  readonly current: Tracker;
  readonly root: Tracker;
}

/** Throws PlanError when the publishVersion is an old one whose objects were not collected yet. */
export function currentTrackers(
  trackers: readonly Tracker[],
  application: KubeObject,
  revision: string,
): CurrentTrackers {
  const { annotations = {}, generation = 1 } = application.metadata;
  const version = annotations[PUBLISH_VERSION];
  const isCurrent = (tracker: Tracker) =>
    version ? tracker.publishVersion === version : tracker.generation === generation;
  const versioned = trackers.filter(({ type }) => type === 'versioned');
  const current = versioned.find(isCurrent);
  const newest = Math.max(0, ...versioned.filter(each => each !== current).map(each => each.generation));
  if (current !== undefined && current.generation < newest) {
    throw new PlanError(
      `publishVersion ${version} (generation ${current.generation}) is in use and outdated: generation ${newest} is newer; take a new publishVersion`,
      'policies',
    );
  }
  return {
    current: current ?? newTracker(application, trackerName(application), 'versioned', revision),
    root:
      trackers.find(({ type }) => type === 'root') ?? newTracker(application, rootName(application), 'root'),
  };
}

/** The name of the tracker of an application's present version. */
function trackerName({ metadata }: KubeObject): string {
  const { name, namespace = 'default', generation = 1, annotations = {} } = metadata;
  return `${name}-${annotations[PUBLISH_VERSION] || `v${generation}`}-${namespace}`;
}

function rootName({ metadata: { name, namespace = 'default' } }: KubeObject): string {
  return `${name}-${namespace}`;
}

/** A tracker that is not on the hub yet. */
function newTracker(
  application: KubeObject,
  name: string,
  type: Tracker['type'],
  revision?: string,
): Tracker {
  const version = application.metadata.annotations?.[PUBLISH_VERSION];
  return new Tracker({
    ...RESOURCE_TRACKER,
    metadata: {
      name,
      labels: {
        ...ownerLabels(application),
        ...(revision === undefined ? {} : { [APP_REVISION]: revision }),
      },
      ...(version && type === 'versioned' ? { annotations: { [PUBLISH_VERSION]: version } } : {}),
    },
    spec: { type, applicationGeneration: type === 'root' ? 0 : (application.metadata.generation ?? 1) },
  });
}
