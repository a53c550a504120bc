import type { ResolvedCloud } from './cloud-model.ts';
import { type CloudDecision, decideCloud, sameCloudAnswers } from './cloud-route.ts';
import type { AccessMode, SetName, SteeringSettings, Strategy } from './model.ts';
import { type Decision, decide, sameAnswers } from './route.ts';
import type { Course } from './steering.ts';

/** How a 2.0 access strategy decides. `alerts` are the keys of the members that are held for down, now and later. */
export function strategyCourse(
  strategy: Strategy,
  emulator: SteeringSettings,
  alerts: ReadonlySet<string>,
  accessMode: AccessMode = strategy.accessMode,
): Course<Decision> {
  return {
    name: strategy.name,
    decide: (before, now) => decide(strategy, emulator, before, { now, accessMode, alerts }),
    same: sameAnswers,
    summary: ({ set, addresses, available, reason }) => ({
      set,
      addresses: addresses.map(one => one.address),
      available,
      reason,
    }),
  };
}

/** How a 3.0 config decides. In the journal its first pool is the primary set, and the others together the backup. */
export function cloudCourse(config: ResolvedCloud, alerts: ReadonlySet<string>): Course<CloudDecision> {
  const first = config.pools[0]?.id;
  return {
    name: config.name,
    decide: before => decideCloud(config, before, alerts),
    same: sameCloudAnswers,
    summary({ pools, reason, available }) {
      const set = pools.length === 0 || pools.some(pool => pool.id === first) ? 'DEFAULT' : 'FAILOVER';
      const addresses = [...new Set(pools.flatMap(pool => pool.addresses.map(one => one.address)))];
      return { set, addresses, available, reason };
    },
  };
}

/** What a 2.0 strategy's next decision must know of an earlier life: a primary set that is back waits anew. */
export function strategyBefore(set: SetName): Decision {
  const nothing = {
    addresses: [],
    available: { DEFAULT: 0, FAILOVER: 0 },
    primarySince: null,
    reviewAt: null,
  };
  return { set, type: 'A', answer: 'all', reason: '', ...nothing };
}

/** The same of a 3.0 config: what its sequences held on to. */
export function cloudBefore(held: Iterable<string>): CloudDecision {
  const nothing = { available: { DEFAULT: 0, FAILOVER: 0 }, pools: [], reviewAt: null, reason: '' };
  return { health: 'ok', fallback: false, strategy: 'sequence', held: new Set(held), ...nothing };
}
