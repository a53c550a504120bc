import type {
  AccessMode,
  Member,
  PoolSet,
  RecordType,
  SetName,
  SteeringSettings,
  Strategy,
} from './model.ts';

export interface WeightedAddress {
  readonly address: string;
  readonly weight: number;
}

/** What an access strategy answers from now on, and all that the next decision needs to know of this one. */
export interface Decision {
  readonly set: SetName;
  readonly type: RecordType;
  /** How many of the addresses an answer has: all, one by weight, or that many of the nearest. */
  readonly answer: 'all' | 'one' | { readonly nearest: number };
  /** Each once, in the order of the configuration. */
  readonly addresses: readonly WeightedAddress[];
  readonly available: Readonly<Record<SetName, number>>;
  /** Since when the primary set has been available without a break; null while it is not. */
  readonly primarySince: number | null;
  /** When the hold-down ends, if nothing happens before: decide again then. */
  readonly reviewAt: number | null;
  readonly reason: string;
}

export interface Circumstances {
  readonly now: number;
  readonly accessMode: AccessMode;
  /** Keys of the members that health checks hold for down. */
  readonly alerts: ReadonlySet<string>;
}

type Choice = Pick<Decision, 'set' | 'addresses' | 'reason'> & { readonly reviewAt?: number };

/**
 * Which addresses a strategy answers with. First a dead address leaves its set; only when a set has fewer available
 * addresses than it needs does the other one take over. Pure: `before` is the strategy's last decision.
 */
export function decide(
  strategy: Strategy,
  emulator: SteeringSettings,
  before: Decision | undefined,
  circumstances: Circumstances,
): Decision {
  const view = new View(strategy, emulator, before, circumstances);
  const choice =
    circumstances.accessMode === 'AUTO' ? automatic(view) : pinned(view, circumstances.accessMode);
  const set = (choice.set === 'FAILOVER' ? strategy.backup : undefined) ?? strategy.primary;
  return {
    set: choice.set,
    type: set.type,
    answer: answerOf(set),
    addresses: choice.addresses,
    available: { DEFAULT: view.primary.length, FAILOVER: view.backup.length },
    primarySince: view.primarySince,
    reviewAt: choice.reviewAt ?? null,
    reason: choice.reason,
  };
}

/** Several names at one name are illegal (RFC 1034 §3.6.2). */
function answerOf({ type, lbaStrategy, nearest }: PoolSet): Decision['answer'] {
  if (nearest !== undefined) return { nearest: type === 'CNAME' ? 1 : nearest };
  return lbaStrategy === 'RATIO' || type === 'CNAME' ? 'one' : 'all';
}

function sameAnswer(a: Decision['answer'], b: Decision['answer']): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && a.nearest === b.nearest);
}

/** Whether two decisions give the same answers. */
export function sameAnswers(a: Decision, b: Decision): boolean {
  return (
    a.set === b.set &&
    a.type === b.type &&
    sameAnswer(a.answer, b.answer) &&
    a.addresses.length === b.addresses.length &&
    a.addresses.every(
      (one, i) => one.address === b.addresses[i]?.address && one.weight === b.addresses[i].weight,
    )
  );
}

/** What a decision is made of. */
class View {
  readonly strategy: Strategy;
  readonly emulator: SteeringSettings;
  readonly before: Decision | undefined;
  readonly now: number;
  readonly primary: readonly WeightedAddress[];
  readonly backup: readonly WeightedAddress[];
  readonly primaryAvailable: boolean;
  readonly backupAvailable: boolean;
  readonly primarySince: number | null;

  constructor(
    strategy: Strategy,
    emulator: SteeringSettings,
    before: Decision | undefined,
    { now, alerts }: Circumstances,
  ) {
    const available = (member: Member) =>
      member.mode === 'ONLINE' || (member.mode === 'SMART' && !alerts.has(member.key));
    this.strategy = strategy;
    this.emulator = emulator;
    this.before = before;
    this.now = now;
    this.primary = select(strategy.primary, available);
    this.backup = select(strategy.backup, available);
    this.primaryAvailable = this.primary.length >= strategy.primary.minimum;
    this.backupAvailable = strategy.backup !== undefined && this.backup.length >= strategy.backup.minimum;
    this.primarySince = this.primaryAvailable ? (before?.primarySince ?? now) : null;
  }

