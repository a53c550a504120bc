import type { Controls, FaultKind, Hold } from '../faults/fault.ts';
import { faultKinds } from '../faults/index.ts';
import type { Json } from '../kube/objects.ts';
import { LabError } from '../lab/lab.ts';
import type { FaultEvent, Journal } from '../runtime/journal.ts';
import type { FaultEntry } from './timeline.ts';

/** How often, and how long, an injection is looked for before the lab is said to have failed. */
const LOOK_EVERY_MS = 100;
const TAKES_EFFECT_WITHIN_MS = 120_000;

interface Struck {
  readonly target: string;
  readonly undo: Json;
  hold?: Hold;
}

/** One entry of the timeline at work: inject on every target, verify, heal. */
export class Injection {
  readonly #entry: FaultEntry;
  readonly #kind: FaultKind;
  readonly #controls: Controls;
  readonly #journal: Journal;
  readonly #struck: Struck[] = [];

  constructor(entry: FaultEntry, controls: Controls, journal: Journal) {
    this.#entry = entry;
    this.#kind = faultKindOf(entry);
    this.#controls = controls;
    this.#journal = journal;
  }

  /** It passes by itself; healing it only says so. */
  get momentary(): boolean {
    return this.#kind.momentary === true;
  }

  /** Resolves when every target shows the fault. @throws LabError when one does not. */
  async inject(): Promise<void> {
    this.#write('inject');
    const since = await Promise.all(this.#entry.on.map(target => this.#strike(target)));
    this.#write('injected', Math.max(...since));
  }

  /** Takes the fault back; harmless when it is not in force. */
  async heal(): Promise<void> {
    if (this.#struck.length === 0) return;
    this.#write('heal');
    const struck = this.#struck.splice(0);
    for (const { hold } of struck) hold?.release();
    if (!this.#kind.momentary)
      await Promise.all(
        struck.map(({ target, undo }) => this.#kind.heal(this.#controls, target, undo, this.#label(target))),
      ).catch(error => this.#fail('could not be healed', error));
    this.#write('healed');
  }

  /** Returns the moment of the first observation that showed the fault. */
  async #strike(target: string): Promise<number> {
    const { clock } = this.#controls;
    const { params } = this.#entry;
    try {
      const undo = (await this.#kind.prepare?.(this.#controls, target, params)) ?? null;
      const struck: Struck = { target, undo };
      this.#struck.push(struck);
      const hold = await this.#kind.inject(this.#controls, target, params, this.#label(target));
      if (hold) struck.hold = hold;
      const deadline = clock.now() + TAKES_EFFECT_WITHIN_MS;
      while (clock.now() < deadline) {
        const looked = clock.now();
        if (await this.#kind.isInEffect(this.#controls, target, params)) return looked;
        await clock.sleep(LOOK_EVERY_MS);
      }
    } catch (error) {
      return this.#fail(`could not strike ${target}`, error);
    }
    return this.#fail(`shows no effect on ${target} after ${TAKES_EFFECT_WITHIN_MS / 1000} s`);
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

export function faultKindOf(entry: FaultEntry): FaultKind {
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
