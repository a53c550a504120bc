import { differences } from '../engine/plan/comparison.ts';
import { isNotFound } from '../kube/client.ts';
import { refOf } from '../kube/objects.ts';
import type { Lab } from '../lab/lab.ts';
import type { Load } from '../lab/load.ts';
import type { EndEvent, Journal } from '../runtime/journal.ts';
import { HEALED_WITHIN_MS } from './heal.ts';
import { Injection } from './injection.ts';
import { READY_WITHIN_MS, Rollout } from './rollout.ts';
import { recordOf, type Scenario } from './scenario.ts';
import { Standing } from './standing.ts';
import type { FaultEntry, TimelineEntry } from './timeline.ts';
import { startTraffic } from './traffic.ts';
import { VERSION } from './version.ts';
import { aborted, within } from './waiting.ts';

/**
 * One drill on one lab, whatever the lab is: brings everything up, lets the scenario's timeline happen, holds the
 * centres against the plan, and takes everything down. All that is worth knowing goes to the journal.
 *
 * @throws LabError when the lab fails; the journal then ends with `failed`.
 */
export async function drill(
  scenario: Scenario,
  seed: number,
  lab: Lab,
  journal: Journal,
  { signal, load }: { readonly signal?: AbortSignal; readonly load?: Load | undefined } = {},
): Promise<void> {
  const run = new Drill(scenario, lab, journal, load);
  let reason: EndEvent['reason'] = 'failed';
  try {
    run.begin(seed);
    reason = await Promise.race([run.carryOut().then(() => 'finished' as const), aborted(signal)]);
  } finally {
    await run.leave(reason);
  }
}

class Drill {
  readonly #scenario: Scenario;
  readonly #lab: Lab;
  readonly #journal: Journal;
  /** In the order of their injection. */
  readonly #injections: Injection[] = [];
  readonly #standing = new Standing();
  /** Steps that a person approves as soon as they wait for it. */
  readonly #unanswered: string[] = [];
  #isOver = false;
  readonly #closing: (() => void)[] = [];
  readonly #rollout: Rollout;
  readonly #load: Load | undefined;
  #lateness: (() => number) | undefined;

  constructor(scenario: Scenario, lab: Lab, journal: Journal, load: Load | undefined) {
    this.#load = load;
    this.#scenario = scenario;
    this.#lab = lab;
    this.#journal = journal;
    this.#rollout = new Rollout(scenario, lab, journal);
    this.#closing.push(() => this.#rollout.close());
  }

  begin(seed: number): void {
    this.#journal.append({
      at: 0,
      kind: 'drill',
      format: 1,
      version: VERSION,
      lab: this.#lab.name,
      seed,
      ...(this.#scenario.timeScale === undefined ? {} : { timeScale: this.#scenario.timeScale }),
      scenario: recordOf(this.#scenario),
    });
  }

  async carryOut(): Promise<void> {
    await this.#bringUp();
    await this.#rollout.first();
    const traffic = await startTraffic(this.#scenario, this.#lab, this.#journal);
    this.#closing.push(() => traffic.gtm.stop());
    this.#lateness = traffic.lateness;
    const { clients, ends: lasts } = this.#scenario;
    await this.#load?.start({ ...traffic, clients, lasts });
    await this.#timeline();
    await traffic.stopClients();
    await this.#load?.end();
    traffic.gtm.stop();
    this.#journal.append({ at: this.#now(), kind: 'timeline-end' });
    for (const step of this.#unanswered) this.#progress('nobody waited for the approval', step);
    await this.#compare();
  }

  /** Heals what is still broken and leaves nothing running. */
  async leave(reason: EndEvent['reason']): Promise<void> {
    this.#isOver = true;
    const lateness = this.#lateness?.();
    let ended: EndEvent['reason'] = 'failed';
    try {
      await this.#healAll();
      ended = reason;
    } finally {
      await this.#load?.stop();
      for (const close of this.#closing.toReversed()) close();
      await this.#lab.down();
      this.#journal.append({
        at: this.#now(),
        kind: 'end',
        reason: ended,
        ...(lateness === undefined ? {} : { lateness }),
      });
    }
  }

  /** All at once: one may have to wait for another, as what needs an API for the fault that took it away. */
  async #healAll(): Promise<void> {
    const [lasting, momentary] = [false, true].map(which =>
      this.#injections.filter(injection => injection.momentary === which),
    ) as [Injection[], Injection[]];
    const healed = await Promise.allSettled(lasting.map(injection => injection.heal(HEALED_WITHIN_MS)));
    // The latest first: each puts back what it found.
    for (const injection of momentary.toReversed()) await injection.heal(HEALED_WITHIN_MS);
    for (const each of healed) if (each.status === 'rejected') throw each.reason;
  }

  async #bringUp(): Promise<void> {
    this.#progress('bringing the clusters up');
    await within(
      this.#lab.clock,
      READY_WITHIN_MS,
      () => 'the clusters are not ready',
      this.#lab.up((step, detail) => this.#progress(step, detail)),
    );
    this.#progress('clusters ready');
  }

  async #timeline(): Promise<void> {
    const { clock } = this.#lab;
    const start = this.#now();
    const at = (ms: number) => clock.sleep(start + ms - clock.now());
    const entries = this.#scenario.timeline.map(entry => this.#entry(entry, at));
    // An entry may outlast the drill (an approval that never comes); a failed one ends it at once.
    const failed = new Promise<never>((_, reject) => {
      for (const entry of entries) entry.catch(reject);
    });
    await Promise.race([at(this.#scenario.ends), failed]);
  }

  async #entry(entry: TimelineEntry, at: (ms: number) => Promise<void>): Promise<void> {
    await at(entry.at);
    if (this.#isOver) return;
    if ('approve' in entry) await this.#approve(entry.approve);
    else if ('deploy' in entry) await this.#rollout.publish(entry.deploy);
    else await this.#strike(entry, at);
  }

  async #approve(step: string): Promise<void> {
    this.#unanswered.push(step);
    await this.#rollout.approve(step);
    this.#unanswered.splice(this.#unanswered.indexOf(step), 1);
  }

  async #strike(entry: FaultEntry, at: (ms: number) => Promise<void>): Promise<void> {
    const injection = new Injection(entry, this.#lab, this.#journal, this.#standing);
    this.#injections.push(injection);
    await injection.inject();
    if (entry.for === undefined) return;
    await at(entry.at + entry.for);
    await injection.heal();
  }

  /** All at once: an API that is away takes its time to say so. */
  async #compare(): Promise<void> {
    const comparisons = this.#rollout.expected().flatMap(([centre, objects]) => {
      const { kube } = this.#lab.controls.centre(centre);
      return objects.map(async object => {
        const found = await kube.get(refOf(object)).then(live => differences(object, live), absence);
        const { namespace = '', name } = object.metadata;
        return { centre, object: `${object.kind} ${namespace}/${name}`, differences: found };
      });
    });
    for (const comparison of await Promise.all(comparisons))
      this.#journal.append({ at: this.#now(), kind: 'compare', ...comparison });
  }

  #progress(step: string, detail?: string): void {
    this.#journal.append({ at: this.#now(), kind: 'lab', step, ...(detail === undefined ? {} : { detail }) });
  }

  #now(): number {
    return this.#lab.clock.now();
  }
}

function absence(error: unknown): string[] {
  return [isNotFound(error) ? 'missing' : 'unreachable'];
}
