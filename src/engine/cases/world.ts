import { ApiError, type KubeClient, type ListOptions } from '../../kube/client.ts';
import { clone, equal } from '../../kube/json.ts';
import { kindInfo } from '../../kube/kinds.ts';
import { matches, parseSelector } from '../../kube/label-selector.ts';
import { type Kind, type KubeObject, type ObjectRef, refOf } from '../../kube/objects.ts';
import { applyPatch, mergePatch } from '../../kube/patch.ts';
import type { Clock } from '../../runtime/clock.ts';
import { LOCAL } from '../model.ts';
import type { Health } from './case.ts';

/** Kinds whose status is a subresource. */
const WITH_STATUS = new Set([
  ...[
    'Application',
    'ApplicationRevision',
    'ResourceTracker',
    'Deployment',
    'StatefulSet',
    'DaemonSet',
    'ReplicaSet',
  ],
  ...['Job', 'CronJob', 'Pod', 'Service', 'Ingress', 'HorizontalPodAutoscaler', 'PersistentVolumeClaim'],
  ...['PodDisruptionBudget', 'Namespace', 'Node'],
]);

const WORKLOADS = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

/**
 * The APIs of a hub and its clusters, as little as a case needs: no validation, no defaults but replicas, no
 * controllers but one that makes workloads ready between two looks of the engine.
 */
export class World {
  readonly #clock: Clock;
  readonly #stores = new Map<string, Store>();
  readonly #defaults: boolean;
  /** Who in this world does not get ready. */
  unhealthy: readonly Health[] = [];

  constructor(clock: Clock, options: { readonly defaults: boolean }) {
    this.#clock = clock;
    this.#defaults = options.defaults;
    this.add(LOCAL);
  }

