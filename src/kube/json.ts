/**
 * Plain JSON data. `undefined` counts as absent, the order of an object's fields does not count, and a field may have
 * any name: `__proto__` and `constructor` are data like any other.
 */

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object's own field, never an inherited one. */
export function own(object: JsonObject, field: string): unknown {
  return Object.hasOwn(object, field) ? object[field] : undefined;
}

/** Sets a field, whatever its name. */
export function put(object: JsonObject, field: string, value: unknown): void {
  if (field === '__proto__') {
    Object.defineProperty(object, field, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[field] = value;
  }
}

/** A deep copy; absent fields are left out. */
export function clone<T>(value: T): T {
  return copy(value) as T;
}

function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copy);
  const result: JsonObject = {};
  for (const field in value) {
    const inner = (value as JsonObject)[field];
    if (inner !== undefined) put(result, field, copy(inner));
  }
  return result;
}

export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && sameItems(a, b);
  return !Array.isArray(b) && sameFields(a as JsonObject, b as JsonObject);
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (!equal(a[index], b[index])) return false;
  return true;
}

function sameFields(a: JsonObject, b: JsonObject): boolean {
  let more = 0;
  for (const field in a) {
    const value = a[field];
    if (value === undefined) continue;
    more += 1;
    // Of what is inherited, only this is no function, which is equal to no data.
    if (!equal(value, field === '__proto__' ? own(b, field) : b[field])) return false;
  }
  for (const field in b) if (b[field] !== undefined) more -= 1;
  return more === 0;
}

/** The value without fields that are null, which Kubernetes' own types take for absent; the very same when it has none. */
export function withoutNulls<T>(value: T): T {
  return dropNulls(value) as T;
}

function dropNulls(value: unknown): unknown {
  if (Array.isArray(value)) {
    let items: unknown[] | undefined;
    for (let index = 0; index < value.length; index++) {
      const item = dropNulls(value[index]);
      if (item !== value[index]) items ??= [...value];
      if (items !== undefined) items[index] = item;
    }
    return items ?? value;
  }
  return isObject(value) ? fieldsWithoutNulls(value) : value;
}

function fieldsWithoutNulls(object: JsonObject): JsonObject {
  let result: JsonObject | undefined;
  for (const field in object) {
    const before = object[field];
    const after = typeof before === 'object' && before !== null ? dropNulls(before) : before;
    if (after === before && before !== null) continue;
    result ??= { ...object };
    if (after === null) delete result[field];
    else put(result, field, after);
  }
  return result ?? object;
}

/** Freezes the value and all below it; what is frozen already is taken to be frozen throughout. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const field in value) deepFreeze(value[field]);
  return Object.freeze(value);
}
