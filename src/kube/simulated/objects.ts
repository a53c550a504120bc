import type { Kind, KubeObject, ObjectRef, OwnerReference } from '../objects.ts';
import { timestamp } from './timestamps.ts';

export const CONFIG_MAP: Kind = { apiVersion: 'v1', kind: 'ConfigMap' };
export const DEPLOYMENT: Kind = { apiVersion: 'apps/v1', kind: 'Deployment' };
export const ENDPOINT_SLICE: Kind = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' };
export const INGRESS_CLASS: Kind = { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass' };
export const INGRESS: Kind = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' };
export const NODE: Kind = { apiVersion: 'v1', kind: 'Node' };
export const POD: Kind = { apiVersion: 'v1', kind: 'Pod' };
export const REPLICA_SET: Kind = { apiVersion: 'apps/v1', kind: 'ReplicaSet' };
export const SERVICE: Kind = { apiVersion: 'v1', kind: 'Service' };

/** `namespace/name`; `/name` for what has no namespace. */
export function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

export function refTo(kind: Kind, key: string): ObjectRef {
  const slash = key.indexOf('/');
  const name = key.slice(slash + 1);
  return slash === 0 ? { ...kind, name } : { ...kind, namespace: key.slice(0, slash), name };
}

export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(owner => owner.controller === true);
}

export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid;
}

/** A reference that makes `owner` the controller of what carries it. */
export function controllerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  /** Of Deployments: when a rollout got further last. */
  readonly lastUpdateTime?: string;
}

/** Whether the object's condition of this type is True. */
export function isTrue(object: KubeObject, type: string): boolean {
  const conditions: readonly Condition[] | undefined = object.status?.['conditions'];
  return conditions?.some(condition => condition.type === type && condition.status === 'True') ?? false;
}

/** The conditions with one replaced, or added at the end. `now` is when it took its status, if that is new. */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  condition: Condition,
  now: number,
): readonly Condition[] {
  const before = conditions?.find(({ type }) => type === condition.type);
  if (conditions !== undefined && before === condition) return conditions;
  const since = before?.status === condition.status ? before.lastTransitionTime : timestamp(now);
  const after = { ...condition, ...(since !== undefined && { lastTransitionTime: since }) };
  if (conditions === undefined || before === undefined) return [...(conditions ?? []), after];
  return conditions.map(present => (present === before ? after : present));
}

export function isLeaving(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

/** Neither ended nor about to: it counts as a replica. */
export function isActive(pod: KubeObject): boolean {
  const phase = pod.status?.['phase'];
  return !isLeaving(pod) && phase !== 'Succeeded' && phase !== 'Failed';
}

export function nodeOf(pod: KubeObject): string | undefined {
  return pod.spec?.['nodeName'];
}

/** Kubernetes leaves counts that are zero out of a status. */
export function nonZero(counts: Record<string, number>): Record<string, number> {
  const result: Record<string, number> = {};
  for (const name in counts) if (counts[name] !== 0) result[name] = counts[name] as number;
  return result;
}

/** The key of the object's controller when it is of that kind. */
export function ownerKeys(object: KubeObject, kind: string): readonly string[] {
  const owner = controllerOf(object);
  return owner?.kind === kind ? [`${object.metadata.namespace}/${owner.name}`] : [];
}
