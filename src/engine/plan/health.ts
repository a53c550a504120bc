import type { KubeObject } from '../../kube/objects.ts';

export interface Health {
  readonly healthy: boolean;
  readonly message?: string;
}

/** Judged by its replicas: as many as wanted are there, up to date and ready, and the status is not an old one. */
export function deploymentHealth({ spec = {}, status = {}, metadata }: KubeObject): Health {
  const wanted: unknown = spec['replicas'];
  const count = (field: string): number => status[field] ?? 0;
  const healthy =
    typeof wanted === 'number' &&
    ['replicas', 'updatedReplicas', 'readyReplicas'].every(field => count(field) === wanted) &&
    count('observedGeneration') >= (metadata.generation ?? 0);
  return { healthy, message: `Ready:${count('readyReplicas')}/${wanted ?? '?'}` };
}
