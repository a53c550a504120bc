import { isObject, type JsonObject, own } from '../kube/json.ts';
import type { KubeObject } from '../kube/objects.ts';
import { partsOf, withValue } from './values.ts';

/** The value at a path such as `spec.template.spec.containers[0].image`; `undefined` when there is none. */
export function fieldAt(object: KubeObject, path: string): unknown {
  return partsOf(path).reduce((value: unknown, part) => {
    if (typeof part === 'number') return Array.isArray(value) ? value[part] : undefined;
    return isObject(value) ? own(value, part) : undefined;
  }, object as JsonObject);
}

export function withField(object: KubeObject, path: string, value: unknown): KubeObject {
  return withValue(object, path, value) as KubeObject;
}
