import { gapsOf } from './gaps.ts';
import type { Statement } from './language/statement.ts';
import type { DrillRecord } from './record.ts';
import type { ExpectationResult } from './verdict.ts';

/**
 * Added to the expectations when there was nothing to see: no client that asked, or nothing seen of the GTM, be it in a part
 * of the drill; or when one of its faults was not seen to take effect. A drill that could not observe cannot pass, whatever
 * little its expectations ask for.
 */
export function unobserved(drill: DrillRecord): ExpectationResult<Statement> | undefined {
  const { requests, publications, probes } = drill;
  const missing = {
    clients: requests.length === 0,
    gtm: publications.length === 0 && probes.length === 0,
  };
  if (missing.clients || missing.gtm) return unknown(['sawNothing', missing]);
  const ineffective = ineffectiveFaults(drill);
  if (ineffective.length > 0) return unknown(['sawNoEffect', ineffective]);
  const gaps = gapsOf(drill).map(({ of, from, until }) => ({
    of,
    from: drill.time(from),
    until: drill.time(until),
  }));
  return gaps.length === 0 ? undefined : unknown(['sawGaps', gaps]);
}

function unknown(text: Statement): ExpectationResult<Statement> {
  return { name: 'observed', says: ['sawAll'], result: 'unknown', evidence: { text } };
}

/** Of a drill that ended by itself: the faults of its timeline that were not seen in force. */
function ineffectiveFaults({ ends, settings, faults }: DrillRecord): readonly string[] {
  if (ends === undefined) return [];
  const inForce = new Set(faults.filter(({ injected }) => injected !== undefined).map(({ name }) => name));
  return settings.timeline.flatMap(({ name }) => (name === undefined || inForce.has(name) ? [] : [name]));
}
