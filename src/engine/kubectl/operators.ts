import { ApiError, type KubeClient } from '../../kube/client.ts';
import { type KubeObject, type ObjectRef, refOf } from '../../kube/objects.ts';
import {
  hashOfRevision,
  publishVersionOf,
  revisionNumber,
  revisionsOf,
  snapshotIn,
} from '../controller/revision.ts';
import {
  type ApplicationStatus,
  type StepStatus,
  statusOf,
  type WorkflowStatus,
} from '../controller/status.ts';
import { trackersOf } from '../controller/tracker.ts';
import { isFinished } from '../controller/workflow.ts';
import { PUBLISH_VERSION } from '../model.ts';

/** What people do to an Application's workflow: `vela workflow …` and `kubectl amc workflow …`. */

/** The workflow is not in a state for what was asked; nothing was changed. */
export class WorkflowError extends Error {
  override readonly name = 'WorkflowError';
}

/** How often a write is tried that others' writes overtake. */
const TRIES = 10;

/** Lets a suspended workflow go on, or only the step that is named. Returns what the command line prints. */
export function resume(hub: KubeClient, ref: ObjectRef, step?: string): Promise<string> {
  return change(hub, ref, workflow => {
    if (workflow.terminated) throw new WorkflowError('can not resume a terminated workflow');
    if (!workflow.suspend) return `workflow ${ref.name} is not suspended`;
    const steps = operated(workflow.steps, 'suspending', 'running', step);
    return { done: 'resume', workflow: { ...workflow, steps, suspend: false } };
  });
}

/** Stops a workflow where it is, or only the step that is named, until it is resumed; a finished one, too. */
export function suspend(hub: KubeClient, ref: ObjectRef, step?: string): Promise<string> {
  return change(hub, ref, workflow => {
    if (workflow.terminated && step !== undefined) {
      throw new WorkflowError('can not suspend a terminated workflow');
    }
    const steps = operated(workflow.steps, 'running', 'suspending', step);
    return { done: 'suspend', workflow: { ...workflow, steps, suspend: true } };
  });
}

/** Steps, and sub steps, that are in one phase go into another: all of them, or the one that is named. */
function operated(
  steps: readonly StepStatus[],
  from: StepStatus['phase'],
  to: StepStatus['phase'],
  name: string | undefined,
): StepStatus[] {
  let isThere = name === undefined;
  const isMeant = (step: StepStatus) => {
    const meant = step.phase === from && (name === undefined || step.name === name);
    isThere ||= meant;
    return meant;
  };
  const changed = steps.map(step => {
    const whole = isMeant(step);
    const subSteps = step.subSteps?.map(sub =>
      isMeant(sub) || (whole && !isFinished(sub)) ? { ...sub, phase: to } : sub,
    );
    return { ...step, ...(whole ? { phase: to } : {}), ...(subSteps === undefined ? {} : { subSteps }) };
  });
  if (!isThere) throw new WorkflowError(`can not find step ${name}`);
  return changed;
}

/** Ends a workflow; what it has applied stays. */
export function terminate(hub: KubeClient, ref: ObjectRef): Promise<string> {
  return change(hub, ref, workflow => {
    const ended = (record: StepStatus): StepStatus => {
      const { phase, reason, subSteps } = record;
      const subs = subSteps === undefined ? {} : { subSteps: subSteps.map(ended) };
      const isOpen = phase === 'running' || phase === 'suspending';
      const isFailing = phase === 'failed' && reason !== 'FailedAfterRetries' && reason !== 'Timeout';
      return isOpen || isFailing
        ? { ...record, ...subs, phase: 'failed', reason: 'Terminate' }
        : { ...record, ...subs };
    };
    const steps = workflow.steps.map(ended);
    const finished = { finished: false, suspend: false, terminated: true };
    return { done: 'terminate', workflow: { ...workflow, steps, ...finished } };
  });
}

/** Runs a workflow again from its first step; objects that are healthy are not sent again. */
export function restart(hub: KubeClient, ref: ObjectRef, step?: string): Promise<string> {
  if (step !== undefined) {
    return Promise.reject(
      new WorkflowError(
        `a workflow cannot be restarted from a step (${step}); restart it from its beginning`,
      ),
    );
  }
  return change(hub, ref, () => ({ done: 'restart', workflow: undefined }));
}

/**
 * Brings an application back to the newest of its published versions that succeeded, whose objects are still there;
 * one without versions gets back the spec of its latest revision. Refused while its workflow runs.
 */
