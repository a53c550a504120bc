import { describe, expect, it } from 'vitest';
import type { StepStatus, WorkflowStatus } from '../../../src/engine/controller/status.ts';
import { concluded, freshWorkflow, outcome, phaseAfter } from '../../../src/engine/controller/workflow.ts';
import { type Executed, runWorkflow } from '../../../src/engine/controller/workflow-run.ts';
import type { Plan } from '../../../src/engine/plan/plan.ts';
import type { PlannedStep } from '../../../src/engine/plan/steps/step.ts';

type Mode = Plan['mode']['steps'];

function step(name: string, more: Partial<PlannedStep> = {}): PlannedStep {
  return {
    name,
    type: 'deploy',
    if: '',
    dependsOn: [],
    inputs: [],
    outputs: [],
    properties: {},
    source: { name, type: 'deploy' },
    suspends: false,
    policies: [],
    parallelism: 5,
    placements: [],
    tasks: [],
    dispatch: [],
    subSteps: [],
    ...more,
  };
}

const planOf = (mode: Mode, ...steps: PlannedStep[]): Plan => ({
  application: 'app',
  namespace: 'demo',
  mode: { steps: mode, subSteps: 'DAG' },
  steps,
  rules: {},
  context: {
    rendering: {
      application: { name: 'app', namespace: 'demo', labels: { env: 'prod' }, annotations: {} },
      revision: 'app-v1',
      clusterMinor: 29,
    },
    policies: new Map(),
    components: [],
    written: [],
    clusters: [],
  },
});

/** What steps come to when they are executed: well, unless it is said. */
type World = Readonly<Record<string, Executed>>;
const FAILS: Executed = { error: 'e', waiting: '' };
const WAITS: Executed = { waiting: 'not yet' };

/** Runs a workflow once, from where it is. */
async function run(plan: Plan, before: WorkflowStatus, world: World = {}, { now = 0, limit = 10 } = {}) {
  const executed: string[] = [];
  const workflow = await runWorkflow(plan, before, {
    now: () => now,
    execute: async ({ name }) => {
      executed.push(name);
      return world[name] ?? { waiting: '' };
    },
    failsForGood: () => limit === 0,
  });
  return { workflow, executed, phases: phasesOf(workflow) };
}

function phasesOf({ steps }: WorkflowStatus): Record<string, string> {
  const all = steps.flatMap(each => [each, ...(each.subSteps ?? [])]);
  return Object.fromEntries(
    all.map(({ name, phase, reason }) => [name, reason ? `${phase} ${reason}` : phase]),
  );
}

const started = (plan: Plan, ...steps: StepStatus[]): WorkflowStatus => ({
  ...freshWorkflow(plan, 'v1'),
  steps,
});

