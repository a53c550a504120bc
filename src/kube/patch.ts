import { ApiError, type PatchType } from './client.ts';
import { isObject, type JsonObject } from './json.ts';
import { jsonPatch } from './json-patch.ts';
import { mergePatch, mergeThreeWay } from './merge-patch.ts';
import type { KubeObject } from './objects.ts';
import { strategicMergePatch } from './strategic-patch.ts';
import { strategicThreeWay } from './strategic-three-way.ts';

export { jsonPatch, mergePatch, mergeThreeWay, strategicMergePatch, strategicThreeWay };

/** The object as the patch makes it, which may share parts with both. Throws ApiError BadRequest or Invalid. */
export function applyPatch(object: KubeObject, type: PatchType, patch: unknown): KubeObject {
  const result = patched(object, type, patch);
  if (isObject(result) && isObject(result['metadata'])) return result as JsonObject as KubeObject;
  throw new ApiError('BadRequest', 400, 'the patch leaves no object with metadata');
}

function patched(object: KubeObject, type: PatchType, patch: unknown): unknown {
  switch (type) {
    case 'json':
      return jsonPatch(object, patch);
    case 'merge':
      return mergePatch(object, patch);
    case 'strategic':
      return strategicMergePatch(object, object, patch);
  }
}
