import type { Clock } from '../../runtime/clock.ts';
import type { ApiError, ListOptions, PatchType, WatchEvent, WatchHandler } from '../client.ts';
import { deepFreeze, equal } from '../json.ts';
import { type KindInfo, kindInfo } from '../kinds.ts';
import { parseSelector } from '../label-selector.ts';
import type { Fields, Kind, KubeObject, ObjectMeta, ObjectRef } from '../objects.ts';
import { applyPatch } from '../patch.ts';
import { Admission } from './admission.ts';
import { type Deletion, deletionOf } from './deletion.ts';
import {
  alreadyExists,
  badRequest,
  conflict,
  forbidden,
  invalid,
  noMatch,
  noResource,
  notFound,
  unknownFormat,
  unreachable,
  unreadableVersion,
  versionGiven,
  versionNeeded,
} from './errors.ts';
import { GarbageCollector } from './garbage-collector.ts';
import { Identifiers } from './identifiers.ts';
import { type Change, type Key, KindStore, type Scope, Subscription } from './kind-store.ts';
import { timestamp } from './timestamps.ts';

const namespaces: Kind = { apiVersion: 'v1', kind: 'Namespace' };

/**
 * The Kubernetes API of one cluster, synchronous and in process. Its objects are shared and never change: a write makes
 * a new one. Who hands one in gives it away, and who gets one must not change it. What fails throws ApiError.
 */
export class ApiServer {
  readonly cluster: string;
  /** Deletes what has lost its owners and what is in a deleted namespace. Not running while the server is down. */
  readonly collector: GarbageCollector;
  readonly #clock: Clock;
  readonly #identifiers: Identifiers;
  readonly #admission = new Admission();
  readonly #freeze: boolean;
  readonly #stores = new Map<KindInfo, KindStore>();
  readonly #pending: { store: KindStore; change: Change }[] = [];
  #everywhere: readonly Subscription[] = [];
  #publishing = false;
  #version = 0;
  #serving = true;

  /** `cluster` seeds the uids and generated names. With `freeze`, who changes a stored object gets a TypeError. */
  constructor(clock: Clock, cluster: string, options: { freeze?: boolean } = {}) {
    this.cluster = cluster;
    this.#freeze = options.freeze ?? false;
    this.#clock = clock;
    this.#identifiers = new Identifiers(cluster);
    this.collector = new GarbageCollector(this, clock);
    for (const name of ['default', 'kube-system']) this.create({ ...namespaces, metadata: { name } });
  }