describe('steps', () => {
  const [a, b, c] = [step('a'), step('b'), step('c', { dependsOn: ['a'] })];

  it('run one after the other, the next when the one before is finished', async () => {
    const plan = planOf('StepByStep', a, b);
    expect((await run(plan, started(plan))).executed).toEqual(['a', 'b']);
    expect((await run(plan, started(plan), { a: WAITS })).phases).toEqual({ a: 'running Wait' });
    expect((await run(plan, started(plan), { a: FAILS })).phases).toEqual({ a: 'failed Execute' });
    expect((await run(plan, started(plan, outcome.succeeded(a)))).executed).toEqual(['b']);
  });

  it('in a DAG all run whose dependencies are finished; one that is suspended holds only its dependants', async () => {
    const plan = planOf('DAG', step('a', { suspends: true }), b, c);
    const first = await run(plan, started(plan));
    expect(first.executed).toEqual(['b']);
    expect(first.phases).toEqual({ a: 'suspending Suspend', b: 'succeeded' });
    expect((await run(planOf('DAG', a, b, c), started(plan))).executed).toEqual(['a', 'b', 'c']);
  });

  it('are skipped after a failure, unless they always run', async () => {
    const plan = planOf('StepByStep', a, b, step('d', { if: 'always' }));
    const { workflow, phases } = await run(plan, started(plan), { a: FAILS }, { limit: 0 });
    expect(phases).toEqual({ a: 'failed FailedAfterRetries', b: 'skipped Skip', d: 'succeeded' });
    expect(workflow.status).toBe('failed');
    const dag = planOf('DAG', a, b, c);
    expect((await run(dag, started(dag), { a: FAILS }, { limit: 0 })).phases).toMatchObject({
      b: 'succeeded',
      c: 'skipped Skip',
    });
  });

  it('run by their condition, over the steps before and the application', async () => {
    const plan = planOf(
      'StepByStep',
      a,
      step('yes', { if: 'status.a.succeeded && context.appLabels.env == "prod"' }),
      step('no', { if: 'status.a.failed' }),
      step('wrong', { if: 'status.ghost.failed' }),
    );
    const { workflow, phases } = await run(plan, started(plan));
    expect(phases).toEqual({ a: 'succeeded', yes: 'succeeded', no: 'skipped Skip', wrong: 'skipped Skip' });
    expect(workflow.steps.at(-1)?.message).toContain('pre check error');
    expect(workflow.status).toBe('succeeded');
  });

  it('ask for approval before they run, and again after they failed', async () => {
    const asking = step('a', { suspends: true });
    const plan = planOf('StepByStep', asking);
    const record = (phase: StepStatus['phase']) => started(plan, { ...outcome.suspended(asking), phase });
    expect((await run(plan, started(plan))).executed).toEqual([]);
    expect((await run(plan, record('suspending'))).executed).toEqual([]);
    expect((await run(plan, record('running'))).executed).toEqual(['a']);
    const waiting = started(plan, outcome.waiting(asking, 'not yet'));
    expect((await run(plan, waiting)).executed).toEqual(['a']);
    const failed = started(plan, outcome.failed(asking, 'e', 'Execute'));
    expect((await run(plan, failed)).phases).toEqual({ a: 'suspending Suspend' });
  });

  it('go on by themselves after a suspension with a duration', async () => {
    const plan = planOf('StepByStep', step('s', { type: 'suspend', suspends: true, durationMs: 5000 }), b);
    const { workflow, phases } = await run(plan, started(plan));
    expect(phases).toEqual({ s: 'suspending Suspend' });
    expect((await run(plan, workflow, {}, { now: 5000 })).phases).toEqual({ s: 'suspending Suspend' });
    expect((await run(plan, workflow, {}, { now: 5001 })).phases).toEqual({ s: 'succeeded', b: 'succeeded' });
  });

  it('fail when their time is over; what follows is skipped', async () => {
    const plan = planOf('StepByStep', step('a', { timeoutMs: 1000 }), b);
    const { workflow } = await run(plan, started(plan), { a: WAITS });
    expect((await run(plan, workflow, { a: WAITS }, { now: 1000 })).phases).toEqual({ a: 'running Wait' });
    const late = await run(plan, workflow, { a: WAITS }, { now: 1001 });
    expect(late.phases).toEqual({ a: 'failed Timeout', b: 'skipped Skip' });
    expect(late.workflow.status).toBe('failed');
  });

  it('in a group count as one', async () => {
    const group = step('g', {
      type: 'step-group',
      mode: 'DAG',
      subSteps: [step('x'), step('y', { suspends: true })],
    });
    const plan = planOf('StepByStep', group, b);
    const { workflow, phases } = await run(plan, started(plan));
    expect(phases).toEqual({ g: 'suspending', x: 'succeeded', y: 'suspending Suspend' });
    const resumed = workflow.steps.map(each => ({
      ...each,
      phase: 'running' as const,
      subSteps: (each.subSteps ?? []).map(sub =>
        sub.phase === 'suspending' ? { ...sub, phase: 'running' as const } : sub,
      ),
    }));
    const after = await run(plan, { ...workflow, steps: resumed, suspend: false });
    expect(after.phases).toEqual({ g: 'succeeded', x: 'succeeded', y: 'succeeded', b: 'succeeded' });
  });

  it('wait for a step that comes later, in vain', async () => {
    const plan = planOf('StepByStep', step('a', { dependsOn: ['b'] }), b);
    expect((await run(plan, started(plan))).phases).toEqual({ a: 'pending' });
  });
});

describe('the phase', () => {
  const [a, b] = [step('a'), step('b')];
  const plan = planOf('StepByStep', a, b);
  const phase = (steps: StepStatus[], { healthy = true, suspend = false, terminated = false } = {}) =>
    phaseAfter(concluded(plan, freshWorkflow(plan, 'v1'), { steps, suspend, terminated }), [
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
    expect(phase([outcome.succeeded(a), outcome.suspended(b)], { suspend: true })).toBe('workflowSuspending');
    const failed = [outcome.failed(a, 'e', 'FailedAfterRetries'), outcome.skipped(b)];
    expect(phase(failed, { terminated: true })).toBe('workflowFailed');
    const ended = [outcome.failed(a, 'e', 'Terminate'), outcome.skipped(b)];
    expect(phase(ended, { terminated: true })).toBe('workflowTerminated');
    expect(phase([outcome.succeeded(a), outcome.succeeded(b)])).toBe('running');
    expect(phase([outcome.succeeded(a), outcome.succeeded(b)], { healthy: false })).toBe('unhealthy');
  });
});
