import type { Clock, Timer } from '../../runtime/clock.ts';
import type { WatchEvent } from '../client.ts';
import { equal } from '../json.ts';
import { type KubeObject, type ObjectRef, type OwnerReference, refOf } from '../objects.ts';
import { type Deletion, foreground, orphan } from './deletion.ts';

/** From a change to what the collector does about it. */
const delayMs = 10;

/** What the collector asks of the API server, and tells it to do. */
interface Collected {
  subscribeAll(listener: (event: WatchEvent) => void): void;
  get(ref: ObjectRef): KubeObject | undefined;
  update(object: KubeObject): void;
  delete(ref: ObjectRef, options?: Deletion): void;
  /** All that is in a namespace. */
  contentOf(namespace: string): readonly KubeObject[];
  /** Lets a namespace go that is being deleted. */
  finalizeNamespace(name: string): void;
}

interface Node {
  readonly ref: ObjectRef;
  readonly owners: readonly OwnerReference[];
}

/**
 * Deletes what has lost all its owners, lets go of owners that wait for their dependents (foreground) or leave them
 * behind (orphan), and empties namespaces that are deleted: Kubernetes' garbage collector and namespace controller.
 */
export class GarbageCollector {
  readonly #api: Collected;
  readonly #clock: Clock;
  /** Every object that exists, by uid. */
  readonly #nodes = new Map<string, Node>();
  /** The uids of what names this uid as an owner, whether that owner exists or not. */
  readonly #dependents = new Map<string, Set<string>>();
  /** The uids of namespaces that are being deleted, by name. */
  readonly #terminating = new Map<string, string>();
  readonly #work = new Set<string>();
  #running = true;
  #timer: Timer | undefined;

