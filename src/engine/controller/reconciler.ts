import { equal } from '../../kube/json.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { readApplication } from '../application.ts';
import { PlanError, withSubSteps } from '../model.ts';
import { type Plan, withGiven } from '../plan/plan.ts';
import { resourceRules } from '../plan/policies/resource-rules.ts';
import type { PlannedStep } from '../plan/steps/step.ts';
import { foundErrors } from '../plan/steps/tasks.ts';
import { scopeOf } from '../plan/steps/values.ts';
import { Backoff } from './backoff.ts';
import { Clusters } from './clusters.ts';
import { collect, removeAll } from './collect.ts';
import { deliver } from './deliver.ts';
import { hashOfRevision, revisionNumber } from './revision.ts';
import { keepState } from './state-keep.ts';
import {
  type ApplicationStatus,
  type ServiceStatus,
  serviceKey,
  statusOf,
  type WorkflowStatus,
  withCondition,
  withServices,
} from './status.ts';
import type { Surroundings } from './surroundings.ts';
import { type CurrentTrackers, currentTrackers, type Tracker, trackersOf } from './tracker.ts';
import { type Version, Versions } from './version.ts';
import * as workflows from './workflow.ts';
import { type Executed, type Given, runWorkflow } from './workflow-run.ts';

export const FINALIZER = 'app.oam.dev/resource-tracker-finalizer';
const ORPHAN_FINALIZER = 'app.oam.dev/orphan-resource';
const PAUSE = 'controller.core.oam.dev/pause';
const VERSION_REQUIRED = 'app.oam.dev/controller-version-require';
/** The version of KubeVela whose behaviour this is. */
const VERSION = 'v1.10.6';

/** What one look at an application came to: the object as it is now, and when to look again without any event. */
export interface Reconciled {
  /** Absent when it is gone. */
  readonly object?: KubeObject;
  readonly againMs?: number;
}

/**
 * Brings one application forward, one look at a time. All that must survive a crash is on the hub; what is kept here
 * only saves work, but for the counts of failures, which a restart forgives.
 */
export class Reconciler {
  readonly #around: Surroundings;
  readonly #clusters: Clusters;
  readonly #versions: Versions;
  readonly #backoff = new Backoff();
  readonly #failures = new Map<string, number>();
  /** Tasks that were found healthy in this version. */
  readonly #done = new Set<string>();
  #deletions = 0;
  /** Those of the version, by the generation and publishVersion that they were made for. */
  #trackers: (CurrentTrackers & { readonly for: string }) | undefined;
  /** The tracker whose predecessors are known to be gone. */
  #collected: Tracker | undefined;

