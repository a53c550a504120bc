import { isObject } from '../../kube/json.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { mergePatch } from '../../kube/patch.ts';
import type { TraitDefinition } from './trait.ts';

/** Its properties are a JSON merge patch (RFC 7386) of the object: null deletes, lists are replaced. */
export const jsonMergePatch: TraitDefinition = {
  apply(workload, properties) {
    const patch = properties ?? {};
    if (!isObject(patch))
      throw new Error(`json-merge-patch: properties must be an object, not ${JSON.stringify(patch)}`);
    return mergePatch(workload, patch) as KubeObject;
  },
};
