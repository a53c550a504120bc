import { isObject } from '../../kube/json.ts';
import { PUBLISH_VERSION, withSubSteps } from '../model.ts';
import { evaluate } from '../plan/expression.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlannedStep } from '../plan/steps/step.ts';
import type { StepStatus, WorkflowStatus } from './status.ts';
import { awaitsApproval, concluded, groupOutcome, isFinished, isSkipped, outcome } from './workflow.ts';

/** What came of executing a step. */
export interface Executed {
  readonly error?: string;
  /** What is not healthy yet, in words; empty when all is. */
  readonly waiting: string;
  /** What its outputs can refer to. */
  readonly scope?: Readonly<Record<string, unknown>>;
}

/** The value of an input, and where in the step it goes. */
export interface Given {
  readonly parameterKey: string;
  readonly value: unknown;
}

/** Who carries out the steps of a workflow. */
export interface StepRunner {
  now(): number;
  /** Carries out a step that writes objects, with what its inputs are. */
  execute(step: PlannedStep, given: readonly Given[]): Promise<Executed>;
  /** Counts a failed execution, and tells whether it was one too many. */
  failsForGood(step: PlannedStep): boolean;
}

/** Runs each step that can run, once; what becomes possible by that, too. */
export async function runWorkflow(
  plan: Plan,
  workflow: WorkflowStatus,
  runner: StepRunner,
): Promise<WorkflowStatus> {
  const run = new Run(plan, workflow, runner);
  await run.all();
  return run.conclusion();
}

class Run {
  readonly #plan: Plan;
  readonly #workflow: WorkflowStatus;
  readonly #runner: StepRunner;
  readonly #records: Map<string, StepStatus>;
  /** Of groups' sub steps, by the name of the group. */
  readonly #subRecords: Map<string, Map<string, StepStatus>>;
  /** Groups that a sub step's record has begun in this run: conditions do not see them before they have come to something. */
  readonly #begun = new Set<string>();
  /** Components' names, by which steps can be meant too: as their steps were before this run. */
  readonly #aliases: ReadonlyMap<string, StepStatus | undefined>;
  readonly #values: Map<string, unknown>;
  /** What the outputs of executed steps can refer to. */
  readonly #scopes = new Map<string, Readonly<Record<string, unknown>>>();
  #suspend = false;
  #terminated: boolean;

  constructor(plan: Plan, workflow: WorkflowStatus, runner: StepRunner) {
    this.#plan = plan;
    this.#workflow = workflow;
    this.#runner = runner;
    this.#records = new Map(workflow.steps.map(step => [step.name, step]));
    this.#subRecords = new Map(
      workflow.steps.map(({ name, subSteps = [] }) => [name, new Map(subSteps.map(sub => [sub.name, sub]))]),
    );
    this.#values = new Map(Object.entries(workflow.values ?? {}));
    this.#terminated = workflow.terminated;
    this.#aliases = new Map(
      plan.steps.flatMap(({ alias, name }) =>
        alias === undefined ? [] : [[alias, this.#records.get(name)]],
      ),
    );
  }

  all(): Promise<void> {
    return this.#runners(this.#plan.steps, this.#plan.mode.steps === 'DAG');
  }

