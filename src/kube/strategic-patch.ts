import { ApiError } from './client.ts';
import { isObject, type JsonObject, own, put, withoutNulls } from './json.ts';
import type { Kind } from './objects.ts';
import { type FieldSchema, type PatchSchema, patchSchema } from './patch-schema.ts';

export const directive = '$patch';
export const retainKeys = '$retainKeys';
export const orderPrefix = '$setElementOrder/';
export const deletePrefix = '$deleteFromPrimitiveList/';
export const none: PatchSchema = {};

/**
 * Kubernetes' strategic merge patch with its directives `$patch`, `$retainKeys`, `$setElementOrder/…` and
 * `$deleteFromPrimitiveList/…`. The target is not changed. Throws ApiError BadRequest for what is no such patch.
 */
export function strategicMergePatch(kind: Kind, target: JsonObject, patch: unknown): JsonObject {
  if (!isObject(patch)) throw bad('a strategic merge patch must be an object');
  return mergeMap(target, patch, patchSchema(kind));
}

function mergeMap(target: JsonObject, patch: JsonObject, schema: PatchSchema): JsonObject {
  switch (own(patch, directive)) {
    case undefined:
    case 'merge':
      break;
    case 'replace':
      return withoutDirectives(patch);
    case 'delete':
      return {};
    default:
      throw bad(`${directive} must be merge, replace or delete, not ${JSON.stringify(patch[directive])}`);
  }
  const result = retained(target, patch);
  for (const field of Object.keys(patch)) {
    if (isDirective(field)) mergeDirective(result, patch, field, schema);
    else mergeField(result, patch, field, fieldOf(schema, field));
  }
  return result;
}

function mergeField(result: JsonObject, patch: JsonObject, field: string, schema: FieldSchema): void {
  const value = patch[field];
  const present = own(result, field);
  if (value === undefined) return;
  if (value === null) {
    delete result[field];
  } else if (isObject(value)) {
    const base = isObject(present) && schema.replace !== true ? present : {};
    put(result, field, mergeMap(base, value, schema.fields ?? none));
  } else if (Array.isArray(value)) {
    put(result, field, mergeList(Array.isArray(present) ? present : [], value, patch, field, schema));
  } else {
    put(result, field, value);
  }
}

/** What `$retainKeys` leaves of the target, as a copy. */
function retained(target: JsonObject, patch: JsonObject): JsonObject {
  const keys = own(patch, retainKeys);
  if (keys === undefined) return { ...target };
  if (!Array.isArray(keys)) throw bad(`${retainKeys} must be a list of field names`);
  const stray = Object.keys(patch).find(
    field => !isDirective(field) && patch[field] !== null && !keys.includes(field),
  );
  if (stray !== undefined) throw bad(`${retainKeys} must name every field of the patch, and misses ${stray}`);
  return Object.fromEntries(Object.entries(target).filter(([field]) => keys.includes(field)));
}

/** The directives about a list that the patch may leave out otherwise. */
function mergeDirective(result: JsonObject, patch: JsonObject, field: string, schema: PatchSchema): void {
  if (field === directive || field === retainKeys) return;
  const list = field.slice(field.indexOf('/') + 1);
  if (!Array.isArray(patch[field])) throw bad(`${field} must be a list`);
  if (own(patch, list) !== undefined) return;
  const present = own(result, list);
  if (Array.isArray(present)) put(result, list, mergeList(present, [], patch, list, fieldOf(schema, list)));
}

function mergeList(
  target: readonly unknown[],
  patch: readonly unknown[],
  directives: JsonObject,
  field: string,
  schema: FieldSchema,
): unknown[] {
  const { mergeKey } = schema;
  if (mergeKey === undefined && schema.set !== true) return patch.map(withoutNulls);
  const key = (item: unknown) => (mergeKey === undefined ? item : keyOf(item, mergeKey));
  const said = patch.filter(
    item => !isObject(item) || !['delete', 'replace'].includes(own(item, directive) as string),
  );
  const order = own(directives, orderPrefix + field);
  if (order !== undefined && !Array.isArray(order)) throw bad(`${orderPrefix}${field} must be a list`);
  if (order !== undefined) checkOrder(field, said.map(key), order.map(key));
  const merged =
    mergeKey === undefined
      ? mergeSet(target, patch, (own(directives, deletePrefix + field) ?? []) as unknown[])
      : mergeByKey(target, patch, field, mergeKey, schema.fields ?? none);
  return arrange(merged, (order ?? said).map(key), target.map(key), key);
}

