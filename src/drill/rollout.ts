import { startController } from '../engine/controller/controller.ts';
import { type ApplicationStatus, statusOf } from '../engine/controller/status.ts';
import { applyManifests, ensureNamespace } from '../engine/kubectl/apply.ts';
import { resume } from '../engine/kubectl/operators.ts';
import { APPLICATION, withSubSteps } from '../engine/model.ts';
import { namedClusters } from '../engine/placement.ts';
import { expectedObjects, objectsFor } from '../engine/plan/objects.ts';
import { expectedPages } from '../engine/plan/pages.ts';
import type { Plan } from '../engine/plan/plan.ts';
import type { PlannedStep } from '../engine/plan/steps/step.ts';
import { ApiError } from '../kube/client.ts';
import { insist } from '../kube/insist.ts';
import type { KubeObject } from '../kube/objects.ts';
import { type Engine, type Lab, LabError } from '../lab/lab.ts';
import type { Journal } from '../runtime/journal.ts';
import { type Manifests, patched, planOf } from './application.ts';
import { observe, type RolloutState, type RolloutWatch, type Watched } from './observers.ts';
import type { Scenario } from './scenario.ts';
import type { DeployEntry } from './timeline.ts';
import { within } from './waiting.ts';
import { whyFailed, whyUnanswered, whyUnfinished } from './why.ts';

/** How long the lab, the first rollout and the ingresses may take before the lab is said to have failed. */
export const READY_WITHIN_MS = 15 * 60_000;
const ENDED_BADLY = ['workflowFailed', 'workflowTerminated'];

/** How an application gets onto a lab that is up: the engine, what is applied to the hub, and a person's approvals. */
export class Rollout {
  readonly #scenario: Pick<Scenario, 'topology' | 'approveAfter'>;
  readonly #lab: Lab;
  readonly #journal: Journal;
  #manifests: Manifests;
  #observers: ReturnType<typeof observe> | undefined;
  #engine: Engine | undefined;

  constructor(
    scenario: Pick<Scenario, 'topology' | 'approveAfter' | 'application'>,
    lab: Lab,
    journal: Journal,
  ) {
    this.#scenario = scenario;
    this.#lab = lab;
    this.#journal = journal;
    this.#manifests = scenario.application;
  }

