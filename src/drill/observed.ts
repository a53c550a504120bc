import type { DrillRecord } from './record.ts';
import type { ExpectationResult } from './verdict.ts';

/**
 * Added to the expectations when there was nothing to see: no client that asked, or nothing seen of the GTM. A drill
 * that could not observe cannot pass, whatever little its expectations ask for.
 */
export function unobserved({ requests, publications, probes }: DrillRecord): ExpectationResult | undefined {
  const missing = [
    ...(requests.length === 0 ? ['no client sent a request'] : []),
    ...(publications.length === 0 && probes.length === 0 ? ['nothing was seen of the GTM'] : []),
  ];
  if (missing.length === 0) return undefined;
  return {
    name: 'observed',
    says: 'the drill saw clients ask and the GTM at work',
    result: 'unknown',
    evidence: { text: `There was nothing to judge by: ${missing.join(', ')}.` },
  };
}
