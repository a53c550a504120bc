import { InputError } from '../runtime/input-error.ts';
import { type CachePolicy, cacheSchema } from './config.ts';

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

/**
 * A kind with settings of its own, in the words of `cache` in clients.yaml, as they are given on a command line.
 *
 * @throws InputError that names the option.
 */
export function policyOf(
  kind: ResolverKind,
  own: Readonly<Partial<Record<'minTtl' | 'maxTtl' | 'serveStale' | 'negative', string | undefined>>>,
): CachePolicy {
  const given = Object.entries(own).filter(([, value]) => value !== undefined);
  const result = cacheSchema.safeParse({ ...ZOO[kind], ...Object.fromEntries(given) });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const key = String(issue?.path[0]);
  const message = issue?.message ?? 'it is not right';
  if (!given.some(([name]) => name === key)) throw new InputError(`--kind ${kind}`, `${key} ${message}`);
  throw new InputError(`--${key.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`, message);
}
