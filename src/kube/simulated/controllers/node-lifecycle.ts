import type { Timer } from '../../../runtime/clock.ts';
import { type KubeObject, refOf } from '../../objects.ts';
import { isActive, isTrue, NODE, nodeOf, POD, withCondition } from '../objects.ts';
import type { ControllerContext, Runnable } from './controller.ts';

const UNREACHABLE = 'node.kubernetes.io/unreachable';

interface Seen {
  heartbeat: number;
  /** When this controller first saw that heartbeat: a controller that was away does not count its absence. */
  at: number;
  /** Since when the node counts as unreachable. */
  lostAt?: number;
}

/**
 * Watches the nodes' heartbeats: a silent node becomes NotReady and so do its pods; later its pods are deleted.
 * `heartbeatOf` stands for the nodes' Leases: the time of a node's latest.
 */
export function nodeLifecycle(
  context: ControllerContext,
  heartbeatOf: (node: string) => number | undefined,
): Runnable {
  const { api, clock, timings } = context;
  const seen = new Map<string, Seen>();
  let timer: Timer | undefined;

  function monitor(): void {
    timer = clock.after(timings.nodeMonitorPeriod, monitor);
    for (const node of api.list(NODE)) examine(node);
  }

  function examine(node: KubeObject): void {
    const { name } = node.metadata;
    const heartbeat = heartbeatOf(name);
    const now = clock.now();
    const before = seen.get(name);
    if (heartbeat === undefined) return;
    if (before === undefined || heartbeat !== before.heartbeat) {
      seen.set(name, { heartbeat, at: now });
      if (isTainted(node) && isTrue(node, 'Ready')) taint(node, false);
    } else if (before.lostAt !== undefined) {
      if (now - before.lostAt >= timings.nodeToleration) evict(name);
    } else if (now - before.at > timings.nodeGrace) {
      before.lostAt = now;
      lose(node);
    }
  }

  function lose(node: KubeObject): void {
    const status = {
      ...node.status,
      conditions: withCondition(
        node.status?.['conditions'],
        { type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' },
        clock.now(),
      ),
    };
    taint(api.update({ ...node, status }, 'status'), true);
    for (const pod of podsOn(node.metadata.name)) {
      const conditions = withCondition(
        pod.status?.['conditions'],
        { type: 'Ready', status: 'False' },
        clock.now(),
      );
      api.update({ ...pod, status: { ...pod.status, conditions } }, 'status');
    }
  }

  function taint(node: KubeObject, lost: boolean): void {
    const { taints: _, ...spec } = node.spec ?? {};
    const taints = [
      { key: UNREACHABLE, effect: 'NoSchedule' },
      { key: UNREACHABLE, effect: 'NoExecute' },
    ];
    api.update({ ...node, spec: lost ? { ...spec, taints } : spec });
  }

  function evict(node: string): void {
    for (const pod of podsOn(node)) api.delete(refOf(pod));
  }

  function podsOn(node: string): readonly KubeObject[] {
    return api.list(POD).filter(pod => nodeOf(pod) === node && isActive(pod));
  }

  return {
    start: () => {
      seen.clear();
      timer = clock.after(timings.nodeMonitorPeriod, monitor);
    },
    stop: () => timer?.cancel(),
  };
}

function isTainted(node: KubeObject): boolean {
  const taints: readonly { key: string }[] = node.spec?.['taints'] ?? [];
  return taints.some(taint => taint.key === UNREACHABLE);
}
