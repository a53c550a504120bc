import { applyManifests, ensureNamespace } from '../engine/apply.ts';
import { startController } from '../engine/controller.ts';
import { differences, expectedObjects, expectedPages } from '../engine/expected.ts';
import { APPLICATION } from '../engine/model.ts';
import { resume } from '../engine/operators.ts';
import type { Plan } from '../engine/plan.ts';
import { refOf } from '../engine/referred.ts';
import { type Gtm, startGtm } from '../gtm/gtm.ts';
import { resolveGtm } from '../gtm/resolve.ts';
import { ApiError } from '../kube/client.ts';
import { insist } from '../kube/insist.ts';
import type { Kind } from '../kube/objects.ts';
import { type Lab, LabError } from '../lab/lab.ts';
import type { EndEvent, Journal } from '../runtime/journal.ts';
import { startClients } from '../traffic/index.ts';
import { type Manifests, patched, planOf } from './application.ts';
import { Injection } from './injection.ts';
import { observe, type Rollout, type RolloutState } from './observers.ts';
import { recordOf, type Scenario } from './scenario.ts';
import { Standing } from './standing.ts';
import type { DeployEntry, FaultEntry, TimelineEntry } from './timeline.ts';
import { VERSION } from './version.ts';

/** How long the lab, the first rollout and the ingresses may take before the lab is said to have failed. */
const READY_WITHIN_MS = 15 * 60_000;
/** At a drill's end, for an API that has to come back first. */
const HEALED_WITHIN_MS = 5 * 60_000;
const ENDED_BADLY = ['workflowFailed', 'workflowTerminated'];

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
  signal?: AbortSignal,
): Promise<void> {
  const run = new Drill(scenario, lab, journal);
  let reason: EndEvent['reason'] = 'failed';
  try {
    run.begin(seed);
    reason = await Promise.race([run.carryOut().then(() => 'finished' as const), aborted(signal)]);
  } finally {
    await run.leave(reason);
  }
}

function aborted(signal?: AbortSignal): Promise<'interrupted'> {
  return new Promise(resolve => {
    if (signal?.aborted) resolve('interrupted');
    signal?.addEventListener('abort', () => resolve('interrupted'), { once: true });
  });
}

class Drill {
  readonly #scenario: Scenario;
  readonly #lab: Lab;
  readonly #journal: Journal;
  /** In the order of their injection. */
  readonly #injections: Injection[] = [];
  readonly #standing = new Standing();
  #isOver = false;
  readonly #closing: (() => void)[] = [];
  #manifests: Manifests;
  #rollout: Rollout | undefined;
  #lateness: (() => number) | undefined;