  /** The version of the latest write. */
  get resourceVersion(): string {
    return String(this.#version);
  }

  get serving(): boolean {
    return this.#serving;
  }

  /** Stops serving: ends the watches of clients and refuses every call with Unreachable. What is stored stays. */
  down(): void {
    if (!this.#serving) return;
    this.#serving = false;
    this.collector.stop();
    for (const store of this.#stores.values()) {
      for (const subscription of store.subscriptions) {
        if (subscription.end === undefined) continue;
        store.remove(subscription);
        subscription.close();
        subscription.end(this.#unreachable());
      }
    }
  }

  up(): void {
    if (this.#serving) return;
    this.#serving = true;
    this.collector.start();
  }

  get(ref: ObjectRef): KubeObject | undefined {
    const store = this.#store(ref);
    return store.get(this.#key(store, ref.namespace, ref.name));
  }

  /** Ordered by namespace, then name. */
  list(kind: Kind, options: ListOptions = {}): readonly KubeObject[] {
    return this.#store(kind).select(scopeOf(options));
  }

  create(object: KubeObject): KubeObject {
    const store = this.#store(object);
    const { info } = store;
    if (object.metadata.resourceVersion !== undefined && object.metadata.resourceVersion !== '') {
      throw versionGiven();
    }
    const name = this.#nameFor(store, object);
    const namespace = info.namespaced ? (object.metadata.namespace ?? 'default') : undefined;
    const key = this.#key(store, namespace, name);
    if (namespace !== undefined) this.#needNamespace(info, name, namespace);
    if (store.get(key) !== undefined) throw alreadyExists(info, name);
    const { status, ...rest } = object;
    const fresh: KubeObject = info.status ? rest : { ...rest, ...(status && { status }) };
    fresh.metadata = this.#newMetadata(info, object.metadata, name, namespace);
    const created = this.#stamp(this.#admission.admit(info, fresh, undefined));
    this.#write(store, key, {
      version: this.#version,
      event: { type: 'ADDED', object: created },
      previous: undefined,
    });
    return created;
  }

  /** Replaces the object, or only its status; a write that changes nothing leaves no trace. */
  update(object: KubeObject, subresource?: 'status'): KubeObject {
    const { namespace, name } = object.metadata;
    const store = this.#store(object);
    if (subresource !== undefined && !store.info.status) throw noResource();
    const key = this.#key(store, namespace, name);
    const current = store.get(key);
    if (current === undefined) throw notFound(store.info, name);
    const { custom } = store.info;
    if (custom && (object.metadata.resourceVersion ?? '') === '') throw versionNeeded(store.info, name);
    return this.#replace(store, key, current, object, subresource);
  }

  patch(ref: ObjectRef, type: PatchType, patch: unknown, subresource?: 'status'): KubeObject {
    const store = this.#store(ref);
    if (subresource !== undefined && !store.info.status) throw noResource();
    if (type === 'strategic' && store.info.custom) throw unknownFormat();
    const key = this.#key(store, ref.namespace, ref.name);
    const current = store.get(key);
    if (current === undefined) throw notFound(store.info, ref.name);
    const patched = applyPatch(current, type, patch);
    mustBeSame(store.info, current, patched);
    return this.#replace(store, key, current, patched, subresource);
  }

  delete(ref: ObjectRef, options: Deletion = {}): void {
    const store = this.#store(ref);
    const key = this.#key(store, ref.namespace, ref.name);
    const current = store.get(key);
    if (current === undefined) throw notFound(store.info, ref.name);
    if (current.kind === 'Namespace' && (ref.name === 'default' || ref.name === 'kube-system')) {
      throw forbidden(store.info, ref.name, 'this namespace may not be deleted');
    }
    const marked = deletionOf(current, options, this.#clock.now());
    if (marked === undefined) this.#remove(store, key, current);
    else this.#put(store, key, current, marked);
  }

  /**
   * For controllers in the same process: `listener` is called after each write, before the outermost write returns, in
   * the order of writes and then of subscriptions. Returns what ends the subscription.
   */
  subscribe(kind: Kind, listener: (event: WatchEvent) => void): () => void {
    const store = this.#store(kind);
    const subscription = new Subscription(everything, this.#version, listener);
    store.add(subscription);
    return () => {
      subscription.close();
      store.remove(subscription);
    };
  }

  /** As `subscribe`, for every kind; called before those who subscribed to one. */
  subscribeAll(listener: (event: WatchEvent) => void): () => void {
    const subscription = new Subscription(everything, this.#version, listener);
    this.#everywhere = [...this.#everywhere, subscription];
    return () => {
      subscription.close();
      this.#everywhere = this.#everywhere.filter(other => other !== subscription);
    };
  }

  /**
   * For clients: changes after `resourceVersion`, or the present objects as ADDED and then changes. Events that are
   * there already are delivered before this returns. Throws ApiError Expired when they have been forgotten.
   */
  watch(
    kind: Kind,
    options: ListOptions & { resourceVersion?: string },
    handler: WatchHandler,
  ): { close(): void } {
    const store = this.#store(kind);
    const scope = scopeOf(options);
    const asked = versionOf(options.resourceVersion);
    const since = asked === 0 ? this.#version : asked;
    const subscription = new Subscription(
      scope,
      since,
      event => handler.event(event),
      error => handler.end(error),
    );
    const missed = store.changesAfter(since);
    store.add(subscription);
    const present = asked === 0 ? store.select(scope) : [];
    for (const object of present) subscription.tell({ type: 'ADDED', object });
    for (const change of missed) subscription.hear(change);
    return {
      close: () => {
        subscription.close();
        store.remove(subscription);
      },
    };
  }

  /** Removes a namespace that is marked for deletion and empty: what the namespace controller does last. */
  finalizeNamespace(name: string): void {
    const store = this.#store(namespaces);
    const key = { namespace: '', name };
    const current = store.get(key);
    if (current?.metadata.deletionTimestamp === undefined) return;
    const { finalizers: _, ...spec } = current.spec ?? {};
    this.#put(store, key, current, { ...current, spec });
  }

  /** The error for an object that `get` did not find. */
  missing(ref: ObjectRef): ApiError {
    return notFound(this.#store(ref).info, ref.name);
  }

  /** Every object in a namespace, ordered by kind, then name. */
  contentOf(namespace: string): readonly KubeObject[] {
    return [...this.#stores.values()]
      .filter(store => store.info.namespaced)
      .sort((a, b) => (a.info.plural < b.info.plural ? -1 : 1))
      .flatMap(store => store.select({ namespace, selector: undefined }));
  }

  #store(kind: Kind): KindStore {
    if (!this.#serving) throw this.#unreachable();
    const info = kindInfo(kind);
    if (info === undefined) throw noMatch(kind);
    let store = this.#stores.get(info);
    if (store === undefined) {
      store = new KindStore(info);
      this.#stores.set(info, store);
    }
    return store;
  }

  #unreachable() {
    return unreachable(`the API of ${this.cluster} is down`);
  }

  /** Names that are no texts are for admission to refuse. */
  #key(store: KindStore, namespace: string | undefined, name: string): Key {
    return { namespace: store.info.namespaced ? String(namespace ?? 'default') : '', name: String(name) };
  }

  #nameFor(store: KindStore, object: KubeObject): string {
    const { name, namespace, generateName } = object.metadata;
    if (name) return name;
    if (!generateName) {
      throw invalid(store.info, '', ['metadata.name: Required value: name or generateName is required']);
    }
    let generated = this.#identifiers.name(generateName);
    while (store.get(this.#key(store, namespace, generated)) !== undefined) {
      generated = this.#identifiers.name(generateName);
    }
    return generated;
  }

  #needNamespace(info: KindInfo, name: string, namespace: string): void {
    const store = this.#store(namespaces);
    const found = store.get(this.#key(store, undefined, namespace));
    if (found === undefined) throw notFound(store.info, namespace);
    if (found.metadata.deletionTimestamp !== undefined) {
      const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
      throw forbidden(info, name, why);
    }
  }

  #newMetadata(info: KindInfo, given: ObjectMeta, name: string, namespace: string | undefined): ObjectMeta {
    const metadata: ObjectMeta = {
      ...given,
      name,
      uid: this.#identifiers.uid(),
      creationTimestamp: timestamp(this.#clock.now()),
    };
    if (namespace === undefined) delete metadata.namespace;
    else metadata.namespace = namespace;
    delete metadata.deletionTimestamp;
    delete metadata.deletionGracePeriodSeconds;
    delete metadata.generation;
    if (info.generation !== 'none') metadata.generation = 1;
    return metadata;
  }

  #replace(
    store: KindStore,
    key: Key,
    current: KubeObject,
    proposed: KubeObject,
    subresource: 'status' | undefined,
  ): KubeObject {
    // Nothing to admit; controllers write what they see at each look.
    if (equal(proposed, current)) return current;
    const { info } = store;
    const { resourceVersion, uid, name } = proposed.metadata;
    if (resourceVersion && resourceVersion !== current.metadata.resourceVersion)
      throw conflict(info, current.metadata.name);
    if (uid && uid !== current.metadata.uid) {
      throw conflict(
        info,
        name,
        `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`,
      );
    }
    if (subresource === undefined) {
      const next = this.#admission.admit(info, this.#withRest(info, current, proposed), current);
      return this.#put(store, key, current, next);
    }
    const next = withStatus(current, proposed);
    if (info.custom || proposed.metadata === current.metadata) return this.#put(store, key, current, next);
    // Who writes the status of the API's own kinds may change annotations and finalizers with it.
    const metadata = this.#withServerFields(current, proposed);
    return this.#put(store, key, current, this.#admission.admit(info, { ...next, metadata }, current), true);
  }

  /** The proposed object with what only the server may say kept from the current one. */
  #withRest(info: KindInfo, current: KubeObject, proposed: KubeObject): KubeObject {
    const result = info.status ? withStatus(proposed, current) : { ...proposed };
    // A namespace's spec holds nothing but what delays its deletion.
    if (info.kind === 'Namespace' && current.spec !== undefined) result.spec = current.spec;
    result.metadata = this.#withServerFields(current, proposed);
    return result;
  }

  #withServerFields(current: KubeObject, proposed: KubeObject): ObjectMeta {
    const metadata = { ...proposed.metadata };
    for (const field of serverFields) {
      const value = current.metadata[field];
      if (value === undefined) delete metadata[field];
      else metadata[field] = value;
    }
    return metadata;
  }

  /** Stores the next state of an object, or removes it when nothing holds up its deletion any more. */
  #put(store: KindStore, key: Key, current: KubeObject, next: KubeObject, isStatus = false): KubeObject {
    if (equal(next, current)) return current;
    if (isOver(next)) return this.#remove(store, key, next);
    const object = this.#stamp(next, !isStatus && generationChanges(store.info, current, next));
    this.#write(store, key, {
      version: this.#version,
      event: { type: 'MODIFIED', object },
      previous: current,
    });
    return object;
  }

