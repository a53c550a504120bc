import * as z from 'zod';
import { isObject } from '../../kube/json.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { jsonPatch as patched } from '../../kube/patch.ts';
import { decode } from '../model.ts';
import type { TraitDefinition } from './trait.ts';

const schema = z.object({ operations: z.array(z.looseObject({})).default([]) });

/** Its operations are a JSON patch (RFC 6902) of the object: all or nothing. */
export const jsonPatch: TraitDefinition = {
  apply(workload, properties) {
    const result = patched(workload, decode(schema, properties ?? {}, 'json-patch').operations);
    if (!isObject(result)) throw new Error('json-patch: the operations leave no object');
    return result as unknown as KubeObject;
  },
};
