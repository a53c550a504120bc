import * as z from 'zod';
import type { CompareEvent } from '../../runtime/journal.ts';
import type { DrillRecord } from '../record.ts';
import { describeWindow, type Window, windowed } from '../windows.ts';
import { count, list } from '../words.ts';
import { eventsIn, expectation, inWindow } from './expectation.ts';

const UNREACHABLE = 'unreachable';

/** In the window's last comparison of each, every object of the plan is in its centre as planned. */
export const converged = expectation({
  name: 'converged',
  schema: z.strictObject({ ...windowed }),
  says: params => `the objects in every centre are those of the plan (${describeWindow(params)})`,
  judge: inWindow((_, drill, window, findings) => {
    const compared = lastComparisons(drill, window);
    const different = compared.filter(
      ({ differences }) => differences.length > 0 && !differences.includes(UNREACHABLE),
    );
    const unseen = compared.filter(({ differences }) => differences.includes(UNREACHABLE));
    const figures = { objects: compared.length, different: different.length, unreachable: unseen.length };
    if (different.length > 0) {
      const what = different.map(
        ({ centre, object, differences }) => `${object} in ${centre} (${differences.join(', ')})`,
      );
      return findings.violated(`Not as planned: ${list(what.slice(0, 5))}.`, { figures, events: different });
    }
    if (unseen.length > 0) {
      const where = [...new Set(unseen.map(({ centre }) => centre))];
      return findings.unknown(`The API of ${list(where)} did not answer.`, { figures, events: unseen });
    }
    const seen = new Set(compared.map(({ centre }) => centre));
    const missing = plannedCentres(drill).filter(centre => !seen.has(centre));
    if (missing.length > 0 || compared.length === 0) {
      return findings.unknown(`Nothing was compared in ${list(missing) || 'any centre'}.`, { figures });
    }
    return findings.held(
      `${count(compared.length, 'object')} in ${count(seen.size, 'centre')} are as planned.`,
      { figures },
    );
  }),
});

function lastComparisons({ comparisons }: DrillRecord, window: Window): CompareEvent[] {
  const last = new Map<string, CompareEvent>();
  for (const compare of eventsIn(comparisons, window))
    last.set(`${compare.centre} ${compare.object}`, compare);
  return [...last.values()];
}

function plannedCentres({ plans, centres }: DrillRecord): readonly string[] {
  const planned = new Set(plans.map(({ centre }) => centre));
  return planned.size === 0 ? centres : [...planned];
}
