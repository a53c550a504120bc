import { equal, isObject, type JsonObject, own, put } from '../../kube/json.ts';

/**
 * KubeVela's traits patch a workload by CUE's unification: what both have must be equal, the rest is joined. Marks on
 * parts of a patch change that, as the comments `+patchKey`, `+patchStrategy=replace` and `=retainKeys` do in CUE.
 */
class Marked {
  readonly mark: 'keyed' | 'replacing';
  readonly value: unknown;
  readonly key: string;

  constructor(mark: Marked['mark'], value: unknown, key = '') {
    this.mark = mark;
    this.value = value;
    this.key = key;
  }
}

/** Items of a list that belong to those of the same key, and follow when there are none. */
export function keyed(key: string, items: readonly unknown[]): unknown {
  return new Marked('keyed', items, key);
}

/** A value, a list too, that takes the place of what is there. */
export function replacing(value: unknown): unknown {
  return new Marked('replacing', value);
}

/** A value that holds unless another says one, which it must know: a default in CUE, and what else may be there. */
class Default {
  readonly value: unknown;
  readonly admits: (other: unknown) => boolean;

  constructor(value: unknown, admits: Default['admits']) {
    this.value = value;
    this.admits = admits;
  }
}

/** A default that stays one, for other traits to say otherwise, until the workload becomes plain data. */
export function fallback(value: unknown, admits: (other: unknown) => boolean): unknown {
  return new Default(value, admits);
}

/** What an item applies to: each of a list's items. */
export class Each {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}

/**
 * The base joined with the patch; neither is changed. A key that a list is joined by holds for the lists inside it, too.
 * Throws an Error that names the place where they contradict each other.
 */
export function unify(base: unknown, patch: unknown, path = '', key = ''): unknown {
  if (base === undefined) return joinable(patch);
  if (base instanceof Default || patch instanceof Default) return settled(base, patch, path);
  if (patch instanceof Each) {
    if (!Array.isArray(base)) throw conflict(base, [], path);
    return base.map((item, index) => unify(item, patch.value, `${path}[${index}]`, key));
  }
  if (patch instanceof Marked) {
    if (patch.mark === 'keyed') return unifyKeyed(base, patch.value as unknown[], patch.key, path);
    if (Array.isArray(patch.value) && !Array.isArray(base)) throw conflict(base, patch.value, path);
    return joinable(patch.value);
  }
  if (Array.isArray(patch)) {
    if (!Array.isArray(base)) throw conflict(base, patch, path);
    if (key !== '' && isKeyed(patch, key)) return unifyKeyed(base, patch, key, path);
    if (patch.length < base.length) {
      throw new Error(`${path}: a list of ${base.length} cannot be joined with one of ${patch.length}`);
    }
    return patch.map((item, index) => unify(base[index], item, `${path}[${index}]`, key));
  }
  if (isObject(patch)) {
    if (!isObject(base)) throw conflict(base, patch, path);
    return unifyMaps(base, patch, path, key);
  }
  if (!equal(base, patch)) throw conflict(base, patch, path);
  return base;
}

/** What is said counts, on whichever side it is. */
function settled(base: unknown, patch: unknown, path: string): unknown {
  if (patch instanceof Marked && patch.mark === 'replacing') return joinable(patch.value);
  const [byDefault, said] = patch instanceof Default ? [patch, base] : [base as Default, patch];
  if (!(said instanceof Default) && !byDefault.admits(said)) throw conflict(base, patch, path);
  return said;
}

function unifyMaps(base: JsonObject, patch: JsonObject, path: string, key: string): JsonObject {
  const result = { ...base };
  for (const field of Object.keys(patch)) {
    const value = patch[field];
    if (value === undefined) continue;
    put(result, field, unify(own(base, field), value, path === '' ? field : `${path}.${field}`, key));
  }
  return result;
}

function unifyKeyed(base: unknown, items: readonly unknown[], key: string, path: string): unknown {
  if (!Array.isArray(base)) throw conflict(base, items, path);
  const keyOf = (item: unknown) => (isObject(item) ? own(item, key) : undefined);
  // Without any key there is nothing to align by: the lists are joined item by item.
  if (!isKeyed(items, key)) return unify(base, items, path);
  const byKey = new Map(items.map(item => [keyOf(item), item]));
  byKey.delete(undefined);
  const joined = base.map((item, index) => {
    const id = keyOf(item);
    if (id === undefined || !byKey.has(id)) return item;
    const patch = byKey.get(id);
    byKey.delete(id);
    return unify(item, patch, `${path}[${index}]`, key);
  });
  return [...joined, ...items.filter(item => byKey.get(keyOf(item)) === item).map(joinable)];
}

function isKeyed(items: readonly unknown[], key: string): boolean {
  return items.length === 0 || items.some(item => isObject(item) && own(item, key) !== undefined);
}

/** The patch as data: without marks and defaults, and without what is undefined. */
export function plain(patch: unknown): unknown {
  return without(patch, value => value);
}

/** As `plain`, but its defaults stay such for what is joined with it next. */
export function joinable(patch: unknown): unknown {
  return without(patch, (_value, byDefault) => byDefault);
}

function without(patch: unknown, settle: (value: unknown, byDefault: Default) => unknown): unknown {
  if (patch instanceof Default) return settle(patch.value, patch);
  if (patch instanceof Marked) return without(patch.value, settle);
  if (patch instanceof Each) return [];
  if (Array.isArray(patch)) return patch.map(item => without(item, settle));
  if (!isObject(patch)) return patch;
  const result: JsonObject = {};
  for (const field of Object.keys(patch)) {
    if (patch[field] !== undefined) put(result, field, without(patch[field], settle));
  }
  return result;
}

function conflict(base: unknown, patch: unknown, path: string): Error {
  return new Error(`${path}: ${shown(base)} is there, which contradicts ${shown(patch)}`);
}

function shown(value: unknown): string {
  const text = JSON.stringify(plain(value)) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
