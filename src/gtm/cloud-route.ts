import type { Random } from '../runtime/random.ts';
import { type CloudHealth, configHealth, isAddressAvailable, isPoolAvailable } from './cloud-health.ts';
import type { CloudAddressModel, CloudPoolModel, CloudStrategy, ResolvedCloud } from './cloud-model.ts';
import type { RecordType } from './model.ts';
import { byWeight, rotated } from './pick.ts';

/** A pool that answers, with those of its addresses that do. */
export interface CloudChoice {
  readonly id: string;
  readonly serial: number;
  readonly weight: number;
  readonly lines: readonly string[];
  readonly type: RecordType;
  readonly strategy: CloudStrategy;
  readonly addresses: readonly Pick<CloudAddressModel, 'id' | 'address' | 'weight' | 'lines'>[];
}

/** What a config answers from now on, and all that the next decision needs to know of this one. */
export interface CloudDecision {
  readonly health: CloudHealth;
  /** Nothing is available: one pool answers with all that it has. */
  readonly fallback: boolean;
  /** How pools share the answers. */
  readonly strategy: CloudStrategy;
  readonly pools: readonly CloudChoice[];
  /** What sequences stand at: pools' ids, and addresses as `pool/address`. */
  readonly held: ReadonlySet<string>;
  /** Available addresses of available pools: of the first pool, and of the others. */
  readonly available: { readonly DEFAULT: number; readonly FAILOVER: number };
  /** Nothing here happens by the passing of time. */
  readonly reviewAt: null;
  readonly reason: string;
}

/** Which pools and addresses a config answers with. Pure: `before` is its last decision. */
export function decideCloud(
  config: ResolvedCloud,
  before: Pick<CloudDecision, 'held'> | undefined,
  alerts: ReadonlySet<string>,
): CloudDecision {
  const held = new Set<string>();
  const available = config.pools.filter(pool => isPoolAvailable(pool, alerts));
  const health = configHealth(config, alerts);
  const reason = `${available.length} of ${config.pools.length} pools available`;
  const decided = { health, held, available: counts(config, alerts), reviewAt: null } as const;
  if (available.length === 0) {
    const pools = fallback(config);
    const [pool] = pools;
    const why = pool
      ? `${reason}: fallback to pool ${pool.serial} with all its addresses`
      : `${reason}, none to fall back to`;
    return { ...decided, fallback: true, strategy: 'sequence', pools, reason: why };
  }
  const taken =
    config.strategy === 'sequence' ? [inSequence(available, config.preemptive, '', before, held)] : available;
  const pools = taken.map(pool => chosen(pool, alerts, before, held));
  return { ...decided, fallback: false, strategy: config.strategy, pools, reason };
}

function counts({ pools }: ResolvedCloud, alerts: ReadonlySet<string>): CloudDecision['available'] {
  const of = (pool: CloudPoolModel) =>
    isPoolAvailable(pool, alerts) ? pool.addresses.filter(one => isAddressAvailable(one, alerts)).length : 0;
  const [first = 0, ...others] = pools.map(of);
  return { DEFAULT: first, FAILOVER: others.reduce((sum, one) => sum + one, 0) };
}

function chosen(
  pool: CloudPoolModel,
  alerts: ReadonlySet<string>,
  before: Pick<CloudDecision, 'held'> | undefined,
  held: Set<string>,
): CloudChoice {
  const available = pool.addresses.filter(address => isAddressAvailable(address, alerts));
  const addresses =
    pool.strategy === 'sequence'
      ? [inSequence(available, pool.preemptive, `${pool.id}/`, before, held)]
      : available;
  return choiceOf(pool, pool.strategy, addresses);
}

/** The first in order; or, where taking back is not wanted, the one that answered before while it is available. */
function inSequence<T extends { readonly id: string }>(
  available: readonly T[],
  preemptive: boolean,
  prefix: string,
  before: Pick<CloudDecision, 'held'> | undefined,
  held: Set<string>,
): T {
  const kept = preemptive ? undefined : available.find(one => before?.held.has(prefix + one.id));
  const taken = kept ?? (available[0] as T);
  held.add(prefix + taken.id);
  return taken;
}