  constructor(api: Collected, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
    api.subscribeAll(event => this.#hear(event));
  }

  start(): void {
    this.#running = true;
    this.#schedule();
  }

  /** Does nothing until `start`, but forgets nothing. */
  stop(): void {
    this.#running = false;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #hear({ type, object }: WatchEvent): void {
    const { uid = '' } = object.metadata;
    if (type === 'DELETED') this.#forget(uid, object);
    else this.#learn(uid, object);
  }

  #learn(uid: string, object: KubeObject): void {
    const { ownerReferences: owners = [], deletionTimestamp, finalizers, namespace, name } = object.metadata;
    const known = this.#nodes.get(uid);
    if (known === undefined || !equal(known.owners, owners)) {
      if (known !== undefined) this.#unlink(uid, known);
      const { apiVersion, kind } = object;
      this.#nodes.set(uid, {
        ref: { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) },
        owners,
      });
      for (const owner of owners) this.#dependentsOf(owner.uid).add(uid);
      if (owners.some(owner => !this.#nodes.has(owner.uid))) this.#add(uid);
    }
    if (deletionTimestamp === undefined) return;
    if (object.kind === 'Namespace' && namespace === undefined) {
      this.#terminating.set(name, uid);
      this.#add(uid);
    } else if (finalizers?.includes(foreground) || finalizers?.includes(orphan)) {
      this.#add(uid);
      for (const dependent of this.#dependents.get(uid) ?? []) this.#add(dependent);
    }
  }

  #forget(uid: string, object: KubeObject): void {
    const known = this.#nodes.get(uid);
    this.#nodes.delete(uid);
    if (known !== undefined) this.#unlink(uid, known);
    for (const dependent of this.#dependents.get(uid) ?? []) this.#add(dependent);
    for (const owner of known?.owners ?? []) this.#add(owner.uid);
    const namespace = this.#terminating.get(object.metadata.namespace ?? '');
    if (namespace !== undefined) this.#add(namespace);
    if (this.#terminating.get(object.metadata.name) === uid) this.#terminating.delete(object.metadata.name);
  }

  #unlink(uid: string, node: Node): void {
    for (const owner of node.owners) {
      const dependents = this.#dependents.get(owner.uid);
      dependents?.delete(uid);
      if (dependents?.size === 0) this.#dependents.delete(owner.uid);
    }
  }

  #dependentsOf(uid: string): Set<string> {
    const known = this.#dependents.get(uid);
    if (known !== undefined) return known;
    const dependents = new Set<string>();
    this.#dependents.set(uid, dependents);
    return dependents;
  }

  #add(uid: string): void {
    this.#work.add(uid);
    this.#schedule();
  }

  #schedule(): void {
    if (!this.#running || this.#timer !== undefined || this.#work.size === 0) return;
    this.#timer = this.#clock.after(delayMs, () => {
      this.#timer = undefined;
      const work = [...this.#work];
      this.#work.clear();
      for (const uid of work) this.#tend(uid);
    });
  }

  #tend(uid: string): void {
    const object = this.#live(uid);
    if (object === undefined) return;
    const { deletionTimestamp, finalizers } = object.metadata;
    if (deletionTimestamp === undefined) this.#tendDependent(uid, object);
    else if (object.kind === 'Namespace') this.#empty(object);
    else if (finalizers?.includes(foreground)) this.#releaseOwner(uid, object);
    else if (finalizers?.includes(orphan)) this.#orphanAll(uid, object);
  }

  /** Deletes the object when no owner is left that would keep it. */
  #tendDependent(uid: string, object: KubeObject): void {
    const { ownerReferences: owners = [] } = object.metadata;
    if (owners.length === 0) return;
    const standing = owners.map(owner => this.#standingOf(owner, object));
    const keepers = owners.filter((_, index) => standing[index] === 'keeps');
    if (keepers.length === owners.length) return;
    if (keepers.length > 0) {
      this.#api.update({ ...object, metadata: { ...object.metadata, ownerReferences: keepers } });
      return;
    }
    const waitedFor = standing.includes('waits') && this.#dependents.has(uid);
    this.#api.delete(refOf(object), waitedFor ? { propagation: 'Foreground' } : {});
  }

  #standingOf(owner: OwnerReference, dependent: KubeObject): 'keeps' | 'waits' | 'gone' {
    const object = this.#live(owner.uid);
    if (object === undefined || object.kind !== owner.kind || object.metadata.name !== owner.name)
      return 'gone';
    const { namespace, deletionTimestamp, finalizers } = object.metadata;
    if (namespace !== undefined && namespace !== dependent.metadata.namespace) return 'gone';
    return deletionTimestamp !== undefined && finalizers?.includes(foreground) ? 'waits' : 'keeps';
  }

  /** Foreground: the owner goes when no dependent is left that blocks it. */
  #releaseOwner(uid: string, owner: KubeObject): void {
    const blocked = [...(this.#dependents.get(uid) ?? [])].some(dependent =>
      this.#nodes
        .get(dependent)
        ?.owners.some(other => other.uid === uid && other.blockOwnerDeletion === true),
    );
    if (!blocked) this.#dropFinalizer(owner, foreground);
  }

  #orphanAll(uid: string, owner: KubeObject): void {
    for (const dependent of [...(this.#dependents.get(uid) ?? [])]) {
      const object = this.#live(dependent);
      if (object === undefined) continue;
      const others = (object.metadata.ownerReferences ?? []).filter(other => other.uid !== uid);
      this.#api.update({ ...object, metadata: { ...object.metadata, ownerReferences: others } });
    }
    this.#dropFinalizer(owner, orphan);
  }

  #dropFinalizer(object: KubeObject, finalizer: string): void {
    const finalizers = (object.metadata.finalizers ?? []).filter(other => other !== finalizer);
    this.#api.update({ ...object, metadata: { ...object.metadata, finalizers } });
  }

  #empty(namespace: KubeObject): void {
    const { name } = namespace.metadata;
    const content = this.#api.contentOf(name);
    for (const object of content) {
      if (object.metadata.deletionTimestamp === undefined) this.#api.delete(refOf(object));
    }
    if (this.#api.contentOf(name).length === 0) this.#api.finalizeNamespace(name);
  }

  #live(uid: string): KubeObject | undefined {
    const node = this.#nodes.get(uid);
    return node && this.#api.get(node.ref);
  }
}
