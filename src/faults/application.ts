import { OWNER_NAME, OWNER_NAMESPACE } from '../engine/model.ts';
import type { KubeObject } from '../kube/objects.ts';
import type { Controls } from './fault.ts';

/** Whether the object is the application's: it has its name, or an engine has distributed it, which its labels say. */
export function belongsTo({ namespace, name }: Controls['application'], { metadata }: KubeObject): boolean {
  const { labels = {} } = metadata;
  if (labels[OWNER_NAME] === name && labels[OWNER_NAMESPACE] === namespace) return true;
  return metadata.name === name && metadata.namespace === namespace;
}
