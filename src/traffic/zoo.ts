import type { CachePolicy } from './config.ts';

/** Resolvers as they are met, each by what sets it apart. RFC 9520 lets failures be remembered for a few seconds. */
const NEGATIVE_MS = 5000;

/** By name: for `liangdi resolver`, and for populations by the same settings. */
export const ZOO = {
  /** Honours TTLs. */
  honest: { negative: NEGATIVE_MS },
  /** Some ISPs raise short TTLs, whatever the name server says. */
  'min-ttl': { minTtl: 120_000, negative: NEGATIVE_MS },
  /** A resolver that distrusts long TTLs. */
  'max-ttl': { maxTtl: 30_000, negative: NEGATIVE_MS },
  /** Hands out expired answers while it asks again (RFC 8767). */
  'serve-stale': { serveStale: 3_600_000, negative: NEGATIVE_MS },
  /** Remembers that there is nothing for as long as RFC 2308 allows at most. */
  negative: { negative: 300_000 },
  /** Asks again before an answer expires, so that nobody waits; the last tenth of the TTL, as Unbound. */
  prefetch: { prefetch: 0.1, negative: NEGATIVE_MS },
  /** A JVM with a security manager: the first answer is the last one. */
  forever: { forever: true, negative: 10_000 },
} as const satisfies Readonly<Record<string, CachePolicy>>;

export type ResolverKind = keyof typeof ZOO;
