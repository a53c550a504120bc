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

/** The place of an object among those of its kind; no namespace is ''. */
export interface Key {
  readonly namespace: string;
  readonly name: string;
}

/** All objects of one kind in one cluster, ordered by namespace and name, and their latest changes. */
export class KindStore {
  readonly info: KindInfo;
  readonly #spaces = new Map<string, Space>();
  readonly #ordered: Space[] = [];
  #history: Change[] = [];
  /** Changes up to this version have been forgotten. */
  #forgotten = 0;
  #subscriptions: readonly Subscription[] = [];

  constructor(info: KindInfo) {
    this.info = info;
  }

  get({ namespace, name }: Key): KubeObject | undefined {
    return this.#spaces.get(namespace)?.get(name);
  }

  select({ namespace, selector }: Scope): KubeObject[] {
    const result: KubeObject[] = [];
    if (namespace !== undefined) this.#spaces.get(namespace)?.select(selector, result);
    else for (const space of this.#ordered) space.select(selector, result);
    return result;
  }

  apply(key: Key, change: Change): void {
    const space = this.#spaces.get(key.namespace) ?? this.#newSpace(key.namespace);
    if (change.event.type === 'DELETED') space.delete(key.name);
    else space.set(key.name, change.event.object);
    this.#history.push(change);
    if (this.#history.length > 2 * historyLength) {
      this.#history = this.#history.slice(historyLength);
      this.#forgotten = (this.#history[0]?.version ?? 0) - 1;
    }
  }

  #newSpace(namespace: string): Space {
    const space = new Space(namespace);
    this.#spaces.set(namespace, space);
    this.#ordered.splice(firstFrom(this.#ordered, namespace), 0, space);
    return space;
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
}

interface Entry {
  readonly name: string;
  object: KubeObject;
}

/**
 * The objects of one kind in one namespace, or those without. They are found by two names, without a text of both. One
 * that has become empty stays: namespaces are few.
 */
class Space {
  readonly name: string;
  readonly #entries = new Map<string, Entry>();
  readonly #ordered: Entry[] = [];

  constructor(name: string) {
    this.name = name;
  }

  get(name: string): KubeObject | undefined {
    return this.#entries.get(name)?.object;
  }

  set(name: string, object: KubeObject): void {
    const known = this.#entries.get(name);
    if (known !== undefined) {
      known.object = object;
      return;
    }
    const entry = { name, object };
    this.#entries.set(name, entry);
    this.#ordered.splice(firstFrom(this.#ordered, name), 0, entry);
  }

  delete(name: string): void {
    this.#entries.delete(name);
    this.#ordered.splice(firstFrom(this.#ordered, name), 1);
  }

  select(selector: Selector | undefined, into: KubeObject[]): void {
    for (const { object } of this.#ordered)
      if (selector === undefined || matches(selector, object.metadata.labels)) into.push(object);
  }
}

/** The index of the first that does not come before this name. */
function firstFrom(ordered: readonly { readonly name: string }[], name: string): number {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ordered[middle] as { readonly name: string }).name < name) low = middle + 1;
    else high = middle;
  }
  return low;
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
