import type { Statement } from './language/statement.ts';
import type { Overrun } from './language/values.ts';
import type { DrillRecord } from './record.ts';
import { recoveriesOf } from './recovery.ts';
import { type ExpectationResult, PHASES } from './verdict.ts';

/**
 * Every measured phase of every recovery lies within the bound that the configuration implies. It is judged in every
 * drill, unasked: a phase over its bound is a fault of the system, or of the bound. Undefined when nothing was
 * measured.
 */
export function phasesWithinBounds(drill: DrillRecord): ExpectationResult<Statement> | undefined {
  let measured = 0;
  const over: Overrun[] = [];
  for (const [population, own] of recoveriesOf(drill)) {
    for (const { fault, phases } of own) {
      for (const phase of PHASES) {
        const { ms, bound } = phases[phase];
        if (ms === null || bound === null) continue;
        measured++;
        if (ms > bound) over.push({ phase, of: population, fault, ms, bound });
      }
    }
  }
  if (measured === 0) return undefined;
  return {
    name: 'phases-within-bounds',
    says: ['phasesWithin'],
    result: over.length > 0 ? 'violated' : 'held',
    evidence: {
      text: over.length > 0 ? ['phasesOver', over] : ['phasesMeasured', measured],
      figures: { measured, over: over.length },
    },
  };
}