  constructor(scenario: Scenario, lab: Lab, journal: Journal) {
    this.#scenario = scenario;
    this.#lab = lab;
    this.#journal = journal;
    this.#manifests = scenario.application;
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
    await this.#firstRollout();
    await this.#everyCentreAnswers();
    const stopClients = await this.#direct();
    await this.#timeline();
    await stopClients();
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
    await this.#within(
      READY_WITHIN_MS,
      'the clusters are not ready',
      this.#lab.up((step, detail) => this.#progress(step, detail)),
    );
    this.#progress('clusters ready');
  }

  async #firstRollout(): Promise<void> {
    const { namespace } = this.#manifests;
    await ensureNamespace(this.#lab.hub, namespace);
    for (const { kube } of this.#lab.centres) await ensureNamespace(kube, namespace);
    // KubeVela is part of the hub that the lab brought up.
    if (this.#scenario.topology.engine === 'liangdi') this.#runEngine();
    const planned = this.#plan();
    const observers = observe(this.#lab, this.#manifests, kindsOf(planned), this.#journal);
    this.#rollout = observers.rollout;
    this.#closing.push(() => observers.close());
    await this.#deploy(planned);
    await this.#within(READY_WITHIN_MS, 'the application is not running', this.#approveAll());
  }

  #runEngine(): void {
    const { clock, centres } = this.#lab;
    const clusters = centres.map(({ name, kube }) => ({ name, alias: name, client: kube }));
    this.#lab.runEngine(hub => startController({ clock, hub, clusters }));
  }

  /** Before the timeline, a person approves each step that waits. */
  async #approveAll(): Promise<void> {
    const rollout = this.#rolloutState();
    for (;;) {
      const state = await rollout.until(
        one => suspended(one).length > 0 || ['running', ...ENDED_BADLY].includes(one.phase),
      );
      const [step] = suspended(state);
      if (state.phase === 'running') return;
      if (step === undefined) {
        const steps = JSON.stringify(state.steps);
        throw new LabError(`the application's workflow ended as ${state.phase}; steps: ${steps}`);
      }
      await this.#lab.clock.sleep(this.#scenario.approveAfter);
      await this.#approve(step);
      await rollout.until(({ steps }) => steps[step] !== 'suspending');
    }
  }

  async #approve(step: string): Promise<void> {
    const { name, namespace } = this.#manifests;
    const version = this.#plan().publishVersion;
    const state = await this.#rolloutState().until(
      ({ steps, publishVersion }) => steps[step] === 'suspending' && publishVersion === version,
    );
    this.#journal.append({
      at: this.#now(),
      kind: 'approval',
      application: name,
      step,
      ...(state.publishVersion === undefined ? {} : { publishVersion: state.publishVersion }),
    });
    await insist(this.#lab.clock, () => resume(this.#lab.hub, { ...APPLICATION, namespace, name }));
  }

  async #deploy(planned: Plan): Promise<void> {
    const { publishVersion, application } = planned;
    const version = publishVersion === undefined ? {} : { publishVersion };
    for (const page of expectedPages(planned))
      this.#journal.append({ at: this.#now(), kind: 'plan', ...version, ...page });
    this.#journal.append({ at: this.#now(), kind: 'deploy', application, ...version });
    const { objects } = this.#manifests;
    await insist(this.#lab.clock, () => applyManifests(this.#lab.hub, objects)).catch(error => {
      if (!(error instanceof ApiError)) throw error;
      throw new LabError(`the hub refused the application: ${error.message}`, { cause: error });
    });
  }

  async #everyCentreAnswers(): Promise<void> {
    await Promise.all(
      this.#lab.centres.map(({ name }) =>
        this.#within(
          READY_WITHIN_MS,
          `${name} does not answer 200 from its public address`,
          this.#centreAnswers(name),
        ),
      ),
    );
  }

  async #centreAnswers(name: string): Promise<void> {
    const { clock, controls } = this.#lab;
    while ((await controls.centre(name).request(2000)).response?.status !== 200) await clock.sleep(500);
  }

  /** Starts GTM and clients; the timeline's times count from here. Returns how the clients are stopped. */
  async #direct(): Promise<() => Promise<void>> {
    const { lab, scenario, journal } = { lab: this.#lab, scenario: this.#scenario, journal: this.#journal };
    const { clock, random, network, centres } = lab;
    const addresses = Object.fromEntries(centres.map(({ name }) => [name, lab.addressOf(name)]));
    const centreByAddress = new Map(centres.map(({ name }) => [lab.addressOf(name), name]));
    const centreOf = (address: string) => centreByAddress.get(address);
    const known = new Set(centres.map(({ name }) => name));
    const ports = { clock, network, journal, centreOf };
    const gtm: Gtm = startGtm({
      ...ports,
      config: resolveGtm(scenario.gtm, name => (known.has(name) ? lab.addressOf(name) : undefined)),
      random: random.fork('gtm'),
    });
    this.#closing.push(() => gtm.stop());
    const nameServer = await lab.serveDns(gtm);
    journal.append({ at: this.#now(), kind: 'timeline', addresses });
    this.#lateness = lab.watchLateness?.();
    const clients = startClients({
      ...ports,
      config: scenario.clients,
      random: random.fork('clients'),
      nameServer,
    });
    return () => new Promise(resolve => clients.stop(resolve));
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
    else if ('deploy' in entry) await this.#publish(entry.deploy);
    else await this.#strike(entry, at);
  }

  async #strike(entry: FaultEntry, at: (ms: number) => Promise<void>): Promise<void> {
    const injection = new Injection(entry, this.#lab, this.#journal, this.#standing);
    this.#injections.push(injection);
    await injection.inject();
    if (entry.for === undefined) return;
    await at(entry.at + entry.for);
    await injection.heal();
  }

  /** While the hub is away, nothing is published: people try again until it is back. */
  async #publish(deploy: DeployEntry['deploy']): Promise<void> {
    const { hub, clock } = this.#lab;
    await insist(clock, () => hub.list(APPLICATION, { namespace: this.#manifests.namespace }));
    this.#manifests = { ...this.#manifests, objects: patched(this.#manifests, deploy) };
    await this.#deploy(this.#plan());
  }

  #plan(): Plan {
    const clusters = this.#lab.centres.map(({ name }) => ({ name, alias: name }));
    return planOf(this.#manifests.objects, clusters);
  }

  async #compare(): Promise<void> {
    for (const [centre, objects] of expectedObjects(this.#plan())) {
      const { kube } = this.#lab.controls.centre(centre);
      for (const object of objects) {
        const { namespace = '', name } = object.metadata;
        const found = await kube.get(refOf(object)).then(live => differences(object, live), absence);
        this.#journal.append({
          at: this.#now(),
          kind: 'compare',
          centre,
          object: `${object.kind} ${namespace}/${name}`,
          differences: found,
        });
      }
    }
  }

  async #within<T>(ms: number, otherwise: string, work: Promise<T>): Promise<T> {
    const done = new AbortController();
    const late = this.#lab.clock.sleep(ms, done.signal).then(() => {
      throw new LabError(`${otherwise} after ${ms / 60_000} minutes`);
    });
    late.catch(() => undefined);
    try {
      return await Promise.race([work, late]);
    } finally {
      done.abort();
    }
  }

  #rolloutState(): Rollout {
    if (this.#rollout === undefined) throw new LabError('nothing was deployed yet');
    return this.#rollout;
  }

  #progress(step: string, detail?: string): void {
    this.#journal.append({ at: this.#now(), kind: 'lab', step, ...(detail === undefined ? {} : { detail }) });
  }

  #now(): number {
    return this.#lab.clock.now();
  }
}

const suspended = ({ steps }: RolloutState) =>
  Object.keys(steps).filter(step => steps[step] === 'suspending');

function absence(error: unknown): string[] {
  if (error instanceof ApiError && error.reason === 'NotFound') return ['missing'];
  return ['unreachable'];
}

function kindsOf(planned: Plan): Kind[] {
  const kinds = new Map<string, Kind>();
  for (const step of planned.steps)
    for (const { manifests } of step.dispatch)
      for (const { apiVersion, kind } of manifests) kinds.set(`${apiVersion}/${kind}`, { apiVersion, kind });
  return [...kinds.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, kind]) => kind);
}
