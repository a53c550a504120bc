import * as z from 'zod';
import type { CompareEvent } from '../../runtime/journal.ts';
import type { DrillRecord } from '../record.ts';
import { type Window, windowed } from '../windows.ts';
import { expectation, inWindow } from './expectation.ts';

const UNREACHABLE = 'unreachable';

/** In the window's last comparison of each, every object of the plan is in its centre as planned. */
export const converged = expectation({
  name: 'converged',
  schema: z.strictObject({ ...windowed }),
  says: params => ['converged', params],
  judge: inWindow((_, drill, window, findings) => {
    const compared = lastComparisons(drill, window);
    const different = compared.filter(
      ({ differences }) => differences.length > 0 && !differences.includes(UNREACHABLE),
    );
    const unseen = compared.filter(({ differences }) => differences.includes(UNREACHABLE));
    const figures = { objects: compared.length, different: different.length, unreachable: unseen.length };
    if (different.length > 0) {
      return findings.violated(['differing', different.slice(0, 5)], { figures, events: different });
    }
    if (unseen.length > 0) {
      const where = [...new Set(unseen.map(({ centre }) => centre))];
      return findings.unknown(['silentApis', where], { figures, events: unseen });
    }
    const seen = new Set(compared.map(({ centre }) => centre));
    const missing = plannedCentres(drill).filter(centre => !seen.has(centre));
    if (missing.length > 0 || compared.length === 0) {
      return findings.unknown(['notCompared', missing], { figures });
    }
    return findings.held(['asPlanned', compared.length, seen.size], { figures });
  }),
});

/**
 * Comparisons that come after the timeline show how it ended. What was compared with an earlier plan than the window's last
 * shows nothing of that.
 */
function lastComparisons({ comparisons, plans, ends }: DrillRecord, { from, until }: Window): CompareEvent[] {
  const last = new Map<string, CompareEvent>();
  for (const compare of comparisons) {
    const at = Math.min(compare.at, ends ?? compare.at);
    const isOutdated = plans.some(
      plan => plan.centre === compare.centre && plan.at > compare.at && plan.at < until,
    );
    if (at >= from && at < until && !isOutdated) last.set(`${compare.centre} ${compare.object}`, compare);
  }
  return [...last.values()];
}

function plannedCentres({ plans, centres }: DrillRecord): readonly string[] {
  const planned = new Set(plans.map(({ centre }) => centre));
  return planned.size === 0 ? centres : [...planned];
}