function mergeSet(
  target: readonly unknown[],
  patch: readonly unknown[],
  doomed: readonly unknown[],
): unknown[] {
  return [...new Set([...target, ...patch])].filter(item => patch.includes(item) || !doomed.includes(item));
}

/** The order must name all that the patch has, and in the patch's order. */
function checkOrder(field: string, said: readonly unknown[], order: readonly unknown[]): void {
  const places = said.map(key => order.indexOf(key));
  if (places.every((place, index) => place >= 0 && (index === 0 || (places[index - 1] as number) <= place)))
    return;
  throw bad(`${orderPrefix}${field} does not have the elements of ${field} in their order`);
}

function mergeByKey(
  target: readonly unknown[],
  patch: readonly unknown[],
  field: string,
  mergeKey: string,
  schema: PatchSchema,
): unknown[] {
  let result = [...target];
  const items = patch.map(item => {
    if (!isObject(item)) throw bad(`${field} must be a list of maps, and has ${JSON.stringify(item)}`);
    return item;
  });
  if (items.some(item => own(item, directive) === 'replace')) {
    return items.filter(item => own(item, directive) === undefined).map(withoutDirectives);
  }
  for (const item of items) {
    const key = checkedKey(item, field, mergeKey);
    if (own(item, directive) === 'delete') {
      result = result.filter(present => keyOf(present, mergeKey) !== key);
      continue;
    }
    const index = result.findIndex(present => keyOf(present, mergeKey) === key);
    if (index < 0) result.push(mergeMap({}, item, schema));
    else result[index] = mergeMap(result[index] as JsonObject, item, schema);
  }
  return result;
}

/** Of an element of `field`. Throws ApiError BadRequest when it has none. */
export function checkedKey(item: unknown, field: string, mergeKey: string): unknown {
  const key = keyOf(item, mergeKey);
  if (key !== undefined) return key;
  throw bad(`an element of ${field} does not contain its merge key ${mergeKey}: ${JSON.stringify(item)}`);
}

/**
 * Puts the elements that the patch names into its order. The others, which only the server knows, keep theirs: each goes
 * before the next named one that followed it on the server.
 */
function arrange(
  list: readonly unknown[],
  order: readonly unknown[],
  server: readonly unknown[],
  key: (item: unknown) => unknown,
): unknown[] {
  const named = list
    .filter(item => order.includes(key(item)))
    .sort((a, b) => order.indexOf(key(a)) - order.indexOf(key(b)));
  const others = list.filter(item => !order.includes(key(item)));
  const place = (item: unknown) => server.indexOf(key(item));
  const result: unknown[] = [];
  for (const item of named) {
    while (others.length > 0 && place(others[0]) < place(item)) result.push(others.shift());
    result.push(item);
  }
  return [...result, ...others];
}

export function fieldOf(schema: PatchSchema, field: string): FieldSchema {
  return (own(schema, field) as FieldSchema | undefined) ?? {};
}

function keyOf(item: unknown, mergeKey: string): unknown {
  return isObject(item) ? own(item, mergeKey) : undefined;
}

/** What the patch leaves where there was nothing: its values without directives and nulls. */
function withoutDirectives(patch: JsonObject): JsonObject {
  const { [directive]: _, ...rest } = patch;
  return mergeMap({}, rest, none);
}

function isDirective(field: string): boolean {
  return (
    field === directive ||
    field === retainKeys ||
    field.startsWith(orderPrefix) ||
    field.startsWith(deletePrefix)
  );
}

function bad(message: string): ApiError {
  return new ApiError('BadRequest', 400, message);
}
