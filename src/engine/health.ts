import type { KubeObject } from '../kube/objects.ts';

export interface Health {
  readonly healthy: boolean;
  readonly message?: string;
}

/** Deployments are judged by their replicas; all other kinds are healthy as soon as they exist. */
export function healthOf(object: KubeObject): Health {
  if (object.apiVersion !== 'apps/v1' || object.kind !== 'Deployment') return { healthy: true };
  const { spec = {}, status = {}, metadata } = object;
  const wanted: number | undefined = spec['replicas'];
  const count = (field: string): number => status[field] ?? 0;
  const healthy =
    wanted !== undefined &&
    ['replicas', 'updatedReplicas', 'readyReplicas'].every(field => count(field) === wanted) &&
    count('observedGeneration') >= (metadata.generation ?? 0);
  return { healthy, message: `Ready:${count('readyReplicas')}/${wanted ?? '?'}` };
}