  add(name: string): Store {
    const store = new Store(name, this.#defaults);
    this.#stores.set(name, store);
    return store;
  }

  store(name: string): Store | undefined {
    return this.#stores.get(name);
  }

  get stores(): readonly Store[] {
    return [...this.#stores.values()];
  }

  client(name: string): KubeClient | undefined {
    const store = this.#stores.get(name);
    return store && clientOf(store, this.#clock);
  }

  /** Objects of the hub whose owner is gone go too. */
  collectOrphans(): void {
    const uids = new Set(this.stores.flatMap(({ objects }) => objects.map(({ metadata }) => metadata.uid)));
    for (const store of this.stores) {
      for (const object of store.objects) {
        const owners = object.metadata.ownerReferences ?? [];
        if (owners.length > 0 && owners.every(({ uid }) => !uids.has(uid))) store.drop(object);
      }
    }
  }

  /** Makes workloads ready, but for those that are said to be unhealthy. */
  makeReady(): void {
    for (const store of this.stores) {
      for (const object of store.objects) {
        const isOurs = store.name !== LOCAL || object.metadata.labels?.['app.oam.dev/name'];
        if (object.apiVersion.startsWith('apps/') && WORKLOADS.has(object.kind) && isOurs) {
          store.replace(object, { ...object, status: this.#statusOf(store.name, object) });
        }
      }
    }
  }

  #statusOf(cluster: string, { kind, metadata, spec }: KubeObject): Record<string, number> {
    const replicas = typeof spec?.['replicas'] === 'number' ? spec['replicas'] : 1;
    const meant = this.unhealthy.findLast(
      each =>
        (!each.cluster || each.cluster === cluster) &&
        (!each.kind || each.kind === kind) &&
        (!each.name || each.name === metadata.name),
    );
    const ready = meant === undefined ? replicas : (meant.ready ?? 0);
    const observedGeneration = metadata.generation ?? 0;
    if (kind === 'DaemonSet') {
      return {
        observedGeneration,
        desiredNumberScheduled: 1,
        currentNumberScheduled: 1,
        numberMisscheduled: 0,
        numberReady: 1,
        updatedNumberScheduled: 1,
        numberAvailable: 1,
      };
    }
    const counts = { replicas, updatedReplicas: replicas, readyReplicas: ready, availableReplicas: ready };
    return {
      observedGeneration,
      ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    };
  }
}

/** The objects of one cluster. */
export class Store {
  readonly name: string;
  readonly #defaults: boolean;
  readonly #objects = new Map<string, KubeObject>();
  #version = 0;
  /** Why its API does not answer. */
  unreachable = '';
  /** Those that exist; any when it is not given. */
  namespaces: ReadonlySet<string> | undefined;

  constructor(name: string, defaults: boolean) {
    this.name = name;
    this.#defaults = defaults;
  }

  get objects(): readonly KubeObject[] {
    return [...this.#objects.values()];
  }

  find(ref: ObjectRef): KubeObject | undefined {
    return this.#objects.get(keyOf(ref));
  }

  /** Takes an object in as it is. */
  seed(given: KubeObject): void {
    const object = clone(given);
    const isNamespaced = kindInfo(object)?.namespaced ?? true;
    const { namespace: _, ...metadata } = object.metadata ?? { name: '' };
    const place = isNamespaced ? { namespace: object.metadata?.namespace || 'default' } : {};
    this.#put({
      ...object,
      metadata: { uid: this.#uid(), generation: 1, ...metadata, ...place, resourceVersion: this.#next() },
    });
  }

  create(given: KubeObject): KubeObject {
    const { namespace, ...metadata } = clone(given.metadata);
    const isNamespaced = kindInfo(given)?.namespaced ?? true;
    if (isNamespaced && !namespace) throw invalid('an empty namespace may not be set during creation');
    if (!isNamespaced && namespace) {
      throw invalid('an empty namespace may not be set when a resource is cluster-scoped');
    }
    if (isNamespaced && this.namespaces && !this.namespaces.has(namespace as string)) {
      throw new ApiError('NotFound', 404, `namespaces "${namespace}" not found`);
    }
    if (this.#objects.has(keyOf(refOf(given)))) {
      throw new ApiError('AlreadyExists', 409, `${given.kind} "${metadata.name}" already exists`);
    }
    const { status: _, ...rest } = clone(given);
    return this.#put(
      this.#defaulted({
        ...(WITH_STATUS.has(given.kind) ? rest : clone(given)),
        metadata: {
          ...metadata,
          ...(namespace === undefined ? {} : { namespace }),
          uid: this.#uid(),
          generation: 1,
          resourceVersion: this.#next(),
        },
      } as KubeObject),
    );
  }

  /** Writes the object, or only its status, over the present one, by an API server's rules. */
  commit(before: KubeObject, given: KubeObject, subresource?: 'status'): KubeObject {
    const { resourceVersion } = given.metadata;
    if (resourceVersion !== undefined && resourceVersion !== before.metadata.resourceVersion) {
      throw new ApiError('Conflict', 409, `${before.kind} "${before.metadata.name}" has been modified`);
    }
    const hasStatus = WITH_STATUS.has(before.kind);
    const { status: _, ...rest } = clone(given);
    const next: KubeObject =
      subresource === 'status'
        ? { ...before, ...(given.status === undefined ? {} : { status: clone(given.status) }) }
        : ({
            ...rest,
            ...(hasStatus
              ? before.status && { status: before.status }
              : given.status && { status: given.status }),
          } as KubeObject);
    const { name, namespace, uid, generation = 1, deletionTimestamp } = before.metadata;
    const metadata = {
      ...(subresource === 'status' ? before.metadata : next.metadata),
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
      ...(before.metadata.resourceVersion && { resourceVersion: before.metadata.resourceVersion }),
      generation,
    };
    const made = this.#defaulted({ ...next, metadata });
    if (!equal(content(before), content(made))) made.metadata.generation = generation + 1;
    if (equal(before, made)) return before;
    if (deletionTimestamp !== undefined && (made.metadata.finalizers ?? []).length === 0) {
      this.drop(before);
      return made;
    }
    return this.#put({ ...made, metadata: { ...made.metadata, resourceVersion: this.#next() } });
  }

  /** Puts another object in the place of one, whatever the rules; a change gets a new version. */
  replace(before: KubeObject, object: KubeObject): void {
    if (equal(before, object)) return;
    this.#put({ ...object, metadata: { ...object.metadata, resourceVersion: this.#next() } });
  }

  /** Somebody else's merge patch. */
  meddle(before: KubeObject, patch: unknown): void {
    const object = mergePatch(before, patch) as KubeObject;
    const generation = (before.metadata.generation ?? 1) + 1;
    this.replace(before, { ...object, metadata: { ...object.metadata, generation } });
  }

  delete(object: KubeObject, now: string): void {
    if ((object.metadata.finalizers ?? []).length === 0) {
      this.drop(object);
      return;
    }
    if (object.metadata.deletionTimestamp !== undefined) return;
    const { generation = 1 } = object.metadata;
    this.replace(object, {
      ...object,
      metadata: { ...object.metadata, deletionTimestamp: now, generation: generation + 1 },
    });
  }

  drop(object: KubeObject): void {
    this.#objects.delete(keyOf(refOf(object)));
  }

  #put(object: KubeObject): KubeObject {
    this.#objects.set(keyOf(refOf(object)), object);
    return object;
  }

