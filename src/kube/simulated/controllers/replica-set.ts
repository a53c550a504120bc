import { type KubeObject, refOf } from '../../objects.ts';
import {
  type Condition,
  controllerReference,
  isActive,
  isControlledBy,
  isLeaving,
  isTrue,
  nodeOf,
  nonZero,
  ownerKeys,
  POD,
  REPLICA_SET,
  refTo,
} from '../objects.ts';
import { drillTime } from '../timestamps.ts';
import { Controller, type ControllerContext, type Runnable } from './controller.ts';

/** ReplicaSet → pods: as many as it wants. */
export function replicaSetController(context: ControllerContext): Runnable {
  const { api } = context;

  function reconcile(key: string): void {
    const set = api.get(refTo(REPLICA_SET, key));
    if (set === undefined || isLeaving(set)) return;
    const present = podsOf(set);
    const missing = (set.spec?.['replicas'] ?? 1) - present.length;
    for (let count = 0; count < missing; count++) api.create(podOf(set));
    if (missing < 0) for (const pod of byExpendability(present).slice(0, -missing)) api.delete(refOf(pod));
    writeStatus(key, set, missing === 0 ? present : podsOf(set));
  }

  function podsOf(set: KubeObject): KubeObject[] {
    return api
      .list(POD, { namespace: set.metadata.namespace ?? '' })
      .filter(pod => isControlledBy(pod, set) && isActive(pod));
  }

  function writeStatus(key: string, set: KubeObject, present: readonly KubeObject[]): void {
    const now = context.clock.now();
    const waits = (set.spec?.['minReadySeconds'] ?? 0) * 1000;
    const ready = present.filter(pod => isTrue(pod, 'Ready'));
    const coming = waits > 0 ? ready.map(pod => readySince(pod) + waits).filter(from => from > now) : [];
    const status = {
      replicas: present.length,
      ...nonZero({
        fullyLabeledReplicas: present.length,
        readyReplicas: ready.length,
        availableReplicas: ready.length - coming.length,
      }),
      observedGeneration: set.metadata.generation,
    };
    api.update({ ...set, status }, 'status');
    if (coming.length > 0) controller.queue.addAfter(key, Math.min(...coming) - now);
  }

  const controller = new Controller(context, 'replica-set', REPLICA_SET, reconcile);
  return controller.watch(POD, pod => ownerKeys(pod, 'ReplicaSet'));
}

function readySince(pod: KubeObject): number {
  const conditions: readonly Condition[] = pod.status?.['conditions'] ?? [];
  return drillTime(conditions.find(({ type }) => type === 'Ready')?.lastTransitionTime);
}

function podOf(set: KubeObject): KubeObject {
  const { metadata, spec } = set.spec?.['template'] ?? {};
  return {
    ...POD,
    metadata: {
      name: '',
      generateName: `${set.metadata.name}-`,
      ...(set.metadata.namespace !== undefined && { namespace: set.metadata.namespace }),
      labels: { ...metadata?.labels },
      ...(metadata?.annotations !== undefined && { annotations: metadata.annotations }),
      ownerReferences: [controllerReference(set)],
    },
    spec,
  };
}

/**
 * Which pods to give up first: those without a node, those that are not ready, those that share their node with most
 * others, then the youngest (`ActivePodsWithRanks` of Kubernetes).
 */
function byExpendability(pods: readonly KubeObject[]): KubeObject[] {
  const perNode = new Map<string | undefined, number>();
  for (const pod of pods) perNode.set(nodeOf(pod), (perNode.get(nodeOf(pod)) ?? 0) + 1);
  const rank = (pod: KubeObject): readonly number[] => [
    nodeOf(pod) === undefined ? 0 : 1,
    isTrue(pod, 'Ready') ? 1 : 0,
    -(perNode.get(nodeOf(pod)) ?? 0),
  ];
  return [...pods].sort((a, b) => compare(rank(a), rank(b)) || byAge(b, a));
}

function compare(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((value, at) => value !== b[at]);
  return index < 0 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}

function byAge(a: KubeObject, b: KubeObject): number {
  const [first, second] = [a, b].map(pod => `${pod.metadata.creationTimestamp} ${pod.metadata.name}`);
  return first === second ? 0 : String(first) < String(second) ? -1 : 1;
}
