import type { DrillRecord } from './record.ts';
import { type ExpectationResult, PHASES } from './verdict.ts';
import { length } from './words.ts';

/**
 * Every measured phase of every recovery lies within the bound that the configuration implies. It is judged in every
 * drill, unasked: a phase over its bound is a fault of the system, or of the bound. Undefined when nothing was
 * measured.
 */
export function phasesWithinBounds({ recoveries }: DrillRecord): ExpectationResult | undefined {
  let measured = 0;
  const over: string[] = [];
  for (const [population, own] of recoveries) {
    for (const { fault, phases } of own) {
      for (const phase of PHASES) {
        const { ms, bound } = phases[phase];
        if (ms === null || bound === null) continue;
        measured++;
        if (ms > bound)
          over.push(`${phase} of ${population} after ${fault}: ${length(ms)} (at most ${length(bound)})`);
      }
    }
  }
  if (measured === 0) return undefined;
  return {
    name: 'phases-within-bounds',
    says: 'every phase of every recovery within the bound that the configuration implies',
    result: over.length > 0 ? 'violated' : 'held',
    evidence: {
      text: over.length > 0 ? `${over.join('; ')}.` : `All of ${measured} measured phases.`,
      figures: { measured, over: over.length },
    },
  };
}
