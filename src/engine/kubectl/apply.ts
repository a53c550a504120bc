import { ApiError, found, type KubeClient } from '../../kube/client.ts';
import { type KubeObject, type ObjectRef, refOf } from '../../kube/objects.ts';
import { lastApplied, threeWay } from '../controller/apply-object.ts';
import { KUBECTL_LAST_APPLIED } from '../model.ts';

export interface Applied {
  readonly ref: ObjectRef;
  readonly result: 'created' | 'configured' | 'unchanged';
}

/**
 * What `kubectl apply -f` does with a file's objects, in their order: absent ones are created, others changed by
 * three-way merge with what was applied last. Throws ApiError at the first that fails.
 */
export async function applyManifests(client: KubeClient, objects: readonly KubeObject[]): Promise<Applied[]> {
  const results: Applied[] = [];
  for (const object of objects) results.push({ ref: refOf(object), result: await apply(client, object) });
  return results;
}

async function apply(client: KubeClient, object: KubeObject): Promise<Applied['result']> {
  const live = await found(client.get(refOf(object)));
  const wanted = withLastApplied(object);
  if (live === undefined) {
    await client.create(wanted);
    return 'created';
  }
  const change = threeWay(lastApplied(live, KUBECTL_LAST_APPLIED), wanted, live);
  if (change === undefined) return 'unchanged';
  await client.patch(refOf(object), change.type, change.patch);
  return 'configured';
}

function withLastApplied(object: KubeObject): KubeObject {
  const annotations = { ...object.metadata.annotations, [KUBECTL_LAST_APPLIED]: JSON.stringify(object) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** `kubectl create namespace`, but one that is there already is fine. */
export async function ensureNamespace(client: KubeClient, name: string): Promise<void> {
  try {
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  } catch (error) {
    if (!(error instanceof ApiError && error.reason === 'AlreadyExists')) throw error;
  }
}