/**
 * Fallback resolution as the documentation has it: the first pool of the global line that has addresses, else the first
 * of all that has; whatever their health. What somebody withdrew is taken while there is nothing else: disabled pools,
 * then addresses that were called unavailable; addresses that are disabled never.
 */
function fallback({ pools, strategy }: ResolvedCloud): readonly CloudChoice[] {
  const isGlobal = ({ lines }: CloudPoolModel) =>
    strategy !== 'source_nearest' || lines.length === 0 || lines.includes('default');
  const all = [...pools.filter(isGlobal), ...pools.filter(pool => !isGlobal(pool))];
  const enabled = all.filter(pool => pool.enabled);
  const isEnabled = (address: CloudAddressModel) => address.enabled;
  const isWanted = (address: CloudAddressModel) => address.enabled && address.mode !== 'unavailable';
  for (const may of [isWanted, isEnabled]) {
    const pool = [...enabled, ...all].find(one => one.addresses.some(may));
    if (pool) return [choiceOf(pool, 'round_robin', pool.addresses.filter(may))];
  }
  return [];
}

function choiceOf(
  { id, serial, weight, lines, type }: CloudPoolModel,
  strategy: CloudStrategy,
  addresses: readonly CloudAddressModel[],
): CloudChoice {
  return {
    id,
    serial,
    weight,
    lines,
    type,
    strategy,
    addresses: addresses.map(one => ({
      id: one.id,
      address: one.address,
      weight: one.weight,
      lines: one.lines,
    })),
  };
}

/** Whether two decisions give the same answers. */
export function sameCloudAnswers(a: CloudDecision, b: CloudDecision): boolean {
  return a.strategy === b.strategy && JSON.stringify(a.pools) === JSON.stringify(b.pools);
}

export interface CloudAnswer {
  readonly type: RecordType;
  /** A CNAME's one target, or addresses in the order of the answer. Empty when there is nothing at all. */
  readonly data: readonly string[];
}

/**
 * The answer number `turn`, from 0, to a client of `lines` (most specific first; the global one last). Rotation goes by
 * one each turn: 123, 312, 231, 123.
 */
export function cloudAnswer(
  { pools, strategy }: CloudDecision,
  lines: readonly string[],
  turn: number,
  random: Random,
): CloudAnswer {
  // Nearest: of several pools of a line, the first that is available.
  const answering =
    strategy === 'source_nearest'
      ? nearest(pools, lines).slice(0, 1)
      : among(pools, strategy, lines, turn, random);
  const turns = Math.floor(turn / Math.max(1, strategy === 'round_robin' ? pools.length : 1));
  const data = answering.flatMap(pool =>
    among(pool.addresses, pool.strategy, lines, turns, random).map(one => one.address),
  );
  const type = answering[0]?.type ?? 'A';
  const unique = [...new Set(data)];
  return { type, data: type === 'CNAME' ? unique.slice(0, 1) : unique };
}

function among<T extends { readonly weight: number; readonly lines: readonly string[] }>(
  items: readonly T[],
  strategy: CloudStrategy,
  lines: readonly string[],
  turn: number,
  random: Random,
): readonly T[] {
  switch (strategy) {
    case 'sequence':
      return items.slice(0, 1);
    case 'weight':
      return items.length < 2 ? items : [byWeight(items, random)];
    case 'round_robin':
      return rotated(items, turn);
    case 'source_nearest':
      return rotated(nearest(items, lines), turn);
  }
}

/** Those for the client's most specific line that has any; all, where no line of its has. */
function nearest<T extends { readonly lines: readonly string[] }>(
  items: readonly T[],
  lines: readonly string[],
): readonly T[] {
  const near = lines.find(line => items.some(item => isFor(item, line)));
  return near === undefined ? items : items.filter(item => isFor(item, near));
}

function isFor({ lines }: { readonly lines: readonly string[] }, line: string): boolean {
  return lines.length === 0 ? line === 'default' : lines.includes(line);
}
