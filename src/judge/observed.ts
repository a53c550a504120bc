import type { Statement } from './language/statement.ts';
import type { DrillRecord } from './record.ts';
import type { ExpectationResult } from './verdict.ts';

/**
 * Added to the expectations when there was nothing to see: no client that asked, or nothing seen of the GTM. A drill
 * that could not observe cannot pass, whatever little its expectations ask for.
 */
export function unobserved({
  requests,
  publications,
  probes,
}: DrillRecord): ExpectationResult<Statement> | undefined {
  const missing = {
    clients: requests.length === 0,
    gtm: publications.length === 0 && probes.length === 0,
  };
  if (!missing.clients && !missing.gtm) return undefined;
  return {
    name: 'observed',
    says: ['sawAll'],
    result: 'unknown',
    evidence: { text: ['sawNothing', missing] },
  };
}