  #remove(store: KindStore, key: Key, last: KubeObject): KubeObject {
    const previous = store.get(key);
    const object = this.#stamp(last);
    this.#write(store, key, { version: this.#version, event: { type: 'DELETED', object }, previous });
    return object;
  }

  /** The object in its next version, and generation. */
  #stamp(object: KubeObject, isNextGeneration = false): KubeObject {
    const metadata = { ...object.metadata, resourceVersion: String(++this.#version) };
    if (isNextGeneration) metadata.generation = (metadata.generation ?? 0) + 1;
    const stamped = { ...object, metadata };
    return this.#freeze ? deepFreeze(stamped) : stamped;
  }

  /** A write made by a listener is told to all after the one that it answers to. */
  #write(store: KindStore, key: Key, change: Change): void {
    store.apply(key, change);
    this.#pending.push({ store, change });
    if (this.#publishing) return;
    this.#publishing = true;
    try {
      for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) {
        for (const subscription of this.#everywhere) subscription.hear(next.change);
        for (const subscription of next.store.subscriptions) subscription.hear(next.change);
      }
    } finally {
      this.#publishing = false;
    }
  }
}

const everything: Scope = { namespace: undefined, selector: undefined };

function scopeOf(options: ListOptions): Scope {
  return {
    namespace:
      options.namespace === undefined || options.namespace === '' ? undefined : String(options.namespace),
    selector: options.labelSelector ? parseSelector(options.labelSelector) : undefined,
  };
}

