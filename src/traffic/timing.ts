import { effectiveTtl } from './cache.ts';
import type { PopulationConfig } from './config.ts';
import { ATTEMPT_TIMEOUT_MS } from './resolver.ts';

/*
 * How long a population may go on with an old answer after the name servers published a new one: upper bounds, ms,
 * reached in the worst case; null: for ever. Each counts from the end of the phase before it.
 */

/**
 * From the publication to the last time that a resolver hands out the old answer. That answer may have left the name
 * server just before; it stays fresh from its arrival on, and then serves as a stale one where the resolver does that.
 */
export function resolverBound(population: PopulationConfig, ttlMs: number): number | null {
  const { cache } = population.resolver;
  return finite(ATTEMPT_TIMEOUT_MS + effectiveTtl(cache, ttlMs) + (cache.serveStale ?? 0));
}

/** From there to the last connection that is opened to an address of the old answer. */
export function clientCacheBound({ cache }: PopulationConfig): number | null {
  if (cache === 'none') return 0;
  return cache === 'forever' ? null : cache;
}

/** From there to the end of the last request over such a connection, which may end with its timeout. */
export function connectionBound({ connection, timeout }: PopulationConfig): number | null {
  if (connection === 'fresh') return timeout;
  return connection.keepAlive === 'forever' ? null : connection.keepAlive + timeout;
}

function finite(ms: number): number | null {
  return Number.isFinite(ms) ? ms : null;
}