  /** The version that was applied last. */
  plan(): Plan {
    return planOf(this.#manifests.objects, namedClusters(this.#lab.centres));
  }

  /**
   * What each centre has in the end. That is nothing of a step whose condition did not hold; and what a step keeps on the
   * hub is in no centre.
   */
  expected(): [centre: string, objects: KubeObject[]][] {
    const plan = this.plan();
    const { publishVersion, steps: phases } = this.#watched().state;
    const isLatest = publishVersion === plan.publishVersion;
    const steps = isLatest ? plan.steps.flatMap(step => unlessSkipped(step, phases)) : plan.steps;
    return [...expectedObjects({ ...plan, steps })].filter(([name]) => this.#isCentre(name));
  }

  /** Resolves when the application runs in every centre and answers at its public address. @throws LabError */
  async first(): Promise<void> {
    const { namespace } = this.#manifests;
    await ensureNamespace(this.#lab.hub, namespace);
    const planned = this.plan();
    for (const { name, kube } of this.#lab.centres)
      for (const each of namespacesIn(planned, name, namespace)) await ensureNamespace(kube, each);
    // KubeVela is part of the hub that the lab brought up.
    if (this.#scenario.topology.engine === 'liangdi') this.#runEngine();
    this.#observers = observe(this.#lab, this.#manifests, watchedIn(planned, namespace), this.#journal);
    await this.#deploy(planned);
    const why = async () => {
      const { status, workflow } = await this.#status();
      return [`it is ${status}`, whyUnfinished(workflow, this.plan())].filter(Boolean).join('; ');
    };
    const { clock } = this.#lab;
    await within(clock, READY_WITHIN_MS, () => 'the application is not running', this.#approveAll(), why);
    await this.#everyCentreAnswers();
  }

  /** As soon as the step waits for it, a person approves it. */
  async approve(step: string): Promise<void> {
    const { name, namespace } = this.#manifests;
    // The version of that moment: a deployment may come first.
    const state = await this.#watched().until(
      ({ steps, publishVersion }) =>
        steps[step] === 'suspending' && publishVersion === this.plan().publishVersion,
    );
    this.#journal.append({
      at: this.#lab.clock.now(),
      kind: 'approval',
      application: name,
      step,
      ...(state.publishVersion === undefined ? {} : { publishVersion: state.publishVersion }),
    });
    await insist(this.#lab.clock, () => resume(this.#lab.hub, { ...APPLICATION, namespace, name }, step));
  }

  /** While the hub is away, nothing is published: people try again until it is back. */
  async publish(deploy: DeployEntry['deploy']): Promise<void> {
    const { hub, clock } = this.#lab;
    await insist(clock, () => hub.list(APPLICATION, { namespace: this.#manifests.namespace }));
    this.#manifests = { ...this.#manifests, objects: patched(this.#manifests, deploy) };
    await this.#deploy(this.plan());
  }

  /** Looks no more, and repairs nothing: what was rolled out stays as it is. */
  close(): void {
    this.#observers?.close();
    this.#engine?.stop();
  }

  #runEngine(): void {
    const { clock, centres } = this.#lab;
    const clusters = centres.map(({ name, kube }) => ({ name, alias: name, client: kube }));
    this.#lab.runEngine(hub => {
      this.#engine = startController({ clock, hub, clusters });
      return this.#engine;
    });
  }

  /** Before the timeline, a person approves each step that waits for one. */
  async #approveAll(): Promise<void> {
    const watch = this.#watched();
    const timed = new Set(
      withSubSteps(this.plan().steps)
        .filter(({ durationMs }) => durationMs !== undefined)
        .map(({ name }) => name),
    );
    const waiting = (state: RolloutState) => suspended(state).filter(step => !timed.has(step));
    for (;;) {
      const state = await watch.until(
        one => waiting(one).length > 0 || ['running', ...ENDED_BADLY].includes(one.phase),
      );
      const [step] = waiting(state);
      if (state.phase === 'running') return;
      if (step === undefined) {
        const { workflow } = await this.#status();
        throw new LabError(`the application's workflow ended as ${state.phase}: ${whyFailed(workflow)}`);
      }
      await this.#lab.clock.sleep(this.#scenario.approveAfter);
      // Its timeout may have been shorter.
      if (!waiting(watch.state).includes(step)) continue;
      await this.approve(step);
      await watch.until(({ steps }) => steps[step] !== 'suspending');
    }
  }

  async #status(): Promise<ApplicationStatus> {
    const { name, namespace } = this.#manifests;
    return statusOf(await this.#lab.hub.get({ ...APPLICATION, namespace, name }));
  }

  async #deploy(planned: Plan): Promise<void> {
    const { publishVersion, application } = planned;
    const version = publishVersion === undefined ? {} : { publishVersion };
    const { clock, hub } = this.#lab;
    for (const page of expectedPages(planned).filter(({ centre }) => this.#isCentre(centre)))
      this.#journal.append({ at: clock.now(), kind: 'plan', ...version, ...page });
    this.#journal.append({ at: clock.now(), kind: 'deploy', application, ...version });
    const { objects } = this.#manifests;
    await insist(clock, () => applyManifests(hub, objects)).catch(error => {
      if (!(error instanceof ApiError)) throw error;
      throw new LabError(`the hub refused the application: ${error.message}`, { cause: error });
    });
  }

  async #everyCentreAnswers(): Promise<void> {
    const asked = await Promise.allSettled(this.#lab.centres.map(({ name }) => this.#centreAnswers(name)));
    // The first of the topology, not of those that found out why: it is the same one each time.
    for (const each of asked) if (each.status === 'rejected') throw each.reason;
  }

  async #centreAnswers(name: string): Promise<void> {
    const { clock, controls } = this.#lab;
    let last = 'nothing';
    const ask = async () => {
      const { response, failure } = await controls.centre(name).request(2000);
      last = String(response?.status ?? failure);
    };
    const answered = async () => {
      for (await ask(); last !== '200'; await ask()) await clock.sleep(500);
    };
    const otherwise = () => `${name} does not answer 200 from its public address, but ${last},`;
    const why = () => whyUnanswered(last, controls.centre(name).kube, this.#manifests);
    await within(clock, READY_WITHIN_MS, otherwise, answered(), why);
  }

  /** A cluster of the plan may also be the hub. */
  #isCentre(cluster: string): boolean {
    return this.#lab.centres.some(({ name }) => name === cluster);
  }

  #watched(): RolloutWatch {
    if (this.#observers === undefined) throw new LabError('nothing was deployed yet');
    return this.#observers.rollout;
  }
}

const suspended = ({ steps }: RolloutState) =>
  Object.keys(steps).filter(step => steps[step] === 'suspending');

/** The step without what was skipped for a condition, its own or its group's; what a failure skipped is still to come. */
function unlessSkipped(
  step: PlannedStep,
  phases: RolloutState['steps'],
  groupHasCondition = false,
): PlannedStep[] {
  const hasCondition = groupHasCondition || (step.if !== '' && step.if !== 'always');
  if (hasCondition && phases[step.name] === 'skipped') return [];
  return [{ ...step, subSteps: step.subSteps.flatMap(sub => unlessSkipped(sub, phases, hasCondition)) }];
}

/** What the plan writes: its kinds in the application's namespace, and in those that their objects are for. */
function watchedIn(planned: Plan, namespace: string): Watched[] {
  const watched = new Map<string, Watched>();
  for (const { dispatch } of withSubSteps(planned.steps))
    for (const { manifests } of dispatch)
      for (const { apiVersion, kind, metadata } of manifests)
        for (const each of new Set([namespace, metadata.namespace ?? namespace]))
          watched.set(`${apiVersion}/${kind} ${each}`, { apiVersion, kind, namespace: each });
  return [...watched.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, each]) => each);
}

/** The namespaces that the plan needs in a centre and does not make there itself, the application's first. */
function namespacesIn(planned: Plan, centre: string, namespace: string): string[] {
  const objects = objectsFor(planned, centre);
  const made = objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
  const named = objects.flatMap(({ metadata }) => metadata.namespace ?? []);
  return [namespace, ...new Set(named.filter(each => each !== namespace && !made.includes(each)))];
}
