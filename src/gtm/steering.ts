import type { Clock, Timer } from '../runtime/clock.ts';
import type { Journal } from '../runtime/journal.ts';
import type { AccessMode, Emulator, Strategy } from './model.ts';
import { type Decision, decide, sameAnswers } from './route.ts';

/** One access strategy at work: what it decided last, and what the name servers serve of it. */
export class Steering {
  readonly strategy: Strategy;
  private readonly emulator: Emulator;
  private readonly alerts: ReadonlySet<string>;
  private readonly clock: Clock;
  private readonly journal: Journal;
  private mode: AccessMode;
  private latest: Decision;
  private served: Decision;
  private readonly pending = new Set<Timer>();
  private holdDown: Timer | undefined;

  /** The first decision is served at once: an instance that is already in operation. */
  constructor(
    strategy: Strategy,
    emulator: Emulator,
    alerts: ReadonlySet<string>,
    { clock, journal }: { readonly clock: Clock; readonly journal: Journal },
  ) {
    this.strategy = strategy;
    this.emulator = emulator;
    this.alerts = alerts;
    this.clock = clock;
    this.journal = journal;
    this.mode = strategy.accessMode;
    this.latest = this.decide(undefined);
    this.served = this.latest;
    this.announce(this.latest);
    this.publish(this.latest);
  }

  get accessMode(): AccessMode {
    return this.mode;
  }

  get decided(): Decision {
    return this.latest;
  }

  get published(): Decision {
    return this.served;
  }

  setAccessMode(mode: AccessMode): void {
    if (mode === 'FAILOVER' && !this.strategy.backup) {
      throw new Error(`access strategy ${this.strategy.name} has no FailoverAddrPool to pin`);
    }
    this.mode = mode;
    this.review();
  }

  /** Decides anew; to be called when health changed. */
  readonly review = (): void => {
    const before = this.latest;
    const decision = this.decide(before);
    this.latest = decision;
    this.reviewAgain(decision);
    if (sameAnswers(before, decision)) return;
    this.announce(decision, before);
    const timer = this.clock.after(this.emulator.publishDelay, () => {
      this.pending.delete(timer);
      this.publish(decision);
    });
    this.pending.add(timer);
  };

  stop(): void {
    this.holdDown?.cancel();
    for (const timer of this.pending) timer.cancel();
    this.pending.clear();
  }

  private decide(before: Decision | undefined): Decision {
    const circumstances = { now: this.clock.now(), accessMode: this.mode, alerts: this.alerts };
    return decide(this.strategy, this.emulator, before, circumstances);
  }

  private reviewAgain({ reviewAt }: Decision): void {
    this.holdDown?.cancel();
    this.holdDown =
      reviewAt === null ? undefined : this.clock.after(reviewAt - this.clock.now(), this.review);
  }

  private announce(decision: Decision, before: Decision = decision): void {
    const { set, available, reason } = decision;
    const event = { at: this.clock.now(), strategy: this.strategy.name, reason };
    this.journal.append({ ...event, kind: 'route', set, addresses: addressesOf(decision), available });
    if (before.set !== set) this.journal.append({ ...event, kind: 'switch', from: before.set, to: set });
  }

  /** Every decision takes the same time to the name servers, so that they arrive in order and the latest stays. */
  private publish(decision: Decision): void {
    this.served = decision;
    this.journal.append({
      at: this.clock.now(),
      kind: 'publish',
      strategy: this.strategy.name,
      set: decision.set,
      addresses: addressesOf(decision),
    });
  }
}

function addressesOf(decision: Decision): string[] {
  return decision.addresses.map(one => one.address);
}
