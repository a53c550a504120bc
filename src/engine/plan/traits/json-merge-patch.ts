import { isObject, type JsonObject, own, put, withoutNulls } from '../../../kube/json.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import type { TraitDefinition } from './trait.ts';

/** Its properties are a JSON merge patch (RFC 7386) of the object: null deletes, lists are replaced. */
export const jsonMergePatch: TraitDefinition = {
  json: true,

  apply(workload, properties) {
    const patch = properties ?? {};
    if (!isObject(patch))
      throw new Error(`json-merge-patch: properties must be an object, not ${JSON.stringify(patch)}`);
    return merged({ ...workload }, patch) as KubeObject;
  },
};

/**
 * As KubeVela's library merges: fields that are null inside lists are left out too, but for a list that takes the place
 * of an object, which stays as it is.
 */
function merged(target: JsonObject, patch: JsonObject): JsonObject {
  const result = { ...target };
  for (const [field, value] of Object.entries(patch)) {
    const present = own(result, field);
    if (value === null) delete result[field];
    else if (!isObject(present)) put(result, field, withoutNulls(value));
    else put(result, field, isObject(value) ? merged(present, value) : value);
  }
  return result;
}
