import type { Clock, Timer } from '../runtime/clock.ts';
import type { Journal } from '../runtime/journal.ts';
import type { SetName } from './model.ts';

/** How decisions of one kind are made, and what the journal says of them. */
export interface Course<D> {
  /** For people. */
  readonly name: string;
  /** Pure, but for what it reads of health. */
  decide(before: D | undefined, now: number): D;
  /** Whether two decisions give the same answers. */
  same(a: D, b: D): boolean;
  summary(decision: D): Summary;
}

export interface Summary {
  readonly set: SetName;
  readonly addresses: readonly string[];
  readonly available: Readonly<Record<SetName, number>>;
  readonly reason: string;
}

export interface SteeringPorts {
  readonly clock: Clock;
  readonly journal: Journal;
  /** Told of each change of the answers, and of the first ones. */
  readonly onDecision?: (name: string, decided: Summary, before: Summary | undefined) => void;
}

/** One access strategy or config at work: what it decided last, and what the name servers serve of it. */
export class Steering<D extends { readonly reviewAt: number | null }> {
  private readonly publishDelay: number;
  private readonly ports: SteeringPorts;
  private current: Course<D>;
  private latest: D;
  private served: D;
  private readonly pending = new Set<Timer>();
  private holdDown: Timer | undefined;

  /**
   * The first decision is served at once: an instance that is already in operation. `before` is what was decided in
   * an earlier life.
   */
  constructor(course: Course<D>, publishDelay: number, ports: SteeringPorts, before?: D) {
    this.current = course;
    this.publishDelay = publishDelay;
    this.ports = ports;
    this.latest = course.decide(before, ports.clock.now());
    this.served = this.latest;
    this.reviewAgain(this.latest);
    this.announce(this.latest, undefined);
    this.publish(this.latest);
  }

  get decided(): D {
    return this.latest;
  }

  get published(): D {
    return this.served;
  }

  /** Goes on by another course, from the last decision. */
  follow(course: Course<D>): void {
    this.current = course;
    this.review();
  }

  /** Decides anew; to be called when health changed. */
  readonly review = (): void => {
    const before = this.latest;
    const { clock } = this.ports;
    const decision = this.current.decide(before, clock.now());
    this.latest = decision;
    this.reviewAgain(decision);
    if (this.current.same(before, decision)) return;
    this.announce(decision, before);
    const timer = clock.after(this.publishDelay, () => {
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

  private reviewAgain({ reviewAt }: D): void {
    const { clock } = this.ports;
    this.holdDown?.cancel();
    this.holdDown = reviewAt === null ? undefined : clock.after(reviewAt - clock.now(), this.review);
  }

  private announce(decision: D, before: D | undefined): void {
    const { clock, journal, onDecision } = this.ports;
    const { name } = this.current;
    const summary = this.current.summary(decision);
    const { set, available, reason, addresses } = summary;
    const earlier = before && this.current.summary(before);
    const event = { at: clock.now(), strategy: name, reason };
    journal.append({ ...event, kind: 'route', set, addresses: [...addresses], available });
    if (earlier && earlier.set !== set)
      journal.append({ ...event, kind: 'switch', from: earlier.set, to: set });
    onDecision?.(name, summary, earlier);
  }

  /** Every decision takes the same time to the name servers, so that they arrive in order and the latest stays. */
  private publish(decision: D): void {
    this.served = decision;
    const { set, addresses } = this.current.summary(decision);
    const at = this.ports.clock.now();
    this.ports.journal.append({
      at,
      kind: 'publish',
      strategy: this.current.name,
      set,
      addresses: [...addresses],
    });
  }
}
