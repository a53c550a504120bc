import type { ApiError, WatchEvent } from '../client.ts';
import type { KindInfo } from '../kinds.ts';
import { type Labels, matches, type Selector } from '../label-selector.ts';
import type { KubeObject } from '../objects.ts';
import { expired } from './errors.ts';

/** One write. `previous` is what a modification or deletion found. */
export interface Change {
  readonly version: number;
  readonly event: WatchEvent;
  readonly previous: KubeObject | undefined;
}

/** How many changes of a kind a watch may look back, at least. */
const historyLength = 1000;

/** All objects of one kind in one cluster, ordered by namespace and name, and their latest changes. */
export class KindStore {
  readonly info: KindInfo;
  readonly #objects = new Map<string, KubeObject>();
  readonly #keys: string[] = [];
  #history: Change[] = [];
  /** Changes up to this version have been forgotten. */
  #forgotten = 0;
  #subscriptions: readonly Subscription[] = [];

  constructor(info: KindInfo) {
    this.info = info;
  }

  get(key: string): KubeObject | undefined {
    return this.#objects.get(key);
  }

  select(scope: Scope): KubeObject[] {
    const result: KubeObject[] = [];
    const prefix = scope.namespace === undefined ? '' : `${scope.namespace}\0`;
    for (let index = this.#indexOf(prefix); index < this.#keys.length; index++) {
      const key = this.#keys[index] as string;
      if (!key.startsWith(prefix)) break;
      const object = this.#objects.get(key) as KubeObject;
      if (scope.selector === undefined || matches(scope.selector, object.metadata.labels))
        result.push(object);
    }
    return result;
  }

  apply(key: string, change: Change): void {
    if (change.event.type === 'DELETED') {
      this.#objects.delete(key);
      this.#keys.splice(this.#indexOf(key), 1);
    } else {
      if (change.previous === undefined) this.#keys.splice(this.#indexOf(key), 0, key);
      this.#objects.set(key, change.event.object);
    }
    this.#history.push(change);
    if (this.#history.length > 2 * historyLength) {
      this.#history = this.#history.slice(historyLength);
      this.#forgotten = (this.#history[0]?.version ?? 0) - 1;
    }
  }

  /** Throws ApiError Expired when changes after `version` have been forgotten. */
  changesAfter(version: number): readonly Change[] {
    if (version < this.#forgotten) throw expired(version, this.#forgotten);
    return this.#history.filter(change => change.version > version);
  }

  add(subscription: Subscription): void {
    this.#subscriptions = [...this.#subscriptions, subscription];
  }

  remove(subscription: Subscription): void {
    this.#subscriptions = this.#subscriptions.filter(other => other !== subscription);
  }

  get subscriptions(): readonly Subscription[] {
    return this.#subscriptions;
  }

  /** Of the first key that is not before this one. */
  #indexOf(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] as string) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The key of an object among those of its kind; in its order, namespaces come before names. */
export function keyOf(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}\0${name}`;
}

/** Which objects are meant; absent: all. */
export interface Scope {
  readonly namespace: string | undefined;
  readonly selector: Selector | undefined;
}

/** Someone who hears of changes after a version, in a scope, until it is closed. */
export class Subscription {
  readonly #scope: Scope;
  readonly #since: number;
  readonly #listener: (event: WatchEvent) => void;
  /** Told when the server ends the subscription; in-process listeners outlive that. */
  readonly end: ((error?: ApiError) => void) | undefined;
  #open = true;

  constructor(
    scope: Scope,
    since: number,
    listener: (event: WatchEvent) => void,
    end?: (error?: ApiError) => void,
  ) {
    this.#scope = scope;
    this.#since = since;
    this.#listener = listener;
    this.end = end;
  }

  get open(): boolean {
    return this.#open;
  }

  close(): void {
    this.#open = false;
  }

  hear(change: Change): void {
    if (!this.#open || change.version <= this.#since) return;
    const event = inScope(change, this.#scope);
    if (event !== undefined) this.#listener(event);
  }

  tell(event: WatchEvent): void {
    if (this.#open) this.#listener(event);
  }
}

/** The change as a watcher of that scope sees it: an object that comes to match is ADDED, one that ceases to, DELETED. */
function inScope(change: Change, scope: Scope): WatchEvent | undefined {
  const { event, previous } = change;
  const { namespace, selector } = scope;
  if (namespace !== undefined && event.object.metadata.namespace !== namespace) return undefined;
  if (selector === undefined) return event;
  const matched = previous !== undefined && matches(selector, labelsOf(previous));
  if (event.type === 'DELETED') return matched ? event : undefined;
  if (matches(selector, labelsOf(event.object))) {
    return matched ? event : { type: 'ADDED', object: event.object };
  }
  return matched ? { type: 'DELETED', object: event.object } : undefined;
}

function labelsOf(object: KubeObject): Labels | undefined {
  return object.metadata.labels;
}