  conclusion(): WorkflowStatus {
    const steps = [...this.#records.values()].map(record => {
      const subSteps = [...(this.#subRecords.get(record.name)?.values() ?? [])];
      const { subSteps: _, ...rest } = record;
      return subSteps.length === 0 ? rest : { ...rest, subSteps };
    });
    const workflow =
      this.#values.size === 0
        ? this.#workflow
        : { ...this.#workflow, values: Object.fromEntries(this.#values) };
    return concluded(this.#plan, workflow, { steps, suspend: this.#suspend, terminated: this.#terminated });
  }

  #runners(steps: readonly PlannedStep[], isDag: boolean, parent?: PlannedStep): Promise<void> {
    return isDag ? this.#graph(steps, parent, false) : this.#sequence(steps, false, parent);
  }

  /** A suspended step holds only what depends on it. */
  async #graph(
    steps: readonly PlannedStep[],
    parent: PlannedStep | undefined,
    tells: boolean,
  ): Promise<void> {
    const todo: PlannedStep[] = [];
    const pending: PlannedStep[] = [];
    for (const step of steps.filter(each => !isFinished(this.#find(each.name)))) {
      const reason = this.#pendingOn(step);
      if (reason === undefined) {
        todo.push(step);
        continue;
      }
      pending.push(step);
      if (tells) this.#record(outcome.pending(step, reason), step, parent);
    }
    if (todo.length === 0) return;
    await this.#sequence(todo, true, parent);
    if (!this.#suspend && pending.length > 0) await this.#graph(pending, parent, true);
  }

  async #sequence(steps: readonly PlannedStep[], isDag: boolean, parent?: PlannedStep): Promise<void> {
    for (const [index, step] of steps.entries()) {
      if (isFinished(this.#find(step.name))) continue;
      const reason = this.#pendingOn(step);
      if (reason !== undefined) {
        this.#record(outcome.pending(step, reason), step, parent);
        if (isDag) continue;
        return;
      }
      const before =
        isDag || step.dependsOn.length > 0 ? this.#dependsPhase(step) : this.#previousPhase(steps, index);
      const record = await this.#run(step, before, parent);
      this.#record(record, step, parent);
      if (isDag) continue;
      if (!isFinished(record) && record.phase !== 'suspending') return;
      if (this.#suspend) return;
    }
  }

  async #run(
    step: PlannedStep,
    before: StepStatus['phase'] | undefined,
    parent?: PlannedStep,
  ): Promise<StepStatus> {
    const group = parent && this.#records.get(parent.name);
    const { skipped, problem } =
      group?.phase === 'skipped'
        ? { skipped: true, problem: undefined }
        : isSkipped(step, before, () => this.#scope(step));
    const isLate =
      (group?.phase === 'failed' && group.reason === 'Timeout') || (!skipped && this.#isOverTime(step));
    if (step.type === 'step-group') return this.#runGroup(step, { skipped, problem, isLate });
    if (skipped) return outcome.skipped(step, problem);
    if (isLate) {
      this.#terminated = true;
      return outcome.timedOut(step);
    }
    const record = await this.#execute(step);
    return isFinished(record) ? this.#handOut(step, record) : record;
  }

  async #runGroup(
    step: PlannedStep,
    { skipped, problem, isLate }: { skipped: boolean; problem: string | undefined; isLate: boolean },
  ): Promise<StepStatus> {
    const ended = skipped ? outcome.skipped(step, problem) : isLate ? outcome.timedOut(step) : undefined;
    // Sub steps see it; but not one whose condition was wrong: they run, and count for nothing.
    if (ended !== undefined && problem === undefined) this.#records.set(step.name, ended);
    await this.#runners(step.subSteps, step.mode !== 'StepByStep', step);
    if (isLate && !skipped) this.#terminated = true;
    return ended ?? groupOutcome(step, [...(this.#subRecords.get(step.name)?.values() ?? [])]);
  }

  /** A step that suspends does so first; what it writes comes after a person, or the time, let it go on. */
  async #execute(step: PlannedStep): Promise<StepStatus> {
    const record = this.#find(step.name);
    const resumeTime = record?.resumeTime;
    if (step.suspends && step.durationMs !== undefined && resumeTime !== undefined) {
      if (this.#runner.now() > resumeTime) return outcome.succeeded(step);
      this.#suspend = true;
      return { ...outcome.suspended(step), resumeTime };
    }
    if (awaitsApproval(step, record)) {
      this.#suspend = true;
      const suspended = outcome.suspended(step);
      return step.durationMs === undefined
        ? suspended
        : { ...suspended, resumeTime: this.#runner.now() + step.durationMs };
    }
    if (step.type === 'suspend') {
      return step.error === undefined ? outcome.succeeded(step) : this.#failed(step, step.error);
    }
    const missing = step.inputs.find(
      ({ from }) => !this.#values.has(from) && this.#lookup(step, from) === undefined,
    );
    if (missing !== undefined) {
      this.#terminated = true;
      return outcome.failed(step, `input ${missing.from} is not there`, 'Input');
    }
    const { error, waiting, scope } = await this.#runner.execute(step, this.#given(step));
    this.#scopes.set(step.name, scope ?? {});
    if (error !== undefined) return this.#failed(step, `function call error for ${step.type}: ${error}`);
    return waiting === '' ? outcome.succeeded(step) : outcome.waiting(step, waiting);
  }

  #failed(step: PlannedStep, message: string): StepStatus {
    const isFinal = this.#runner.failsForGood(step);
    if (isFinal) this.#terminated = true;
    return outcome.failed(step, message, isFinal ? 'FailedAfterRetries' : 'Execute');
  }

  #given(step: PlannedStep): Given[] {
    return step.inputs.flatMap(({ from, parameterKey }) =>
      parameterKey
        ? [
            {
              parameterKey,
              value: this.#values.has(from) ? this.#values.get(from) : this.#lookup(step, from),
            },
          ]
        : [],
    );
  }

  /** Hands out a finished step's outputs; one that cannot be had is null, as for KubeVela. */
  #handOut(step: PlannedStep, record: StepStatus): StepStatus {
    const problems: string[] = [];
    for (const { name, valueFrom } of step.outputs) {
      try {
        const scope = { ...this.#scope(step), ...this.#scopes.get(step.name) };
        this.#values.set(name, evaluate(valueFrom, scope));
      } catch (error) {
        this.#values.set(name, null);
        if (record.phase !== 'skipped')
          problems.push(`failed to get output from ${valueFrom}: ${(error as Error).message}`);
      }
    }
    return problems.length === 0 ? record : { ...record, message: problems.join('\n') };
  }

  #isOverTime({ name, timeoutMs }: PlannedStep): boolean {
    const since = this.#find(name)?.firstExecuteTime;
    return timeoutMs !== undefined && since !== undefined && this.#runner.now() > since + timeoutMs;
  }

  #pendingOn(step: PlannedStep): string | undefined {
    const dependency = step.dependsOn.find(name => !isFinished(this.#find(name)));
    if (dependency !== undefined) return `Pending on DependsOn: ${dependency}`;
    const input = step.inputs.find(
      ({ from }) => !this.#values.has(from) && this.#lookup(step, from) === undefined,
    );
    return input === undefined ? undefined : `Pending on Input: ${input.from}`;
  }

  /** What an input finds in the step's own context. */
  #lookup(step: PlannedStep, from: string): unknown {
    try {
      return evaluate(from, { context: this.#context(step), parameter: step.properties ?? {} });
    } catch {
      return undefined;
    }
  }

  #find(name: string): StepStatus | undefined {
    const record = this.#records.get(name);
    if (record !== undefined) return record;
    for (const subs of this.#subRecords.values()) {
      const sub = subs.get(name);
      if (sub !== undefined) return sub;
    }
    return this.#aliases.get(name);
  }

  #dependsPhase(step: PlannedStep): StepStatus['phase'] | undefined {
    const all = withSubSteps(this.#plan.steps);
    const phaseOf = (of: PlannedStep): StepStatus['phase'] | undefined => {
      for (const name of of.dependsOn) {
        const phase = this.#find(name)?.phase;
        if (phase !== 'succeeded') return phase;
        const dependency = all.find(each => each.name === name);
        const before = dependency === undefined ? 'succeeded' : phaseOf(dependency);
        if (before !== 'succeeded') return before;
      }
      return 'succeeded';
    };
    return phaseOf(step);
  }

  #previousPhase(steps: readonly PlannedStep[], index: number): StepStatus['phase'] | undefined {
    if (index === 0) return 'succeeded';
    const phases = steps.slice(0, index).map(({ name }) => this.#find(name)?.phase);
    const bad = phases.findLast(phase => phase !== 'succeeded' && phase !== 'skipped');
    return phases.some(phase => phase !== 'succeeded' && phase !== 'skipped') ? bad : phases.at(-1);
  }

  #record(record: StepStatus, step: PlannedStep, parent: PlannedStep | undefined): void {
    const before = this.#find(step.name);
    const since = before?.firstExecuteTime ?? this.#runner.now();
    const timed = step.timeoutMs === undefined ? record : { ...record, firstExecuteTime: since };
    if (parent === undefined) {
      this.#records.set(step.name, timed);
      this.#begun.delete(step.name);
      return;
    }
    if (!this.#records.has(parent.name)) {
      const { name, type } = parent;
      const began = { name, type, phase: 'running' } as const;
      this.#begun.add(name);
      this.#records.set(
        name,
        parent.timeoutMs === undefined ? began : { ...began, firstExecuteTime: this.#runner.now() },
      );
    }
    const subs = this.#subRecords.get(parent.name) ?? new Map<string, StepStatus>();
    this.#subRecords.set(parent.name, subs.set(step.name, timed));
  }

  #scope(step: PlannedStep): Record<string, unknown> {
    const inputs = step.inputs.flatMap(({ from }) => {
      const value = this.#values.has(from) ? this.#values.get(from) : this.#lookup(step, from);
      return value === undefined ? [] : [[from, value]];
    });
    return {
      status: Object.fromEntries(this.#statuses().map(record => [record.name, told(record)])),
      inputs: Object.fromEntries(inputs),
      context: this.#context(step),
      ...(isObject(step.properties) ? { parameter: step.properties } : {}),
    };
  }

  #statuses(): StepStatus[] {
    const aliased = [...this.#aliases].flatMap(([name, record]) =>
      record === undefined ? [] : [{ ...record, name }],
    );
    const subs = [...this.#subRecords.values()].flatMap(each => [...each.values()]);
    const steps = [...this.#records.values()].filter(({ name }) => !this.#begun.has(name));
    return [...aliased, ...subs, ...steps];
  }

  #context({ name: stepName }: PlannedStep): Record<string, unknown> {
    const { application, revision } = this.#plan.context.rendering;
    const { name, namespace, labels, annotations } = application;
    const publishVersion = annotations[PUBLISH_VERSION];
    return {
      name,
      appName: name,
      namespace,
      appRevision: revision,
      appRevisionNum: Number(/-v(\d+)$/.exec(revision)?.[1] ?? 0),
      appLabels: labels,
      appAnnotations: annotations,
      workflowName: annotations['app.oam.dev/workflowName'] ?? name,
      stepName,
      ...(publishVersion === undefined ? {} : { publishVersion }),
    };
  }
}

/** A step's status as conditions see it. */
function told({ name, type, phase, reason, message }: StepStatus): Record<string, unknown> {
  return {
    id: name,
    name,
    type,
    phase,
    ...(message === undefined ? {} : { message }),
    ...(reason === undefined ? {} : { reason }),
    failed: phase === 'failed',
    succeeded: phase === 'succeeded',
    skipped: phase === 'skipped',
    timeout: reason === 'Timeout',
    failedAfterRetries: reason === 'FailedAfterRetries',
    terminate: reason === 'Terminate',
  };
}
