import { withSubSteps } from '../model.ts';
import { evaluate } from '../plan/expression.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlannedStep } from '../plan/steps/step.ts';
import { isHealthy } from './services.ts';
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

/** Whether nothing may run until somebody resumes: somebody suspended it, rather than a step. */
function isHeld({ suspend, steps }: WorkflowStatus): boolean {
  const isWaiting = ({ phase, reason }: StepStatus) => phase === 'suspending' && reason === 'Suspend';
  return suspend && !withSubSteps(steps).some(isWaiting);
}

export function isFinished(step: Pick<StepStatus, 'phase' | 'reason'> | undefined): boolean {
  if (step === undefined) return false;
  const { phase, reason } = step;
  return (
    phase === 'succeeded' ||
    phase === 'skipped' ||
    (phase === 'failed' && reason !== undefined && reason !== 'Execute')
  );
}

/**
 * Whether a step waits for a person now. A resume makes a suspended step `running`; a step that failed since then has
 * lost its approval.
 */
export function awaitsApproval(step: PlannedStep, record: StepStatus | undefined): boolean {
  return step.suspends && record?.phase !== 'running';
}

type Named = Pick<PlannedStep, 'name' | 'type'>;

export const outcome = {
  suspended: ({ name, type }: Named): StepStatus => ({
    name,
    type,
    phase: 'suspending',
    reason: 'Suspend',
    message: SUSPENDED,
  }),
  skipped: ({ name, type }: Named, message?: string): StepStatus => ({
    name,
    type,
    phase: 'skipped',
    reason: 'Skip',
    ...(message === undefined ? {} : { message }),
  }),
  succeeded: ({ name, type }: Named): StepStatus => ({ name, type, phase: 'succeeded' }),
  pending: ({ name, type }: Named, message: string): StepStatus => ({
    name,
    type,
    phase: 'pending',
    message,
  }),
  waiting: ({ name, type }: Named, message: string): StepStatus => ({
    name,
    type,
    phase: 'running',
    reason: 'Wait',
    message,
  }),
  failed: ({ name, type }: Named, error: string, reason: NonNullable<StepStatus['reason']>): StepStatus => ({
    name,
    type,
    phase: 'failed',
    reason,
    message: error,
  }),
  timedOut: ({ name, type }: Named): StepStatus => ({ name, type, phase: 'failed', reason: 'Timeout' }),
};

/**
 * Whether a step may run after the steps before it, or is skipped: with a reason, when its `if` cannot be computed.
 * `before` is the phase of what it comes after.
 */
export function isSkipped(
  step: PlannedStep,
  before: StepStatus['phase'] | undefined,
  scope: () => Readonly<Record<string, unknown>>,
): { readonly skipped: boolean; readonly problem?: string } {
  if (step.if === 'always') return { skipped: false };
  if (step.if === '') {
    const isFine = before === 'succeeded' || (before === 'skipped' && step.dependsOn.length === 0);
    return { skipped: !isFine };
  }
  try {
    const value = evaluate(step.if, scope());
    if (typeof value === 'boolean') return { skipped: !value };
    return { skipped: true, problem: `pre check error: "${step.if}" is not true or false` };
  } catch (error) {
    return { skipped: true, problem: `pre check error: ${(error as Error).message}` };
  }
}

/** What a group of steps comes to, when its sub steps have run as far as they can. */
export function groupOutcome(group: PlannedStep, subSteps: readonly StepStatus[]): StepStatus {
  const { name, type } = group;
  const count = (phase: StepStatus['phase']) => subSteps.filter(each => each.phase === phase).length;
  const made = (phase: StepStatus['phase'], reason?: StepStatus['reason']): StepStatus => ({
    name,
    type,
    phase,
    ...(reason === undefined ? {} : { reason }),
  });
  if (count('suspending') > 0) return made('suspending');
  if (subSteps.length < group.subSteps.length || count('running') > 0) return made('running');
  if (count('pending') > 0) return made('pending');
  if (count('failed') > 0) {
    const reasons = ['FailedAfterRetries', 'Timeout', 'Terminate'] as const;
    return made(
      'failed',
      reasons.find(reason => subSteps.some(each => each.reason === reason)),
    );
  }
  if (subSteps.length > 0 && count('skipped') === group.subSteps.length) return made('skipped', 'Skip');
  return made('succeeded');
}

/** Whether no step of the workflow can run: all is done, it was terminated, or somebody suspended it. */
export function isAtRest(plan: Plan, workflow: WorkflowStatus): boolean {
  const records = new Map(workflow.steps.map(step => [step.name, step]));
  const all = plan.steps.map(({ name }) => records.get(name));
  if (workflow.terminated && all.every(isFinished)) return true;
  return isHeld(workflow) || all.every(step => step?.phase === 'succeeded' || step?.phase === 'skipped');
}

/** The workflow with its steps as they are now. */
export function concluded(
  plan: Plan,
  workflow: WorkflowStatus,
  { steps, suspend, terminated }: Pick<WorkflowStatus, 'steps' | 'suspend' | 'terminated'>,
): WorkflowStatus {
  const records = new Map(steps.map(step => [step.name, step]));
  const all = plan.steps.map(({ name }) => records.get(name));
  const done = all.every(isFinished);
  const succeeded = done && all.every(step => step?.phase !== 'failed');
  const changed = { ...workflow, steps, suspend, terminated };
  if (terminated && done) {
    const failed = steps.filter(({ phase }) => phase === 'failed');
    const byHand = failed.length > 0 && failed.every(({ reason }) => reason === 'Terminate');
    return { ...changed, finished: true, status: byHand ? 'terminated' : 'failed' };
  }
  if (suspend) return { ...changed, status: 'suspending' };
  return succeeded
    ? { ...changed, finished: true, status: 'succeeded' }
    : { ...changed, status: 'executing' };
}

export function phaseAfter(workflow: WorkflowStatus, services: readonly ServiceStatus[]): ApplicationPhase {
  switch (workflow.status) {
    case 'terminated':
      return 'workflowTerminated';
    case 'failed':
      return 'workflowFailed';
    case 'suspending':
      return 'workflowSuspending';
    case 'executing':
      return 'runningWorkflow';
    case 'succeeded':
      return services.every(isHealthy) ? 'running' : 'unhealthy';
  }
}
