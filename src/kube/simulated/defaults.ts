import type { KubeObject } from '../objects.ts';

export function withDefaults(object: KubeObject): KubeObject {
  return object;
}
