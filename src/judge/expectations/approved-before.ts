import * as z from 'zod';
import type { ObjectEvent } from '../../runtime/journal.ts';
import type { DrillRecord } from '../record.ts';
import { expectation, Findings } from './expectation.ts';

/** No version of the application reaches the centre before a person has approved it; in the whole drill. */
export const approvedBefore = expectation({
  name: 'approved-before',
  schema: z.strictObject({ centre: z.string(), step: z.string() }),
  says: params => ['approvedBefore', params],
  judge({ centre, step }, drill) {
    const findings = new Findings(drill);
    const arrivals = firstArrivals(drill, centre);
    if (arrivals.size === 0) return findings.unknown(['nothingSeenIn', centre]);
    const approvals = drill.approvals.filter(approval => approval.step === step);
    const early = [...arrivals].filter(
      ([version, object]) =>
        !approvals.some(
          approval => (approval.publishVersion ?? '') === version && drill.precedes(approval, object),
        ),
    );
    const figures = { versions: arrivals.size, approvals: approvals.length, early: early.length };
    if (early.length > 0) {
      const what = early.map(([version, { object, at }]) => ({ version, object, time: drill.time(at) }));
      return findings.violated(['unapproved', centre, what], {
        figures,
        events: early.map(([, object]) => object),
      });
    }
    const unseen = rolledOut(drill, step).filter(version => !arrivals.has(version));
    if (unseen.length > 0) return findings.unknown(['unseenArrivals', unseen, centre], { figures });
    return findings.held(['approved', arrivals.size, centre], {
      figures,
      events: [...approvals, ...arrivals.values()],
    });
  },
});

/** By version, the first of its objects that was written in the centre. */
function firstArrivals({ objects }: DrillRecord, centre: string): ReadonlyMap<string, ObjectEvent> {
  const first = new Map<string, ObjectEvent>();
  for (const object of objects) {
    const version = object.publishVersion ?? '';
    if (object.centre === centre && object.verb !== 'DELETED' && !first.has(version))
      first.set(version, object);
  }
  return first;
}

/** Versions whose rollout the hub last said to be complete, the step with it: these have reached the step's centres. */
function rolledOut({ workflow }: DrillRecord, step: string): readonly string[] {
  const last = new Map(workflow.map(event => [event.publishVersion ?? '', event]));
  return [...last].flatMap(([version, { phase, steps }]) =>
    phase === 'running' && steps[step] === 'succeeded' ? [version] : [],
  );
}
