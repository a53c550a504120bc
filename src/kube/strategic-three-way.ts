import { equal, isObject, type JsonObject, own, put, withoutNulls } from './json.ts';
import { dropped } from './merge-patch.ts';
import type { Kind } from './objects.ts';
import { type FieldSchema, type PatchSchema, patchSchema } from './patch-schema.ts';
import {
  checkedKey,
  deletePrefix,
  directive,
  fieldOf,
  none,
  orderPrefix,
  retainKeys,
} from './strategic-patch.ts';

/**
 * The strategic merge patch that brings `current` to what `modified` says: what `original` said and `modified` no
 * longer says is removed, what neither says is left alone. (`kubectl apply`.) Empty when there is nothing to do. Throws
 * ApiError BadRequest where an element of a list has no key to merge it by.
 */
export function strategicThreeWay(
  kind: Kind,
  original: JsonObject,
  modified: JsonObject,
  current: JsonObject,
): JsonObject {
  return diffMap(original, withoutNulls(modified), current, patchSchema(kind));
}

function diffMap(
  original: JsonObject,
  modified: JsonObject,
  current: JsonObject,
  schema: PatchSchema,
): JsonObject {
  const patch: JsonObject = {};
  for (const field of Object.keys(modified)) {
    const wanted = modified[field];
    if (wanted === undefined || wanted === null) continue;
    diffField(patch, field, own(original, field), wanted, own(current, field), fieldOf(schema, field));
  }
  for (const field of dropped(original, modified, current)) put(patch, field, null);
  return patch;
}

function diffField(
  patch: JsonObject,
  field: string,
  before: unknown,
  wanted: unknown,
  present: unknown,
  schema: FieldSchema,
): void {
  if (isObject(wanted) && isObject(present) && schema.replace !== true) {
    const inner = diffMap(isObject(before) ? before : {}, wanted, present, schema.fields ?? none);
    if (Object.keys(inner).length > 0)
      put(patch, field, schema.retainKeys ? retaining(inner, wanted) : inner);
  } else if (
    Array.isArray(wanted) &&
    Array.isArray(present) &&
    (schema.mergeKey !== undefined || schema.set)
  ) {
    diffList(patch, field, Array.isArray(before) ? before : [], wanted, present, schema);
  } else if (!equal(wanted, present)) {
    put(patch, field, wanted);
  }
}

function diffList(
  patch: JsonObject,
  field: string,
  before: readonly unknown[],
  wanted: readonly unknown[],
  present: readonly unknown[],
  schema: FieldSchema,
): void {
  const mergeKey = schema.mergeKey;
  const key = (item: unknown) => (mergeKey === undefined ? item : checkedKey(item, field, mergeKey));
  const wantedKeys = wanted.map(key);
  const presentKeys = present.map(key);
  const gone = before.map(key).filter(item => !wantedKeys.includes(item) && presentKeys.includes(item));
  const changes =
    mergeKey === undefined
      ? wanted.filter(item => !present.includes(item))
      : wanted.flatMap(item =>
          diffElement(
            find(before, key, item),
            item as JsonObject,
            find(present, key, item),
            mergeKey,
            schema,
          ),
        );
  if (mergeKey === undefined) {
    if (gone.length > 0) put(patch, deletePrefix + field, gone);
  } else {
    changes.push(...gone.map(value => ({ [mergeKey]: value, [directive]: 'delete' })));
  }
  if (changes.length > 0) put(patch, field, changes);
  // Only lists of maps have an order that their readers may rely on.
  if (mergeKey !== undefined && (changes.length > 0 || !sameOrder(wantedKeys, presentKeys))) {
    put(
      patch,
      orderPrefix + field,
      wantedKeys.map(value => ({ [mergeKey]: value })),
    );
  }
}

function diffElement(
  before: JsonObject | undefined,
  wanted: JsonObject,
  present: JsonObject | undefined,
  mergeKey: string,
  schema: FieldSchema,
): JsonObject[] {
  if (present === undefined) return [wanted];
  const inner = diffMap(before ?? {}, wanted, present, schema.fields ?? none);
  if (Object.keys(inner).length === 0) return [];
  const change = { ...inner, [mergeKey]: wanted[mergeKey] };
  return [schema.retainKeys ? retaining(change, wanted) : change];
}

function retaining(patch: JsonObject, wanted: JsonObject): JsonObject {
  return {
    ...patch,
    [retainKeys]: Object.keys(wanted)
      .filter(field => (wanted[field] ?? null) !== null)
      .sort(),
  };
}

function find(
  list: readonly unknown[],
  key: (item: unknown) => unknown,
  item: unknown,
): JsonObject | undefined {
  return list.find(other => key(other) === key(item)) as JsonObject | undefined;
}

function sameOrder(wanted: readonly unknown[], present: readonly unknown[]): boolean {
  const places = wanted.map(key => present.indexOf(key)).filter(place => place >= 0);
  return places.every((place, index) => index === 0 || (places[index - 1] ?? 0) <= place);
}