  /** The sets' available addresses beside what they need, for people. */
  get counts(): string {
    const { primary, backup } = this.strategy;
    const first = `DEFAULT has ${this.primary.length} available, needs ${primary.minimum}`;
    return backup
      ? `${first}; FAILOVER has ${this.backup.length}, needs ${backup.minimum}`
      : `${first}; no FAILOVER`;
  }
}

function automatic(view: View): Choice {
  if (view.primaryAvailable) {
    const returnAt = (view.primarySince ?? view.now) + view.emulator.holdDown;
    const mayWait = view.before?.set === 'FAILOVER' && view.backupAvailable && view.emulator.holdDown > 0;
    if (mayWait && view.now < returnAt) {
      return { ...backup(view, `before the hold-down is over, ${view.counts}`), reviewAt: returnAt };
    }
    const reason = mayWait ? `the hold-down is over, ${view.counts}` : view.counts;
    return { set: 'DEFAULT', addresses: view.primary, reason };
  }
  if (view.backupAvailable) return backup(view, view.counts);
  return allDown(view, 'DEFAULT', true, `no set is available: ${view.counts}`);
}

function backup(view: View, reason: string): Choice {
  return { set: 'FAILOVER', addresses: view.backup, reason };
}

function pinned(view: View, set: SetName): Choice {
  const addresses = set === 'DEFAULT' ? view.primary : view.backup;
  const reason = `access mode ${set}: ${view.counts}`;
  return addresses.length > 0
    ? { set, addresses, reason }
    : allDown(view, set, view.before?.set === set, reason);
}

/**
 * GTM 2.0 does not document what it answers when nothing is available; GTM 3.0 documents all addresses of one pool.
 * Answering them all is the safe default: an empty answer would stay in resolvers after the recovery (RFC 2308).
 */
function allDown(
  { before, strategy, emulator }: View,
  set: SetName,
  mayKeep: boolean,
  reason: string,
): Choice {
  if (emulator.whenAllDown === 'empty') return { set, addresses: [], reason };
  if (emulator.whenAllDown === 'last-known' && mayKeep && before && before.addresses.length > 0)
    return { set: before.set, addresses: before.addresses, reason };
  return { ...everything(strategy, set), reason };
}

/** All that may be answered at all: the set's own addresses, or the other's where every one is `OFFLINE`. */
function everything(strategy: Strategy, set: SetName): Pick<Choice, 'set' | 'addresses'> {
  const candidates: readonly SetName[] =
    set === 'DEFAULT' ? ['DEFAULT', 'FAILOVER'] : ['FAILOVER', 'DEFAULT'];
  for (const name of candidates) {
    const addresses = select(name === 'DEFAULT' ? strategy.primary : strategy.backup, isServed);
    if (addresses.length > 0) return { set: name, addresses };
  }
  return { set, addresses: [] };
}

function isServed(member: Member): boolean {
  return member.mode !== 'OFFLINE';
}

/**
 * The set's members that are wanted, each address once. An address weighs its pool's weight, times its own where the
 * pool answers by weight; in two pools, the sum.
 */
function select(set: PoolSet | undefined, wanted: (member: Member) => boolean): readonly WeightedAddress[] {
  const weights = new Map<string, number>();
  for (const { pool, weight } of set?.pools ?? []) {
    for (const member of pool.members) {
      if (!wanted(member)) continue;
      const own = weight * (pool.lbaStrategy === 'RATIO' ? member.weight : 1);
      weights.set(member.address, (weights.get(member.address) ?? 0) + own);
    }
  }
  return Array.from(weights, ([address, weight]) => ({ address, weight }));
}
