import * as z from 'zod';
import type { PublishEvent, RouteEvent, SwitchEvent } from '../../runtime/journal.ts';
import type { Statement } from '../language/statement.ts';
import type { DrillRecord } from '../record.ts';
import { type Window, windowed } from '../windows.ts';
import { eventsIn, expectation, inWindow } from './expectation.ts';

/** The GTM moves between its pool sets at most so often, and then stays. */
export const noFlap = expectation({
  name: 'no-flap',
  schema: z.strictObject({ 'at-most': z.int().min(0).default(1), ...windowed }),
  says: ({ 'at-most': most, ...params }) => ['noFlap', most, params],
  judge: inWindow(({ 'at-most': most }, drill, window, findings) => {
    if (isBlind(drill, window)) {
      return findings.unknown(['blind']);
    }
    const events = movesIn(drill, window);
    const figures = { switches: events.length };
    const last = events.at(-1);
    const text: Statement = last ? ['switched', events.length, drill.time(last.at)] : ['noSwitch'];
    return events.length <= most
      ? findings.held(text, { figures, events })
      : findings.violated(text, { figures, events });
  }),
});

/**
 * Without a check or an answer, an absence of switches shows nothing; nor does it in a drill whose GTM is not seen to
 * have decided anything: its first decision comes as it starts.
 */
export function isBlind(drill: DrillRecord, { from, until }: Window): boolean {
  const { probes, answers, routes, publications, switches } = drill;
  const inside = ({ at }: { at: number }) => at >= from && at < until;
  if (routes.length === 0 && publications.length === 0 && switches.length === 0) return true;
  return !probes.some(inside) && !answers.some(inside);
}

type Move = SwitchEvent | RouteEvent | PublishEvent;

/**
 * When the GTM moved between its pool sets: its own switches or, so that one that nobody wrote down shows too, the changes
 * of set in its decisions or in what the name servers were given.
 */
export function movesIn({ switches, routes, publications }: DrillRecord, window: Window): readonly Move[] {
  // Over the whole drill: a switch may come before a window, and its publication in it.
  let most: readonly Move[] = switches;
  for (const changes of [setChanges(routes), setChanges(publications)])
    if (changes.length > most.length) most = changes;
  return eventsIn(most, window);
}

function setChanges<E extends RouteEvent | PublishEvent>(events: readonly E[]): readonly E[] {
  const sets = new Map<string, string>();
  return events.filter(({ strategy, set }) => {
    const before = sets.get(strategy);
    sets.set(strategy, set);
    return before !== undefined && before !== set;
  });
}
