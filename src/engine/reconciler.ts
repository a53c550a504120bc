import type { KubeClient } from '../kube/client.ts';
import { equal } from '../kube/json.ts';
import type { KubeObject } from '../kube/objects.ts';
import { Backoff } from './backoff.ts';
import { Clusters, type Write } from './clusters.ts';
import { deliver } from './deliver.ts';
import { PlanError } from './model.ts';
import type { ClusterInfo } from './placement.ts';
import { foundErrors, type Plan, type PlannedStep, plan } from './plan.ts';
import { refOf } from './referred.ts';
import {
  hashOfRevision,
  newRevision,
  planInput,
  publishVersionOf,
  revisionNumber,
  revisionsOf,
  type Snapshot,
  sameRevision,
  snapshotIn,
  superseded,
  takeSnapshot,
} from './revision.ts';
import { keepState, sweep } from './state-keep.ts';
import {
  type ApplicationStatus,
  type ServiceStatus,
  type StepStatus,
  statusOf,
  type WorkflowStatus,
  withCondition,
  withServices,
} from './status.ts';
import { newTracker, resourceKey, type Tracker, trackerName, trackersOf } from './tracker.ts';
import * as workflows from './workflow.ts';

const FINALIZER = 'app.oam.dev/resource-tracker-finalizer';
const PAUSE = 'controller.core.oam.dev/pause';

export interface EngineSettings {
  /** Failing executions of a step before the workflow fails: with 10, the 11th ends it. */
  readonly retryLimit: number;
  /** The longest wait for something to become healthy. */
  readonly maxWaitMs: number;
  /** The longest wait after a failed execution. */
  readonly maxFailedWaitMs: number;
  /** How often a finished or suspended application is looked at again. */
  readonly resyncMs: number;
}

/** KubeVela's own. */
export const DEFAULT_SETTINGS: EngineSettings = {
  retryLimit: 10,
  maxWaitMs: 60_000,
  maxFailedWaitMs: 300_000,
  resyncMs: 300_000,
};

export interface Surroundings {
  readonly hub: KubeClient;
  readonly clusters: readonly ClusterInfo[];
  readonly settings: EngineSettings;
  clientOf(cluster: string): KubeClient | undefined;
  wrote(write: Write & { readonly application: string }): void;
}

/** What one look at an application came to: the object as it is now, and when to look again without any event. */
export interface Reconciled {
  /** Absent when it is gone. */
  readonly object?: KubeObject;
  readonly againMs?: number;
}

/** The version of an application that is being carried out. */
interface Version {
  /** As the workflow's status names it. */
  readonly appRevision: string;
  readonly publishVersion: string | undefined;
  readonly revision: KubeObject;
  readonly plan: Plan;
}

/**
 * Brings one application forward, one look at a time. All that must survive a crash is on the hub; what is kept here
 * only saves work, but for the counts of failures, which a restart forgives.
 */
export class Reconciler {
  readonly #around: Surroundings;
  readonly #clusters: Clusters;
  readonly #backoff = new Backoff();
  readonly #failures = new Map<string, number>();
  readonly #done = new Set<string>();
  #version: Version | undefined;
  #tracker: Tracker | undefined;
  /** The tracker whose predecessors are known to be gone. */
  #collected: Tracker | undefined;