export async function rollback(hub: KubeClient, ref: ObjectRef): Promise<string> {
  const application = await hub.get(ref);
  const { workflow, latestRevision, lastSucceeded } = statusOf(application);
  if (workflow !== undefined && !workflow.terminated && !workflow.suspend && !workflow.finished) {
    throw new WorkflowError('can not rollback a running workflow');
  }
  const revisions = await revisionsOf(hub, application);
  if (!publishVersionOf(application)) {
    const latest = revisions.find(({ metadata }) => metadata.name === latestRevision?.name);
    if (latest === undefined) throw new WorkflowError(`the latest revision is not set: ${ref.name}`);
    await hub.update({ ...application, spec: snapshotIn(latest).application.spec ?? {} });
    return `Successfully rollback workflow to the latest revision: ${ref.name}`;
  }
  const isGood = workflow?.status === 'succeeded';
  const wanted = isGood ? latestRevision?.name : lastSucceeded?.revision;
  const good = revisions.find(({ metadata }) => metadata.name === wanted);
  if (good === undefined || !publishVersionOf(good)) {
    throw new WorkflowError(`failed to find previous succeeded revision for application ${ref.name}`);
  }
  const tracker = (await trackersOf(hub, application)).find(each => each.revision === good.metadata.name);
  if (tracker === undefined) {
    throw new WorkflowError(`cannot find resource tracker for previous revision ${good.metadata.name}`);
  }
  const version = publishVersionOf(good) ?? '';
  const annotations = { ...application.metadata.annotations, [PUBLISH_VERSION]: version };
  const restored = await hub.update({
    ...application,
    spec: snapshotIn(good).application.spec ?? {},
    metadata: { ...application.metadata, annotations },
  });
  const before = isGood ? workflow : lastSucceeded?.workflow;
  const status: ApplicationStatus = {
    ...statusOf(restored),
    ...(before === undefined ? {} : { workflow: before }),
    services: [],
    latestRevision: {
      name: good.metadata.name,
      revision: revisionNumber(good),
      revisionHash: hashOfRevision(good),
    },
  };
  await hub.update({ ...restored, status: { ...status } }, 'status');
  await tracker.adopt(hub, restored.metadata.generation ?? 1);
  const newer = revisions.slice(revisions.indexOf(good) + 1);
  for (const revision of newer) await hub.delete(refOf(revision));
  return `Successfully rollback workflow: ${ref.name}`;
}

const OPERATIONS = { resume, suspend, terminate, restart, rollback } as const;

export type WorkflowOperation = keyof typeof OPERATIONS;

/** Does one of them by its name, of the whole workflow or of one step. Throws ApiError, WorkflowError. */
export async function operate(
  hub: KubeClient,
  ref: ObjectRef,
  operation: WorkflowOperation,
  step?: string,
): Promise<string> {
  if (step !== undefined && (operation === 'terminate' || operation === 'rollback')) {
    throw new WorkflowError(`${operation} is for a whole workflow, not for a step of it (${step})`);
  }
  return OPERATIONS[operation](hub, ref, step);
}

interface Change {
  /** The command, for the text that says it was done. */
  readonly done: string;
  readonly workflow: WorkflowStatus | undefined;
}

/** Changes the workflow's status; a text instead of a change says why there is none. Throws ApiError, WorkflowError. */
async function change(
  hub: KubeClient,
  ref: ObjectRef,
  decide: (workflow: WorkflowStatus) => Change | string,
): Promise<string> {
  for (let tries = 1; ; tries++) {
    const application = await hub.get(ref);
    const { workflow, ...status } = statusOf(application);
    if (workflow === undefined)
      throw new WorkflowError(`the workflow of application ${ref.name} has not begun`);
    const decision = decide(workflow);
    if (typeof decision === 'string') return decision;
    const changed = decision.workflow === undefined ? status : { ...status, workflow: decision.workflow };
    if (await written(hub, application, changed, tries < TRIES)) {
      return `Successfully ${decision.done} workflow: ${ref.name}`;
    }
  }
}

/** False when somebody else wrote first. */
async function written(
  hub: KubeClient,
  application: KubeObject,
  status: ApplicationStatus,
  mayConflict: boolean,
): Promise<boolean> {
  try {
    await hub.update({ ...application, status: { ...status } }, 'status');
    return true;
  } catch (error) {
    if (mayConflict && error instanceof ApiError && error.reason === 'Conflict') return false;
    throw error;
  }
}
