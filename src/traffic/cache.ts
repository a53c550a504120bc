import type { DnsOutcome } from '../runtime/network.ts';
import type { CachePolicy } from './config.ts';

/** What a resolver remembers of one name. Times are ms of drill time. */
export interface Entry {
  /** Empty when the name could not be resolved. */
  readonly addresses: readonly string[];
  /** The journal's `answer` event that said so, if only that there is no address; 0 when no name server answered. */
  readonly answer: number;
  /** The draw that chose these addresses, in this order. */
  readonly draw: number;
  /** The addresses may be handed out before this time: expiry, plus the time that a stale answer may serve. */
  readonly usableUntil: number;
  /**
   * From this time on a lookup makes the resolver ask the name server: expiry, or somewhat before it where it
   * prefetches, or the end of a remembered failure.
   */
  readonly askFrom: number;
}

export const NOTHING: Entry = { addresses: [], answer: 0, draw: 0, usableUntil: 0, askFrom: 0 };

/** What a resolver does with a lookup: hands its addresses out, asks the name server, both, or says that it cannot. */
export function consulted(entry: Entry, now: number): 'hand' | 'hand-and-ask' | 'ask' | 'fail' {
  const asks = now >= entry.askFrom;
  if (now < entry.usableUntil) return asks ? 'hand-and-ask' : 'hand';
  return asks ? 'ask' : 'fail';
}

/** Of an exchange with the name server: its numbers in the journal. */
export interface Source {
  readonly answer: number;
  readonly draw: number;
}

/** How long an answer counts as fresh, ms; `ttl` is the name server's, ms. */
export function effectiveTtl(policy: CachePolicy, ttl: number): number {
  if (policy.forever) return Number.POSITIVE_INFINITY;
  return Math.min(Math.max(ttl, policy.minTtl ?? 0), policy.maxTtl ?? Number.POSITIVE_INFINITY);
}

/** The entry after the name server's answer, or its silence, at `now`. */
export function filled(
  policy: CachePolicy,
  entry: Entry,
  outcome: DnsOutcome,
  source: Source,
  now: number,
): Entry {
  const { answer } = outcome;
  if (answer?.rcode === 'NOERROR' && answer.addresses.length > 0) {
    const ttl = effectiveTtl(policy, answer.ttlSeconds * 1000);
    const expiry = now + ttl;
    return {
      ...source,
      addresses: answer.addresses,
      usableUntil: expiry + (policy.serveStale ?? 0),
      askFrom: policy.prefetch === undefined ? expiry : expiry - policy.prefetch * ttl,
    };
  }
  const askFrom = now + policy.negative;
  // "There is no such name" replaces what was known; a name server that cannot answer does not (RFC 8767, section 4).
  const authoritative = answer?.rcode === 'NOERROR' || answer?.rcode === 'NXDOMAIN';
  if (!authoritative && now < entry.usableUntil) return { ...entry, askFrom };
  return { ...NOTHING, answer: answer === undefined ? 0 : source.answer, draw: source.draw, askFrom };
}
