import { quorum } from './health.ts';
import type { Monitor, ResolvedGtm } from './model.ts';

/*
 * How long the GTM takes, from its settings alone; milliseconds. A probe that starts after a fault fails `failure`
 * after its start: 0 when the connection is refused, the monitor's timeout at most.
 */

/**
 * From a fault that fails every probe to the address's alert, at most. A vantage point may have probed just before
 * the fault; the last of its `evaluationCount` failures starts at most that many intervals later.
 */
export function detectionBound(monitor: Monitor, failure: number = monitor.timeout): number {
  return monitor.evaluationCount * monitor.interval + failure;
}

/**
 * The same on average. The vantage points' phases are independent and uniform, and the alert comes with the k-th of n
 * (`quorum`): the k-th smallest of n uniform variates is k/(n+1) on average.
 */
export function meanDetection(monitor: Monitor, failure: number = monitor.timeout): number {
  const nodes = monitor.nodes.length;
  const share = quorum(monitor, nodes) / (nodes + 1);
  return (monitor.evaluationCount - 1 + share) * monitor.interval + failure;
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