  #next(): string {
    this.#version += 1;
    return String(this.#version);
  }

  #uid(): string {
    return `${this.name}-uid-${this.#version + 1}`;
  }

  #defaulted(object: KubeObject): KubeObject {
    const isCounted =
      object.apiVersion.startsWith('apps/') && ['Deployment', 'StatefulSet'].includes(object.kind);
    if (!this.#defaults || !isCounted || !object.spec || object.spec['replicas'] != null) return object;
    return { ...object, spec: { ...object.spec, replicas: 1 } };
  }
}

function content({ apiVersion: _, kind: _1, metadata: _2, status: _3, ...rest }: KubeObject): object {
  return rest;
}

function keyOf({ apiVersion, kind, namespace, name }: ObjectRef): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const place = (kindInfo({ apiVersion, kind })?.namespaced ?? true) ? (namespace ?? '') : '';
  return `${group}/${kind}/${place}/${name}`;
}

function invalid(message: string): ApiError {
  return new ApiError('Invalid', 422, message);
}

/** A client of a store; each call takes a turn, and none any time. */
function clientOf(store: Store, clock: Clock): KubeClient {
  const reach = () => {
    if (store.unreachable !== '') throw new ApiError('Unreachable', 0, store.unreachable);
  };
  const get = (ref: ObjectRef): KubeObject => {
    reach();
    const object = store.find(ref);
    if (object === undefined) throw new ApiError('NotFound', 404, `${ref.kind} "${ref.name}" not found`);
    return object;
  };
  const list = ({ apiVersion, kind }: Kind, { namespace, labelSelector }: ListOptions = {}) => {
    reach();
    const selector = parseSelector(labelSelector ?? '');
    const items = store.objects.filter(
      object =>
        object.apiVersion === apiVersion &&
        object.kind === kind &&
        (namespace === undefined || object.metadata.namespace === namespace) &&
        matches(selector, object.metadata.labels),
    );
    const key = ({ metadata }: KubeObject) => `${metadata.namespace ?? ''}/${metadata.name}`;
    return items.sort((a, b) => (key(a) < key(b) ? -1 : 1)).map(clone);
  };
  return {
    get: async ref => clone(get(ref)),
    list: async (kind, options) => ({ resourceVersion: '', items: list(kind, options) }),
    create: async object => {
      reach();
      return clone(store.create(object));
    },
    update: async (object, subresource) => clone(store.commit(get(refOf(object)), object, subresource)),
    patch: async (ref, type, patch, subresource) => {
      const before = get(ref);
      return clone(store.commit(before, applyPatch(before, type, patch), subresource));
    },
    delete: async ref => store.delete(get(ref), `T+${clock.now()}`),
    watch: () => ({ close() {} }),
  };
}
