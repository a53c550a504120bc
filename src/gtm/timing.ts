import type { Monitor, ResolvedGtm } from './model.ts';

/* How long the GTM takes, from its settings alone; milliseconds. */

/**
 * From a fault that fails every probe to the address's alert, at most. A vantage point may have probed just before
 * the fault; the last of its `evaluationCount` failures starts at most that many intervals later, and takes the timeout.
 */
export function detectionBound(monitor: Monitor): number {
  return monitor.evaluationCount * monitor.interval + monitor.timeout;
}

/** From the end of a fault to the address's all-clear, at most: the probe under way may still fail. */
export function recoveryBound(monitor: Monitor): number {
  return monitor.recoverySuccesses * monitor.interval + monitor.timeout;
}

/** From a decision to the name servers' serving it. */
export function publishBound(gtm: Pick<ResolvedGtm, 'emulator'>): number {
  return gtm.emulator.publishDelay;
}

/**
 * From the end of a fault to the decision to go back to the primary set, at most: its slowest monitor, then the
 * hold-down. A relapse starts it anew.
 */
export function failbackBound(gtm: Pick<ResolvedGtm, 'emulator' | 'strategies'>): number {
  const pools = gtm.strategies.flatMap(strategy => strategy.primary.pools);
  const recoveries = pools.flatMap(({ pool }) => (pool.monitor ? [recoveryBound(pool.monitor)] : []));
  return Math.max(0, ...recoveries) + gtm.emulator.holdDown;
}
