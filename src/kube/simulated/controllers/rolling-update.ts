/** A ReplicaSet as a rollout sees it: how many pods it should have, and how many are available. */
export interface SetState {
  readonly name: string;
  readonly replicas: number;
  readonly available: number;
  /** How many pods its Deployment might have had, surge included, when the set was sized last. */
  readonly of: number;
}

export interface RolloutBudget {
  /** Pods that may exist beyond the wanted number. */
  readonly surge: number;
  /** Pods that may be missing of the wanted number. */
  readonly unavailable: number;
}

/** A whole number or a percentage of the replicas. */
export type Quantity = number | string | undefined;

/**
 * The budget of a RollingUpdate: a surge percentage rounds up, an unavailable percentage down; both zero would never
 * move, so one pod may then be missing (`ResolveFenceposts` of Kubernetes' deployment controller).
 */
export function rolloutBudget(replicas: number, maxSurge: Quantity, maxUnavailable: Quantity): RolloutBudget {
  const surge = Math.ceil(amount(maxSurge ?? '25%', replicas));
  const unavailable = Math.floor(amount(maxUnavailable ?? '25%', replicas));
  const stuck = surge === 0 && unavailable === 0;
  return { surge, unavailable: Math.min(replicas, stuck ? 1 : unavailable) };
}

function amount(quantity: number | string, replicas: number): number {
  if (typeof quantity === 'number') return quantity;
  return quantity.endsWith('%') ? (Number(quantity.slice(0, -1)) * replicas) / 100 : Number(quantity);
}

/**
 * The next step of a rolling update: new sizes of the ReplicaSets that change, by name. The new set grows first, as far
 * as the surge allows; else the old ones (oldest first) shrink, first by pods that are not available anyway, then as
 * far as enough available pods remain. Empty when there is nothing to do now.
 */
export function nextSizes(
  replicas: number,
  budget: RolloutBudget,
  current: SetState,
  old: readonly SetState[],
): ReadonlyMap<string, number> {
  const size = currentSize(replicas, budget, current, old);
  return size === current.replicas ? shrunk(replicas, budget, current, old) : new Map([[current.name, size]]);
}

/**
 * The sizes of the ReplicaSets (oldest first, `current` is the newest) when their Deployment was scaled, or is paused; by
 * name, those that need a look. One set alone takes the new size. In a rollout each keeps its share, and what rounding
 * leaves goes to the largest: a new version that does not come up grows no faster than the one that serves (`scale` of
 * Kubernetes' deployment controller).
 */
export function scaledSizes(
  replicas: number,
  budget: RolloutBudget,
  current: SetState | undefined,
  old: readonly SetState[],
): ReadonlyMap<string, number> {
  const all = current === undefined ? old : [...old, current];
  const active = all.filter(set => set.replicas > 0);
  if (active.length < 2) {
    const only = active[0] ?? all.at(-1);
    return new Map(only && [[only.name, replicas]]);
  }
  const limit = replicas === 0 ? 0 : replicas + budget.surge;
  const change = limit - sum(active, 'replicas');
  const newestFirst = change > 0 ? active.toReversed() : active;
  const largestFirst = newestFirst.toSorted((a, b) => b.replicas - a.replicas);
  const sizes = new Map<string, number>();
  let rest = change;
  for (const set of largestFirst) {
    const share = Math.round((set.replicas * limit) / set.of) - set.replicas;
    const part = rest === 0 ? 0 : change > 0 ? Math.min(share, rest) : Math.max(share, rest);
    rest -= part;
    sizes.set(set.name, set.replicas + part);
  }
  for (const [largest, size] of sizes) return sizes.set(largest, Math.max(0, size + rest));
  return sizes;
}

function currentSize(
  replicas: number,
  budget: RolloutBudget,
  current: SetState,
  old: readonly SetState[],
): number {
  if (current.replicas >= replicas) return replicas;
  const room = replicas + budget.surge - current.replicas - sum(old, 'replicas');
  return current.replicas + Math.max(0, Math.min(room, replicas - current.replicas));
}

function shrunk(
  replicas: number,
  budget: RolloutBudget,
  current: SetState,
  old: readonly SetState[],
): Map<string, number> {
  const sizes = new Map<string, number>();
  const needed = replicas - budget.unavailable;
  const pending = current.replicas - current.available;
  let unhealthy = current.replicas + sum(old, 'replicas') - needed - pending;
  // A set that has just been shrunk still reports pods that are going.
  let spare = [current, ...old].reduce(
    (total, set) => total + Math.min(set.available, set.replicas),
    -needed,
  );
  if (unhealthy <= 0) return sizes;
  for (const set of old) {
    const broken = Math.max(0, Math.min(unhealthy, set.replicas - set.available));
    unhealthy -= broken;
    const healthy = Math.max(0, Math.min(spare, set.replicas - broken));
    spare -= healthy;
    if (broken + healthy > 0) sizes.set(set.name, set.replicas - broken - healthy);
  }
  return sizes;
}

function sum(sets: readonly SetState[], field: 'replicas' | 'available'): number {
  return sets.reduce((total, set) => total + set[field], 0);
}