  constructor(around: Surroundings, application: { readonly name: string; readonly namespace: string }) {
    this.#around = around;
    this.#clusters = new Clusters(
      application,
      cluster => around.clientOf(cluster),
      write => around.wrote({ ...write, application: application.name }),
    );
  }

  /** Throws ApiError when the hub does not answer, or says Conflict: the object that came in is then out of date. */
  async reconcile(object: KubeObject): Promise<Reconciled> {
    if (object.metadata.labels?.[PAUSE] === 'true') return { object };
    if (object.metadata.deletionTimestamp !== undefined) return this.#delete(object);
    const claimed = await this.#claim(object);
    try {
      this.#version = await this.#versionOf(claimed);
    } catch (error) {
      if (!(error instanceof PlanError)) throw error;
      return this.#refuse(claimed, error.message);
    }
    return this.#carryOut(claimed, this.#version);
  }

  /** Takes nothing for granted that the hub can tell. */
  forget(): void {
    this.#version = undefined;
    this.#tracker = undefined;
    this.#collected = undefined;
  }

  /** With the finalizer, the application cannot go before its objects are gone. */
  async #claim(object: KubeObject): Promise<KubeObject> {
    const { finalizers = [] } = object.metadata;
    if (finalizers.includes(FINALIZER)) return object;
    const metadata = { ...object.metadata, finalizers: [...finalizers, FINALIZER] };
    return this.#around.hub.update({ ...object, metadata });
  }

  /** While the publishVersion is that of the latest revision, its copy of everything counts. */
  async #versionOf(object: KubeObject): Promise<Version> {
    const publishVersion = publishVersionOf(object);
    const known = this.#version;
    if (known !== undefined && publishVersion !== undefined && known.publishVersion === publishVersion)
      return known;
    const { hub } = this.#around;
    const revisions = await revisionsOf(hub, object);
    const latest = revisions.find(({ metadata }) => metadata.name === statusOf(object).latestRevision?.name);
    if (latest !== undefined && publishVersion !== undefined && publishVersionOf(latest) === publishVersion) {
      return this.#planned(publishVersion, latest, snapshotIn(latest));
    }
    const snapshot = await takeSnapshot(hub, cluster => this.#around.clientOf(cluster), object);
    const same = sameRevision(revisions, snapshot);
    if (same !== undefined) {
      return this.#planned(publishVersion, same, publishVersion === undefined ? snapshot : snapshotIn(same));
    }
    const next = newRevision(revisions, object, snapshot);
    const version = this.#planned(publishVersion, next, snapshot);
    await hub.create(next);
    return version;
  }

  #planned(publishVersion: string | undefined, revision: KubeObject, snapshot: Snapshot): Version {
    const { name } = revision.metadata;
    const known = this.#version;
    const made = cachedPlan(snapshot, this.#around.clusters, name);
    if (known?.plan === made) return known;
    return { appRevision: publishVersion ?? name, publishVersion, revision, plan: made };
  }

  async #refuse(object: KubeObject, message: string): Promise<Reconciled> {
    const status = statusOf(object);
    const conditions = withCondition(status.conditions ?? [], 'Parsed', message);
    const written = await this.#writeStatus(object, { ...status, status: 'rendering', conditions });
    return { object: written, againMs: this.#backoff.next(message, this.#around.settings.maxFailedWaitMs) };
  }

  async #carryOut(object: KubeObject, version: Version): Promise<Reconciled> {
    const status = statusOf(object);
    const isSame = status.workflow?.appRevision === version.appRevision;
    const before = isSame && status.workflow ? status.workflow : this.#begin(version);
    const tracker = await this.#trackerOf(object);
    const pass = await this.#advance(before, version.plan, tracker);
    const { workflow } = pass;
    const succeeded = workflow.status === 'succeeded';
    const services = withServices(status.services ?? [], pass.services).filter(
      service => !succeeded || isPlanned(version.plan, service),
    );
    const { name } = version.revision.metadata;
    let conditions = withCondition(status.conditions ?? [], 'Parsed', undefined);
    if (pass.kept !== undefined) conditions = withCondition(conditions, 'StateKeep', pass.kept.problem);
    const written = await this.#writeStatus(object, {
      ...status,
      status: workflows.phaseAfter(workflow, services),
      observedGeneration: object.metadata.generation ?? 1,
      latestRevision: {
        name,
        revision: revisionNumber(version.revision),
        revisionHash: hashOfRevision(version.revision),
      },
      workflow,
      services,
      conditions,
    });
    const clean = !succeeded || (await this.#collect(written, version, tracker));
    return { object: written, againMs: this.#nextLook(workflow, clean) };
  }

  #begin(version: Version): WorkflowStatus {
    this.#failures.clear();
    this.#done.clear();
    return workflows.freshWorkflow(version.plan, version.appRevision);
  }

  async #trackerOf(object: KubeObject): Promise<Tracker> {
    const name = trackerName(object);
    if (this.#tracker?.name !== name) {
      const trackers = await trackersOf(this.#around.hub, object);
      this.#tracker = trackers.find(tracker => tracker.name === name) ?? newTracker(object);
    }
    return this.#tracker;
  }

  async #advance(workflow: WorkflowStatus, plan: Plan, tracker: Tracker): Promise<Pass> {
    if (workflow.terminated && !workflow.finished) {
      return { workflow: workflows.terminated(plan, workflow), services: [] };
    }
    if (!workflow.finished && !workflows.isHeld(workflow)) return this.#runSteps(workflow, plan, tracker);
    if (!workflows.keepsState(workflow)) return { workflow, services: [] };
    const { services, errors } = await keepState(tracker.resources, this.#clusters);
    const problem = errors.length === 0 ? undefined : foundErrors(errors);
    return { workflow, services, kept: { problem } };
  }

  /** Runs each step that can run, once; what becomes possible by that, too. */
  async #runSteps(workflow: WorkflowStatus, plan: Plan, tracker: Tracker): Promise<Pass> {
    let steps = workflow.steps;
    const services: ServiceStatus[] = [];
    const executed = new Set<PlannedStep>();
    for (;;) {
      const next = workflows.nextSteps(plan, steps).find(step => !executed.has(step));
      if (next === undefined) return { workflow: workflows.concluded(plan, workflow, steps), services };
      executed.add(next);
      const record = steps.find(({ name }) => name === next.name);
      const result = await this.#runStep(next, record, plan, steps, tracker);
      steps = workflows.withStep(plan, steps, result.step);
      services.push(...result.services);
    }
  }

  async #runStep(
    step: PlannedStep,
    record: StepStatus | undefined,
    plan: Plan,
    steps: readonly StepStatus[],
    tracker: Tracker,
  ): Promise<{ step: StepStatus; services: readonly ServiceStatus[] }> {
    const { outcome } = workflows;
    if (workflows.isSkipped(plan, step, steps)) return { step: outcome.skipped(step), services: [] };
    if (workflows.awaitsApproval(step, record)) return { step: outcome.suspended(step), services: [] };
    const delivered = await deliver(step, {
      hub: this.#around.hub,
      clusters: this.#clusters,
      tracker,
      done: this.#done,
    });
    const errors = [step.error, delivered.errors.length > 0 ? foundErrors(delivered.errors) : undefined];
    const error = errors.filter(text => text !== undefined).join('; ');
    return { step: this.#outcomeOf(step, error, delivered.waiting), services: delivered.services };
  }

  #outcomeOf(step: PlannedStep, error: string, waiting: readonly string[]): StepStatus {
    const { outcome } = workflows;
    if (error !== '') {
      const failures = (this.#failures.get(step.name) ?? 0) + 1;
      this.#failures.set(step.name, failures);
      return outcome.failed(step, error, failures > this.#around.settings.retryLimit);
    }
    this.#failures.delete(step.name);
    return waiting.length > 0 ? outcome.waiting(step, waiting.join(',')) : outcome.succeeded(step);
  }

  #nextLook(workflow: WorkflowStatus, clean: boolean): number {
    const { maxWaitMs, maxFailedWaitMs, resyncMs } = this.#around.settings;
    if (!clean) return this.#backoff.next('collecting', maxWaitMs);
    if (workflow.finished || workflow.suspend) return resyncMs;
    const outcome = workflow.steps.map(({ phase, message = '' }) => `${phase} ${message}`).join('\n');
    const failed = workflow.steps.some(({ phase }) => phase === 'failed');
    return this.#backoff.next(outcome, failed ? maxFailedWaitMs : maxWaitMs);
  }

  /** After a version has succeeded: what only its predecessors had goes. True when nothing is left to do. */
  async #collect(object: KubeObject, version: Version, tracker: Tracker): Promise<boolean> {
    if (this.#collected === tracker) return true;
    const { hub } = this.#around;
    const present = new Set(tracker.resources.map(resourceKey));
    let clean = true;
    for (const old of await trackersOf(hub, object)) {
      if (old.name === tracker.name) continue;
      const dropped = old.resources.filter(resource => !present.has(resourceKey(resource)));
      const { remaining, errors } = await sweep(dropped, this.#clusters);
      if (remaining.length + errors.length > 0) clean = false;
      else await old.remove(hub);
    }
    for (const revision of superseded(await revisionsOf(hub, object), version.revision.metadata.name)) {
      await hub.delete(refOf(revision));
    }
    if (clean) this.#collected = tracker;
    return clean;
  }

  async #delete(object: KubeObject): Promise<Reconciled> {
    const { hub, settings } = this.#around;
    const { finalizers = [] } = object.metadata;
    if (!finalizers.includes(FINALIZER)) return { object };
    const status = statusOf(object);
    const deleting = await this.#writeStatus(object, { ...status, status: 'deleting' });
    const problems: string[] = [];
    for (const tracker of await trackersOf(hub, object)) {
      const { remaining, errors } = await sweep(tracker.resources, this.#clusters);
      problems.push(...remaining.map(text => `Waiting for ${text} to delete.`), ...errors);
      if (remaining.length + errors.length === 0) await tracker.remove(hub);
    }
    if (problems.length === 0) {
      const metadata = {
        ...deleting.metadata,
        finalizers: (deleting.metadata.finalizers ?? []).filter(name => name !== FINALIZER),
      };
      await hub.update({ ...deleting, metadata });
      return {};
    }
    const conditions = withCondition(status.conditions ?? [], 'Ready', problems.join('; '));
    const written = await this.#writeStatus(deleting, { ...status, status: 'deleting', conditions });
    return { object: written, againMs: this.#backoff.next(problems.join(), settings.maxWaitMs) };
  }

  async #writeStatus(object: KubeObject, status: ApplicationStatus): Promise<KubeObject> {
    if (equal(object.status ?? {}, status)) return object;
    return this.#around.hub.update({ ...object, status: { ...status } }, 'status');
  }
}

interface Pass {
  readonly workflow: WorkflowStatus;
  readonly services: readonly ServiceStatus[];
  /** Present when the objects were held against what was dispatched. */
  readonly kept?: { readonly problem: string | undefined };
}

function isPlanned(plan: Plan, { name, cluster }: ServiceStatus): boolean {
  return plan.steps.some(({ dispatch }) =>
    dispatch.some(each => each.component === name && each.cluster === cluster),
  );
}

/** Plans by what they are made from: drills of one scenario plan once. */
function cachedPlan(snapshot: Snapshot, clusters: readonly ClusterInfo[], revision: string): Plan {
  const infos = clusters.map(({ name, alias, labels }) => ({ name, alias, labels }));
  const key = JSON.stringify([snapshot, infos, revision]);
  let made = plans.get(key);
  if (made === undefined) {
    made = plan(planInput(snapshot, clusters, revision));
    if (plans.size >= 64) plans.clear();
    plans.set(key, made);
  }
  return made;
}

const plans = new Map<string, Plan>();
