import { describe, expect, it } from 'vitest';
import type { Plan, PlannedStep } from '../../src/engine/plan.ts';
import type { StepStatus } from '../../src/engine/status.ts';
import {
  awaitsApproval,
  concluded,
  freshWorkflow,
  isSkipped,
  nextSteps,
  outcome,
  phaseAfter,
} from '../../src/engine/workflow.ts';

type Mode = Plan['mode']['steps'];

function step(name: string, more: Partial<PlannedStep> = {}): PlannedStep {
  return {
    name,
    type: 'deploy',
    suspends: false,
    always: false,
    dependsOn: [],
    policies: [],
    parallelism: 5,
    placements: [],
    dispatch: [],
    ...more,
  };
}

const planOf = (mode: Mode, ...steps: PlannedStep[]): Plan => ({
  application: 'app',
  namespace: 'demo',
  mode: { steps: mode, subSteps: 'DAG' },
  steps,
});
const names = (steps: readonly { name: string }[]) => steps.map(({ name }) => name);

describe('steps', () => {
  const [a, b, c] = [step('a'), step('b'), step('c', { dependsOn: ['a'] })];

  it('run one after the other, the next when the one before is finished', () => {
    const plan = planOf('StepByStep', a, b);
    expect(names(nextSteps(plan, []))).toEqual(['a']);
    expect(names(nextSteps(plan, [outcome.waiting(a, 'not yet')]))).toEqual(['a']);
    expect(names(nextSteps(plan, [outcome.failed(a, 'e', false)]))).toEqual(['a']);
    expect(names(nextSteps(plan, [outcome.succeeded(a)]))).toEqual(['b']);
  });

  it('in a DAG all run whose dependencies are finished; one that is suspended holds only its dependants', () => {
    const plan = planOf('DAG', a, b, c);
    expect(names(nextSteps(plan, []))).toEqual(['a', 'b']);
    expect(names(nextSteps(plan, [outcome.suspended(a), outcome.succeeded(b)]))).toEqual(['a']);
    expect(names(nextSteps(plan, [outcome.succeeded(a), outcome.succeeded(b)]))).toEqual(['c']);
  });

  it('are skipped after a failure, unless they always run', () => {
    const always = step('d', { always: true });
    const plan = planOf('StepByStep', a, b, always);
    const steps: StepStatus[] = [outcome.failed(a, 'e', true)];
    expect(isSkipped(plan, b, steps)).toBe(true);
    expect(isSkipped(plan, always, steps)).toBe(false);
    expect(isSkipped(planOf('DAG', a, b), b, steps)).toBe(false);
    expect(isSkipped(planOf('DAG', a, c), c, steps)).toBe(true);
  });

  it('ask for approval before they run, and again after they failed', () => {
    const asking = step('a', { suspends: true });
    expect(awaitsApproval(asking, undefined)).toBe(true);
    expect(awaitsApproval(asking, outcome.suspended(asking))).toBe(true);
    expect(awaitsApproval(asking, { ...outcome.suspended(asking), phase: 'running' })).toBe(false);
    expect(awaitsApproval(asking, outcome.waiting(asking, 'not yet'))).toBe(false);
    expect(awaitsApproval(asking, outcome.failed(asking, 'e', false))).toBe(true);
  });
});

describe('the phase', () => {
  const [a, b] = [step('a'), step('b')];
  const plan = planOf('StepByStep', a, b);
  const phase = (steps: StepStatus[], healthy = true) =>
    phaseAfter(concluded(plan, freshWorkflow(plan, 'v1'), steps), [
      {
        name: 'a',
        namespace: 'demo',
        cluster: 'c1',
        workloadDefinition: { apiVersion: 'v1', kind: 'X' },
        healthy,
      },
    ]);

  it('follows the steps, then health', () => {
    expect(phase([])).toBe('runningWorkflow');
    expect(phase([outcome.succeeded(a), outcome.suspended(b)])).toBe('workflowSuspending');
    expect(phase([outcome.failed(a, 'e', true), outcome.skipped(b)])).toBe('workflowFailed');
    expect(phase([outcome.succeeded(a), outcome.succeeded(b)])).toBe('running');
    expect(phase([outcome.succeeded(a), outcome.succeeded(b)], false)).toBe('unhealthy');
  });
});
