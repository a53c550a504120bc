import type { KubeObject } from '../objects.ts';
import { timestamp } from './timestamps.ts';

export interface Deletion {
  /** What becomes of dependents. Default: what the object's finalizers say, else Background. */
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
  /** Only pods have any: default `spec.terminationGracePeriodSeconds`, and 0 removes at once. */
  readonly gracePeriodSeconds?: number;
}

export const foreground = 'foregroundDeletion';
export const orphan = 'orphan';

/** The object as marked for deletion at `now` (drill time, ms); `undefined` when it goes at once. */
export function deletionOf(object: KubeObject, options: Deletion, now: number): KubeObject | undefined {
  const { metadata } = object;
  const finalizers = finalizersFor(metadata.finalizers ?? [], options.propagation);
  const grace = graceOf(object, options.gracePeriodSeconds);
  const held =
    finalizers.length > 0 || (object.kind === 'Namespace' && (object.spec?.['finalizers'] ?? []).length > 0);
  if (grace === 0 && !held) return undefined;
  const marked: KubeObject = { ...object, metadata: { ...metadata } };
  if (finalizers.length > 0) marked.metadata.finalizers = finalizers;
  else delete marked.metadata.finalizers;
  const granted = metadata.deletionGracePeriodSeconds;
  if (metadata.deletionTimestamp === undefined || grace < (granted ?? 0)) {
    marked.metadata.deletionTimestamp = timestamp(now + grace * 1000);
    marked.metadata.deletionGracePeriodSeconds = grace;
  }
  if (object.kind === 'Namespace') marked.status = { ...object.status, phase: 'Terminating' };
  return marked;
}

function finalizersFor(present: readonly string[], propagation: Deletion['propagation']): string[] {
  if (propagation === undefined) return [...present];
  const others = present.filter(finalizer => finalizer !== foreground && finalizer !== orphan);
  if (propagation === 'Foreground') return [...others, foreground];
  if (propagation === 'Orphan') return [...others, orphan];
  return others;
}

/** Seconds. A pod that no node runs needs none. */
function graceOf(object: KubeObject, asked: number | undefined): number {
  if (object.kind !== 'Pod' || object.apiVersion !== 'v1') return 0;
  const phase = object.status?.['phase'];
  if (!object.spec?.['nodeName'] || phase === 'Succeeded' || phase === 'Failed') return 0;
  return Math.max(0, asked ?? object.spec['terminationGracePeriodSeconds'] ?? 30);
}