  constructor(around: Surroundings, application: { readonly name: string; readonly namespace: string }) {
    this.#around = around;
    this.#versions = new Versions(around);
    this.#clusters = new Clusters(
      application,
      cluster => around.clientOf(cluster),
      write => around.wrote({ ...write, application: application.name }),
    );
  }

  /** Throws ApiError when the hub does not answer, or says Conflict: the object that came in is then out of date. */
  async reconcile(object: KubeObject): Promise<Reconciled> {
    const { labels, annotations, deletionTimestamp } = object.metadata;
    if (labels?.[PAUSE] === 'true' || (annotations?.[VERSION_REQUIRED] ?? VERSION) !== VERSION)
      return { object };
    if (deletionTimestamp !== undefined) return this.#delete(object);
    const claimed = await this.claim(object);
    try {
      const version = await this.#versions.of(claimed);
      this.#clusters.rules = version.plan.rules;
      return await this.#carryOut(claimed, version);
    } catch (error) {
      if (!(error instanceof PlanError)) throw error;
      return this.#refuse(claimed, error);
    }
  }

  /** Takes nothing for granted that the hub can tell. */
  forget(): void {
    this.#versions.forget();
    this.#trackers = undefined;
    this.#collected = undefined;
  }

  /** With the finalizer, the application cannot go before its objects are gone. */
  async claim(object: KubeObject): Promise<KubeObject> {
    const { finalizers = [] } = object.metadata;
    if (finalizers.includes(FINALIZER)) return object;
    const metadata = { ...object.metadata, finalizers: [...finalizers, FINALIZER] };
    return this.#around.hub.update({ ...object, metadata });
  }

  async #refuse(object: KubeObject, { message, stage }: PlanError): Promise<Reconciled> {
    const phases = { parse: 'rendering', policies: 'starting', workflow: 'workflowFailed' } as const;
    const status = statusOf(object);
    const type = stage === 'parse' ? 'Parsed' : stage === 'policies' ? 'Ready' : 'Workflow';
    const conditions = withCondition(status.conditions ?? [], type, message);
    const written = await this.#writeStatus(object, { ...status, status: phases[stage], conditions });
    return { object: written, againMs: this.#backoff.next(message, this.#around.settings.maxFailedWaitMs) };
  }

  async #carryOut(object: KubeObject, version: Version): Promise<Reconciled> {
    const status = statusOf(object);
    const isSame = status.workflow !== undefined && status.workflow.appRevision === version.appRevision;
    const before = isSame && status.workflow ? status.workflow : this.#begin(version);
    const trackers = await this.#trackersOf(object, version);
    const pass = await this.#advance(before, version.plan, trackers);
    const { workflow } = pass;
    if (workflow.suspend || workflow.finished) this.#failures.clear();
    // A new version's services take the place of the old one's as soon as there are any.
    const old = isSame || pass.services.length === 0 ? (status.services ?? []) : [];
    const services = withServices(old, [...pass.services, ...rejudged(old, pass)]);
    // The old ones do not count for the new version until they are looked at again.
    const counted = isSame ? services : pass.services;
    const { name } = version.revision.metadata;
    let conditions = withCondition(status.conditions ?? [], 'Parsed', undefined);
    if (pass.kept !== undefined) conditions = withCondition(conditions, 'StateKeep', pass.kept.problem);
    const written = await this.#writeStatus(object, {
      ...status,
      status: workflows.phaseAfter(workflow, counted),
      observedGeneration: object.metadata.generation ?? 1,
      latestRevision: {
        name,
        revision: revisionNumber(version.revision),
        revisionHash: hashOfRevision(version.revision),
      },
      workflow,
      ...lastGood(status, isSame),
      services,
      conditions,
    });
    const clean = await this.#collect(written, version, workflow, trackers);
    return { object: written, againMs: this.#nextLook(version.plan, workflow, clean) };
  }

  #begin(version: Version): WorkflowStatus {
    this.#failures.clear();
    this.#done.clear();
    return workflows.freshWorkflow(version.plan, version.appRevision);
  }

  async #trackersOf(object: KubeObject, version: Version): Promise<CurrentTrackers> {
    const { generation = 1 } = object.metadata;
    const meant = version.publishVersion || `generation ${generation}`;
    if (this.#trackers?.for !== meant) {
      const { name } = version.revision.metadata;
      const trackers = currentTrackers(await trackersOf(this.#around.hub, object), object, name);
      this.#trackers = { ...trackers, for: meant };
    }
    return this.#trackers;
  }

  async #advance(workflow: WorkflowStatus, made: Plan, trackers: CurrentTrackers): Promise<Pass> {
    const services: ServiceStatus[] = [];
    const after = workflows.isAtRest(made, workflow)
      ? workflows.concluded(made, workflow, workflow)
      : await runWorkflow(made, workflow, {
          now: () => this.#around.now(),
          execute: (step, given) => this.#execute(step, given, made, trackers, services),
          failsForGood: step => this.#failsForGood(step),
        });
    const isTimed = resumeTimes(after).length > 0;
    const wasSeen = this.#around.settings.thorough || workflow.suspend || workflow.finished;
    const keeps = wasSeen && (after.status === 'succeeded' || (after.status === 'suspending' && !isTimed));
    if (!keeps) return { workflow: after, services, judged: [] };
    const resources = [...trackers.current.resources, ...trackers.root.resources];
    const kept = await keepState(resources, this.#clusters);
    const problem = kept.errors.length === 0 ? undefined : foundErrors(kept.errors);
    const own = new Set(made.context.components.map(({ name }) => name));
    const judged = after.status === 'succeeded' ? kept.services.filter(({ name }) => own.has(name)) : [];
    return { workflow: after, services, judged, kept: { problem } };
  }

  async #execute(
    step: PlannedStep,
    given: readonly Given[],
    made: Plan,
    trackers: CurrentTrackers,
    services: ServiceStatus[],
  ): Promise<Executed> {
    let full: PlannedStep;
    try {
      full = withGiven(made, step, given);
    } catch (error) {
      return { error: (error as Error).message, waiting: '' };
    }
    const { hub, settings } = this.#around;
    const delivered = await deliver(full, {
      hub,
      clusters: this.#clusters,
      trackers,
      plan: made,
      done: settings.thorough ? new Set() : this.#done,
    });
    services.push(...delivered.services);
    const errors = [
      full.tasks.length === 0 ? full.error : undefined,
      delivered.errors.length > 0 ? foundErrors(delivered.errors) : undefined,
    ].filter(error => error !== undefined);
    return {
      ...(errors.length === 0 ? {} : { error: errors.join('; ') }),
      waiting: delivered.waiting.length > 0 ? delivered.waiting.join(',') : '',
      scope: scopeOf(delivered.objects),
    };
  }

  #failsForGood(step: PlannedStep): boolean {
    const failures = (this.#failures.get(step.name) ?? 0) + 1;
    this.#failures.set(step.name, failures);
    return failures > this.#around.settings.retryLimit;
  }

  #nextLook(made: Plan, workflow: WorkflowStatus, clean: boolean): number {
    const { maxWaitMs, maxFailedWaitMs, resyncMs } = this.#around.settings;
    const steps = withSubSteps(workflow.steps);
    const limits = new Map(withSubSteps(made.steps).map(step => [step.name, step.timeoutMs]));
    const ends = steps
      .filter(step => !workflows.isFinished(step))
      .flatMap(({ name, firstExecuteTime }) => {
        const limit = limits.get(name);
        return limit === undefined || firstExecuteTime === undefined ? [] : [firstExecuteTime + limit + 1];
      });
    const until = [...ends, ...resumeTimes(workflow).map(time => time + 1)];
    const soonest = Math.min(...until.map(time => Math.max(0, time - this.#around.now())));
    if (!clean) return this.#backoff.next('collecting', maxWaitMs);
    if (workflow.finished || workflow.suspend)
      return Math.min(resyncMs, workflow.finished ? resyncMs : soonest);
    const outcome = steps.map(({ phase, message = '' }) => `${phase} ${message}`).join('\n');
    const failed = steps.some(({ phase }) => phase === 'failed');
    return Math.min(soonest, this.#backoff.next(outcome, failed ? maxFailedWaitMs : maxWaitMs));
  }

  /** After a version has succeeded: what only its predecessors had goes. True when nothing is left to do. */
  async #collect(
    object: KubeObject,
    { revision, plan: { rules } }: Version,
    workflow: WorkflowStatus,
    trackers: CurrentTrackers,
  ): Promise<boolean> {
    const policy = rules['garbage-collect'];
    const isDue =
      workflow.status === 'succeeded' || (workflow.status === 'failed' && policy?.continueOnFailure === true);
    if (!isDue || this.#collected === trackers.current) return true;
    const clean = await collect(object, {
      hub: this.#around.hub,
      clusters: this.#clusters,
      trackers,
      revision: revision.metadata.name,
      revisionLimit: policy?.applicationRevisionLimit ?? this.#around.settings.revisionLimit,
      keepsOld: policy?.keepLegacyResource === true,
    });
    if (clean) this.#collected = trackers.current;
    return clean;
  }

  /**
   * Deletes the application's objects, then lets it go. Objects in a cluster that does not answer for long are left
   * behind: their tracker stays on the hub, and a later application of the same name collects them.
   */
  async #delete(object: KubeObject): Promise<Reconciled> {
    const { hub, settings } = this.#around;
    const { finalizers = [] } = object.metadata;
    if (!finalizers.includes(FINALIZER)) return { object };
    this.#clusters.rules = rulesOf(object);
    const status = statusOf(object);
    const isOrphaning = finalizers.includes(ORPHAN_FINALIZER);
    const { isClean, problems, unreachable } = await removeAll(object, hub, this.#clusters, isOrphaning);
    this.#deletions =
      unreachable.length > 0 && unreachable.length === problems.length ? this.#deletions + 1 : 0;
    const givesUp = this.#deletions > settings.deletionLimit;
    if (isClean || givesUp) {
      if (givesUp) this.#around.abandoned?.(unreachable);
      const rest = finalizers.filter(name => name !== FINALIZER && name !== ORPHAN_FINALIZER);
      await hub.update({ ...object, metadata: { ...object.metadata, finalizers: rest } });
      return {};
    }
    const conditions =
      problems.length === 0
        ? (status.conditions ?? [])
        : withCondition(status.conditions ?? [], 'Ready', problems.join('; '));
    const written = await this.#writeStatus(object, { ...status, status: 'deleting', conditions });
    const againMs = problems.length === 0 ? 0 : this.#backoff.next(problems.join(), settings.maxWaitMs);
    return { object: written, againMs };
  }

  async #writeStatus(object: KubeObject, status: ApplicationStatus): Promise<KubeObject> {
    if (equal(object.status ?? {}, status)) return object;
    return this.#around.hub.update({ ...object, status: { ...status } }, 'status');
  }
}

interface Pass {
  readonly workflow: WorkflowStatus;
  /** Of what was written, or found healthy. */
  readonly services: readonly ServiceStatus[];
  /** After the workflow: of all that is there. */
  readonly judged: readonly ServiceStatus[];
  /** Present when the objects were held against what was dispatched. */
  readonly kept?: { readonly problem: string | undefined };
}

/** The last version that succeeded, when another begins after it. */
function lastGood(
  { workflow, latestRevision, lastSucceeded }: ApplicationStatus,
  isSame: boolean,
): Pick<ApplicationStatus, 'lastSucceeded'> {
  if (!isSame && workflow?.status === 'succeeded' && latestRevision !== undefined) {
    return { lastSucceeded: { revision: latestRevision.name, workflow } };
  }
  return lastSucceeded === undefined ? {} : { lastSucceeded };
}

/** The health, as it is now, of services that the status tells of. */
function rejudged(old: readonly ServiceStatus[], { services, judged }: Pass): ServiceStatus[] {
  const told = new Set([...old, ...services].map(serviceKey));
  return judged.filter(service => told.has(serviceKey(service)));
}

/** When suspended steps go on by themselves. */
function resumeTimes({ steps }: WorkflowStatus): number[] {
  return withSubSteps(steps).flatMap(({ phase, resumeTime }) =>
    phase === 'suspending' && resumeTime !== undefined ? [resumeTime] : [],
  );
}

/** The rules of an application that is going; one that cannot be read has none. */
function rulesOf(object: KubeObject): Plan['rules'] {
  try {
    return resourceRules(readApplication(object).policies);
  } catch {
    return {};
  }
}