/** 0, as the API has it, is the version of who has seen nothing yet. */
function versionOf(resourceVersion: string | undefined): number {
  const version = Number(resourceVersion ?? 0);
  if (Number.isSafeInteger(version) && version >= 0) return version;
  throw unreadableVersion(resourceVersion ?? '');
}

/** Refuses a patch that would make an object another one. */
function mustBeSame(info: KindInfo, current: KubeObject, patched: KubeObject): void {
  const { name, namespace } = current.metadata;
  for (const field of ['apiVersion', 'kind'] as const) {
    if (patched[field] === current[field]) continue;
    const fault = `${field}: Invalid value: ${JSON.stringify(patched[field])}: must be ${current[field]}`;
    throw invalid(info, name, [fault]);
  }
  if (patched.metadata.name !== name) {
    const other = patched.metadata.name;
    throw badRequest(`the name of the object (${other}) does not match the name on the URL (${name})`);
  }
  if (patched.metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

/** Metadata that only the server writes. */
const serverFields: readonly string[] = [
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generateName',
];

/** The first object with the status of the second. */
function withStatus(object: KubeObject, from: KubeObject): KubeObject {
  if (from.status !== undefined) return { ...object, status: from.status };
  const { status: _, ...rest } = object;
  return rest;
}

/** Marking for deletion counts as a change too. */
function generationChanges(info: KindInfo, before: KubeObject, after: KubeObject): boolean {
  if (info.generation === 'none') return false;
  if (before.metadata.deletionTimestamp === undefined && after.metadata.deletionTimestamp !== undefined)
    return true;
  if (
    info.generation === 'spec and annotations' &&
    !equal(before.metadata.annotations ?? {}, after.metadata.annotations ?? {})
  ) {
    return true;
  }
  return contentChanges(before, after) || contentChanges(after, before);
}

/** Whether anything of the one is not in the other, but for metadata and status. */
function contentChanges(one: Fields, other: Fields): boolean {
  for (const field in one) {
    if (field === 'metadata' || field === 'status' || one[field] === undefined) continue;
    if (!Object.hasOwn(other, field) || !equal(one[field], other[field])) return true;
  }
  return false;
}

/** Marked for deletion, and nothing left to wait for. */
function isOver({ metadata, kind, spec }: KubeObject): boolean {
  return (
    metadata.deletionTimestamp !== undefined &&
    (metadata.deletionGracePeriodSeconds ?? 0) === 0 &&
    (metadata.finalizers ?? []).length === 0 &&
    (kind !== 'Namespace' || (spec?.['finalizers'] ?? []).length === 0)
  );
}
