import * as z from 'zod';
import type { JournalEvent, PublishEvent } from '../../runtime/journal.ts';
import type { Statement } from '../language/statement.ts';
import type { DrillRecord } from '../record.ts';
import { type Window, windowed } from '../windows.ts';
import { eventsIn, expectation, inWindow } from './expectation.ts';

/**
 * The GTM moves between its pool sets at most so often, and then stays. Counted are its own switches and, so that a
 * switch that nobody wrote down shows too, the changes of set in what the name servers were given.
 */
export const noFlap = expectation({
  name: 'no-flap',
  schema: z.strictObject({ 'at-most': z.int().min(0).default(1), ...windowed }),
  says: ({ 'at-most': most, ...params }) => ['noFlap', most, params],
  judge: inWindow(({ 'at-most': most }, drill, window, findings) => {
    if (isBlind(drill, window)) {
      return findings.unknown(['blind']);
    }
    // Over the whole drill: a switch may come before a window, and its publication in it.
    const changes = setChanges(drill);
    const events = eventsIn<JournalEvent>(
      changes.length > drill.switches.length ? changes : drill.switches,
      window,
    );
    const figures = { switches: events.length };
    const last = events.at(-1);
    const text: Statement = last ? ['switched', events.length, drill.time(last.at)] : ['noSwitch'];
    return events.length <= most
      ? findings.held(text, { figures, events })
      : findings.violated(text, { figures, events });
  }),
});

/** Without a check or an answer, an absence of switches shows nothing. */
export function isBlind({ probes, answers }: DrillRecord, { from, until }: Window): boolean {
  const inside = ({ at }: { at: number }) => at >= from && at < until;
  return !probes.some(inside) && !answers.some(inside);
}

function setChanges({ publications }: DrillRecord): PublishEvent[] {
  const sets = new Map<string, string>();
  return publications.filter(({ strategy, set }) => {
    const before = sets.get(strategy);
    sets.set(strategy, set);
    return before !== undefined && before !== set;
  });
}
