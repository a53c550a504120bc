import { equal, isObject, type JsonObject, own, put } from './json.ts';

/** JSON Merge Patch (RFC 7386). The result shares what did not change with the target, and the rest with the patch. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: JsonObject = isObject(target) ? { ...target } : {};
  for (const field of Object.keys(patch)) {
    const value = patch[field];
    if (value === null) delete result[field];
    else if (value !== undefined) put(result, field, mergePatch(own(result, field), value));
  }
  return result;
}

/**
 * The merge patch that brings `current` to what `modified` says: fields that `original` said and `modified` no longer
 * says are removed, those that neither says are left alone. (`kubectl apply` for custom resources.) Empty when there is
 * nothing to do.
 */
export function mergeThreeWay(original: JsonObject, modified: JsonObject, current: JsonObject): JsonObject {
  const patch: JsonObject = {};
  for (const field of Object.keys(modified)) {
    const wanted = modified[field];
    if (wanted === undefined || wanted === null) continue;
    const present = own(current, field);
    if (isObject(wanted) && isObject(present)) {
      const before = own(original, field);
      const inner = mergeThreeWay(isObject(before) ? before : {}, wanted, present);
      if (Object.keys(inner).length > 0) put(patch, field, inner);
    } else if (!equal(wanted, present)) {
      put(patch, field, wanted);
    }
  }
  for (const field of dropped(original, modified, current)) put(patch, field, null);
  return patch;
}

/** Fields that were said, are said no longer, and are still there. */
export function dropped(original: JsonObject, modified: JsonObject, current: JsonObject): string[] {
  const said = (object: JsonObject, field: string) => (own(object, field) ?? undefined) !== undefined;
  return Object.keys(original).filter(
    field => said(original, field) && !said(modified, field) && own(current, field) !== undefined,
  );
}
