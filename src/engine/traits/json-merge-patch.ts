import { isObject, withoutNulls } from '../../kube/json.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { mergePatch } from '../../kube/patch.ts';
import type { TraitDefinition } from './trait.ts';

/** Its properties are a JSON merge patch (RFC 7386) of the object: null deletes, lists are replaced. */
export const jsonMergePatch: TraitDefinition = {
  json: true,

  apply(workload, properties) {
    const patch = properties ?? {};
    if (!isObject(patch))
      throw new Error(`json-merge-patch: properties must be an object, not ${JSON.stringify(patch)}`);
    return mergePatch(workload, pruned(patch)) as KubeObject;
  },
};

/** Inside lists there is nothing to delete: null fields of their items are left out. */
function pruned(patch: unknown): unknown {
  if (Array.isArray(patch)) return patch.map(item => (isObject(item) ? withoutNulls(item) : pruned(item)));
  if (!isObject(patch)) return patch;
  return Object.fromEntries(Object.entries(patch).map(([field, value]) => [field, pruned(value)]));
}
