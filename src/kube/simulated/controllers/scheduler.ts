import type { KubeObject } from '../../objects.ts';
import {
  type Condition,
  controllerOf,
  isActive,
  isLeaving,
  isTrue,
  keyOf,
  NODE,
  nodeOf,
  POD,
  refTo,
  withCondition,
} from '../objects.ts';
import { Controller, type ControllerContext, type Runnable } from './controller.ts';

/** maxPods of the kubelet's configuration. */
const PODS_PER_NODE = 110;

/** Gives pods a node: where fewest pods of the same owner are, then fewest pods, then the first by name. */
export function scheduler(context: ControllerContext): Runnable {
  const { api } = context;

  function reconcile(key: string): void {
    const pod = api.get(refTo(POD, key));
    if (pod === undefined || isLeaving(pod) || nodeOf(pod) !== undefined) return;
    const node = choose(pod, api.list(NODE), api.list(POD));
    if (node === undefined) markUnschedulable(pod);
    else api.update({ ...pod, spec: { ...pod.spec, nodeName: node } });
  }

  function markUnschedulable(pod: KubeObject): void {
    const condition: Condition = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: `0/${api.list(NODE).length} nodes are available.`,
    };
    const conditions = withCondition(pod.status?.['conditions'], condition, context.clock.now());
    api.update({ ...pod, status: { ...pod.status, phase: 'Pending', conditions } }, 'status');
  }

  function waiting(): string[] {
    return api
      .list(POD)
      .filter(pod => nodeOf(pod) === undefined)
      .map(keyOf);
  }

  const unassigned = (pod: KubeObject): boolean => nodeOf(pod) === undefined;
  return new Controller(context, 'scheduler', POD, reconcile, unassigned).watch(NODE, waiting);
}

/** The name of the node for the pod; `undefined` when none will do. */
function choose(
  pod: KubeObject,
  nodes: readonly KubeObject[],
  pods: readonly KubeObject[],
): string | undefined {
  const owner = controllerOf(pod)?.uid;
  let best: { name: string; score: number } | undefined;
  for (const node of nodes) {
    if (!fits(pod, node)) continue;
    const here = pods.filter(other => nodeOf(other) === node.metadata.name && isActive(other));
    if (here.length >= PODS_PER_NODE) continue;
    const siblings = here.filter(other => owner !== undefined && controllerOf(other)?.uid === owner).length;
    const score = siblings * PODS_PER_NODE + here.length;
    if (best === undefined || score < best.score) best = { name: node.metadata.name, score };
  }
  return best?.name;
}

function fits(pod: KubeObject, node: KubeObject): boolean {
  const { unschedulable, taints = [] } = node.spec ?? {};
  const wanted: Record<string, string> = pod.spec?.['nodeSelector'] ?? {};
  return (
    isTrue(node, 'Ready') &&
    unschedulable !== true &&
    taints.length === 0 &&
    Object.entries(wanted).every(([label, value]) => node.metadata.labels?.[label] === value)
  );
}
