import type { Controls, FaultKind, Hold } from '../faults/fault.ts';
import { faultKinds } from '../faults/index.ts';
import { insist } from '../kube/insist.ts';
import type { Json } from '../kube/objects.ts';
import { type Lab, LabError, type UndoLog } from '../lab/lab.ts';
import type { FaultEvent, Journal } from '../runtime/journal.ts';
import type { Standing, State } from './standing.ts';
import type { FaultEntry } from './timeline.ts';

/** How often, and how long, an injection is looked for before the lab is said to have failed. */
const LOOK_EVERY_MS = 100;
const TAKES_EFFECT_WITHIN_MS = 120_000;

interface Struck {
  readonly target: string;
  readonly state: State;
  hold?: Hold;
}

/** One entry of the timeline at work: inject on every target, verify, heal. */
export class Injection {
  readonly #entry: FaultEntry;
  readonly #kind: FaultKind;
  readonly #controls: Controls;
  readonly #journal: Journal;
  readonly #standing: Standing;
  readonly #undoLog: UndoLog | undefined;
  readonly #struck: Struck[] = [];
  #strikes: readonly Promise<number>[] = [];
  #healing: Promise<void> | undefined;
  #healUntil = Number.POSITIVE_INFINITY;

  constructor(
    entry: FaultEntry,
    { controls, undoLog }: Pick<Lab, 'controls' | 'undoLog'>,
    journal: Journal,
    standing: Standing,
  ) {
    this.#entry = entry;
    this.#kind = faultKindOf(entry);
    this.#controls = controls;
    this.#journal = journal;
    this.#standing = standing;
    this.#undoLog = undoLog;
  }

  /** Resolves when every target shows the fault. @throws LabError when one does not. */
  async inject(): Promise<void> {
    this.#write('inject');
    this.#strikes = this.#entry.on.map(target => this.#strike(target));
    const since = Math.max(...(await Promise.all(this.#strikes)));
    if (this.#healing === undefined) this.#write('injected', since);
  }

  /**
   * Takes the fault back, once. A target whose API is away is waited for, at most `withinMs` from the latest call on.
   * What a momentary fault has left behind goes too.
   */
  heal(withinMs = Number.POSITIVE_INFINITY): Promise<void> {
    this.#healUntil = this.#controls.clock.now() + withinMs;
    this.#healing ??= this.#takeBack();
    return this.#healing;
  }

  /** It passes by itself: there is no need to heal it while the drill goes on. */
  get momentary(): boolean {
    return this.#kind.momentary === true;
  }

  async #takeBack(): Promise<void> {
    // A strike under way must not land after its healing.
    await Promise.allSettled(this.#strikes);
    if (this.#struck.length === 0) return;
    if (!this.momentary) this.#write('heal');
    await Promise.all(this.#struck.map(struck => this.#restore(struck)));
    if (!this.momentary) this.#write('healed');
  }

  async #restore({ target, state, hold }: Struck): Promise<void> {
    const { clock } = this.#controls;
    await hold?.release();
    const heal = (undo: Json) => this.#kind.heal(this.#controls, target, undo, this.#label(target));
    try {
      await state.leave(undo =>
        insist(
          clock,
          () => heal(undo),
          () => clock.now() < this.#healUntil,
        ),
      );
      await this.#undoLog?.healed(this.#label(target));
    } catch (error) {
      this.#fail(`could not be healed on ${target}`, error);
    }
  }

  /** Returns the moment of the first observation that showed the fault. */
  async #strike(target: string): Promise<number> {
    const { clock } = this.#controls;
    const { params } = this.#entry;
    const deadline = clock.now() + TAKES_EFFECT_WITHIN_MS;
    const goesOn = () => this.#healing === undefined && clock.now() < deadline;
    try {
      const state = this.#standing.of(this.#kind, target);
      const prepare = async () => (await this.#kind.prepare?.(this.#controls, target, params)) ?? null;
      const undo = await state.enter(() => insist(clock, prepare, goesOn));
      const struck: Struck = { target, state };
      this.#struck.push(struck);
      const label = this.#label(target);
      await this.#undoLog?.injecting({ label, fault: this.#kind.kind, target, undo });
      const inject = () => this.#kind.inject(this.#controls, target, params, label, undo);
      let course: 'underway' | 'done' | 'failed' = 'underway';
      const injecting = insist(clock, inject, goesOn).then(
        hold => {
          if (hold) struck.hold = hold;
          course = 'done';
        },
        error => {
          course = 'failed';
          throw error;
        },
      );
      const looking = this.#look(
        target,
        () => goesOn() && course !== 'failed',
        () => course === 'underway',
      );
      const [since] = await Promise.all([looking, injecting]);
      if (since !== undefined) return since;
    } catch (error) {
      return this.#fail(`could not strike ${target}`, error);
    }
    if (this.#healing !== undefined) return clock.now();
    return this.#fail(`shows no effect on ${target} after ${TAKES_EFFECT_WITHIN_MS / 1000} s`);
  }

  /**
   * When the effect showed first; undefined when it did not. A machine may take a while to stop and serve nobody
   * meanwhile: looks from the beginning, and believes what it sees once it has seen the system without the effect.
   */
  async #look(target: string, goesOn: () => boolean, underway: () => boolean): Promise<number | undefined> {
    const { clock } = this.#controls;
    let since: number | undefined;
    let seenWithout = false;
    // What takes no time has been done by the first look, which then is to be believed.
    await clock.sleep(0);
    while (goesOn()) {
      const looked = clock.now();
      const credible = seenWithout || !underway();
      const shows = await this.#kind.isInEffect(this.#controls, target, this.#entry.params);
      if (shows && credible) since ??= looked;
      seenWithout ||= !shows;
      if (since !== undefined && !underway()) return since;
      await clock.sleep(LOOK_EVERY_MS);
    }
    return undefined;
  }

  #fail(what: string, cause?: unknown): never {
    const why = cause instanceof Error ? `: ${cause.message}` : '';
    throw new LabError(`the fault ${this.#entry.name} (${this.#kind.kind}) ${what}${why}`, { cause });
  }

  #label(target: string): string {
    return `${this.#entry.name}/${target}`;
  }

  #write(step: FaultEvent['step'], since?: number): void {
    this.#journal.append({
      at: this.#controls.clock.now(),
      kind: 'fault',
      name: this.#entry.name,
      fault: this.#kind.kind,
      step,
      targets: [...this.#entry.on],
      ...(since === undefined ? {} : { since }),
    });
  }
}

function faultKindOf(entry: FaultEntry): FaultKind {
  const kind = faultKinds.get(entry.fault);
  if (kind === undefined) throw new Error(`no such kind of fault: ${entry.fault}`);
  return kind;
}

/** What the timeline needs that the lab cannot do, in words; empty when it can do all. */
export function missingCapabilities(
  entries: readonly FaultEntry[],
  controls: Pick<Controls, 'capabilities'>,
): string[] {
  return entries.flatMap(entry =>
    faultKindOf(entry)
      .needs.filter(need => !controls.capabilities.has(need))
      .map(need => `${entry.name} (${entry.fault}) needs ${need}`),
  );
}
