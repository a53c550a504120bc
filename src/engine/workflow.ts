import type { Plan, PlannedStep } from './plan.ts';
import type { ApplicationPhase, ServiceStatus, StepStatus, WorkflowStatus } from './status.ts';

/** The workflow as a state machine over plain data: which steps run next, what their outcomes mean for the whole. */

/** What KubeVela 1.10 shows for every suspended step, whatever message it has. */
const SUSPENDED = 'Suspended by field suspend';

export function freshWorkflow(plan: Plan, appRevision: string): WorkflowStatus {
  return {
    appRevision,
    mode: `${plan.mode.steps}-${plan.mode.subSteps}`,
    status: 'executing',
    suspend: false,
    terminated: false,
    finished: false,
    steps: [],
  };
}

/** Whether nothing may run until somebody resumes. */
export function isHeld(workflow: WorkflowStatus): boolean {
  if (!workflow.suspend) return false;
  const suspendedStep = workflow.steps.some(({ phase }) => phase === 'suspending');
  return !suspendedStep || workflow.mode.startsWith('StepByStep');
}

export function isFinished(step: StepStatus | undefined): boolean {
  if (step === undefined) return false;
  const { phase, reason } = step;
  return phase === 'succeeded' || phase === 'skipped' || (phase === 'failed' && reason !== 'Execute');
}

/** The steps that can run now: the first unfinished one, or in a DAG all whose dependencies are finished. */
export function nextSteps(plan: Plan, steps: readonly StepStatus[]): PlannedStep[] {
  const records = new Map(steps.map(step => [step.name, step]));
  const unfinished = plan.steps.filter(({ name }) => !isFinished(records.get(name)));
  const candidates = plan.mode.steps === 'DAG' ? unfinished : unfinished.slice(0, 1);
  return candidates.filter(({ dependsOn }) => dependsOn.every(name => isFinished(records.get(name))));
}

/** A step does not run after a failure before it, unless it always does. */
export function isSkipped(plan: Plan, step: PlannedStep, steps: readonly StepStatus[]): boolean {
  if (step.always) return false;
  const phases = new Map(steps.map(({ name, phase }) => [name, phase]));
  if (step.dependsOn.some(name => phases.get(name) !== 'succeeded')) return true;
  if (plan.mode.steps === 'DAG') return false;
  const before = plan.steps.slice(0, plan.steps.indexOf(step));
  return before.some(({ name }) => phases.get(name) === 'failed');
}

/**
 * Whether a step waits for a person now. A resume makes a suspended step `running`; a step that failed since then has
 * lost its approval.
 */
export function awaitsApproval(step: PlannedStep, record: StepStatus | undefined): boolean {
  return step.suspends && record?.phase !== 'running';
}

export const outcome = {
  suspended: ({ name, type }: PlannedStep): StepStatus => ({
    name,
    type,
    phase: 'suspending',
    reason: 'Suspend',
    message: SUSPENDED,
  }),
  skipped: ({ name, type }: PlannedStep): StepStatus => ({ name, type, phase: 'skipped', reason: 'Skip' }),
  succeeded: ({ name, type }: PlannedStep): StepStatus => ({ name, type, phase: 'succeeded' }),
  waiting: ({ name, type }: PlannedStep, message: string): StepStatus => ({
    name,
    type,
    phase: 'running',
    reason: 'Wait',
    message,
  }),
  failed: ({ name, type }: PlannedStep, error: string, final: boolean): StepStatus => ({
    name,
    type,
    phase: 'failed',
    reason: final ? 'FailedAfterRetries' : 'Execute',
    message: `function call error for ${type}: ${error}`,
  }),
};

/** Puts a step's record in its place. */
export function withStep(
  plan: Plan,
  steps: readonly StepStatus[],
  record: StepStatus,
): readonly StepStatus[] {
  const records = new Map(steps.map(step => [step.name, step]));
  records.set(record.name, record);
  return plan.steps.flatMap(({ name }) => records.get(name) ?? []);
}

/** The workflow with its steps as they are now. */
export function concluded(
  plan: Plan,
  workflow: WorkflowStatus,
  steps: readonly StepStatus[],
): WorkflowStatus {
  const records = new Map(steps.map(step => [step.name, step]));
  const finished = plan.steps.every(({ name }) => isFinished(records.get(name)));
  const failed = finished && steps.some(({ phase }) => phase === 'failed');
  const suspend = !finished && steps.some(({ phase }) => phase === 'suspending');
  const status = failed ? 'failed' : finished ? 'succeeded' : suspend ? 'suspending' : 'executing';
  return { ...workflow, steps, finished, suspend, terminated: failed, status };
}

/** After somebody terminated the workflow: what has not run never will. */
export function terminated(plan: Plan, workflow: WorkflowStatus): WorkflowStatus {
  const records = new Map(workflow.steps.map(step => [step.name, step]));
  const steps = plan.steps.map(step => {
    const record = records.get(step.name);
    return isFinished(record) && record !== undefined ? record : outcome.skipped(step);
  });
  return { ...workflow, steps, finished: true, suspend: false, status: 'terminated' };
}

export function phaseAfter(workflow: WorkflowStatus, services: readonly ServiceStatus[]): ApplicationPhase {
  if (workflow.suspend) return 'workflowSuspending';
  if (!workflow.finished) return 'runningWorkflow';
  if (workflow.status === 'terminated') return 'workflowTerminated';
  if (workflow.status === 'failed') return 'workflowFailed';
  return services.every(({ healthy }) => healthy) ? 'running' : 'unhealthy';
}

/** Objects of the application are kept as they were dispatched: when it is all done, and while a person is awaited. */
export function keepsState(workflow: WorkflowStatus): boolean {
  return workflow.suspend || workflow.status === 'succeeded';
}
