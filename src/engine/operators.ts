import { ApiError, type KubeClient } from '../kube/client.ts';
import type { KubeObject, ObjectRef } from '../kube/objects.ts';
import { type ApplicationStatus, type StepStatus, statusOf, type WorkflowStatus } from './status.ts';

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
    if (step !== undefined && !workflow.steps.some(({ name }) => name === step)) {
      throw new WorkflowError(`can not find step ${step}`);
    }
    if (!workflow.suspend) return `workflow ${ref.name} is not suspended`;
    const steps = workflow.steps.map((record): StepStatus => {
      const isMeant = record.phase === 'suspending' && (step === undefined || record.name === step);
      return isMeant ? { ...record, phase: 'running' } : record;
    });
    const suspend = step !== undefined && steps.some(({ phase }) => phase === 'suspending');
    return { done: 'resume', workflow: { ...workflow, steps, suspend } };
  });
}

/** Stops a workflow where it is, until it is resumed; a finished one, too. */
export function suspend(hub: KubeClient, ref: ObjectRef): Promise<string> {
  return change(hub, ref, workflow => {
    if (workflow.terminated) throw new WorkflowError('can not suspend a terminated workflow');
    const steps = workflow.steps.map(
      (record): StepStatus => (record.phase === 'running' ? { ...record, phase: 'suspending' } : record),
    );
    return { done: 'suspend', workflow: { ...workflow, steps, suspend: true } };
  });
}

/** Ends a workflow; what it has applied stays. */
export function terminate(hub: KubeClient, ref: ObjectRef): Promise<string> {
  return change(hub, ref, workflow => {
    if (workflow.finished) return `workflow ${ref.name} is finished already`;
    const steps = workflow.steps.map((record): StepStatus => {
      const isOpen =
        record.phase === 'running' || record.phase === 'suspending' || record.reason === 'Execute';
      return isOpen ? { ...record, phase: 'failed', reason: 'Terminate' } : record;
    });
    return { done: 'terminate', workflow: { ...workflow, steps, suspend: false, terminated: true } };
  });
}

/** Runs a workflow again from its first step; objects that are healthy are not sent again. */
export function restart(hub: KubeClient, ref: ObjectRef): Promise<string> {
  return change(hub, ref, () => ({ done: 'restart', workflow: undefined }));
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
