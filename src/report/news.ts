import type { ObjectEvent } from '../runtime/journal.ts';

/** What of a journal's events is news to a reader, wherever the story is told. */

/** So long without an error ends a spell of errors. Clients ask several times a second; one that asks every 3 s counts. */
export const QUIET_MS = 30_000;

/** Phases of a step that come and go by themselves. */
export const PASSING: ReadonlySet<string> = new Set(['', 'pending', 'running']);

export type Readiness = 'all' | 'some' | 'none' | 'gone';

/** How many of a Deployment's pods are ready; undefined for any other object. */
export function readinessOf({ verb, replicas, ready = 0 }: ObjectEvent): Readiness | undefined {
  if (replicas === undefined) return undefined;
  if (verb === 'DELETED') return 'gone';
  if (ready === 0) return 'none';
  return ready >= replicas ? 'all' : 'some';
}
