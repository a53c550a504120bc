import type { Component } from '../../application.ts';
import { PlanError } from '../../model.ts';
import type { Placement } from '../../placement.ts';
import { type Rendering, renderComponent } from '../render.ts';
import type { Dispatch, Task } from './step.ts';
import { type ComponentValues, filled, isOpen, outputsOf } from './values.ts';

/** Several errors as one. */
export function foundErrors(errors: readonly string[]): string {
  return `Found ${errors.length} errors. [${errors.map(error => `(${error})`).join(', ')}]`;
}

export function renderedTask(rendering: Rendering, component: Component, placement: Placement): Task {
  try {
    return { ...placement, component, manifests: renderComponent(rendering, component, placement) };
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    return { ...placement, component, error: error.message };
  }
}

/** `<cluster>/<namespace>/<replica>/<component>`, as messages have it. */
export function taskKey({ cluster, namespace = '', component }: Task, name = component.name): string {
  return `${cluster}/${namespace}/${component.replicaKey ?? ''}/${name}`;
}

export function dispatched(tasks: readonly Task[]): Dispatch[] {
  return tasks.flatMap(({ component: merged, manifests, error: _, ...placement }) =>
    manifests === undefined ? [] : [{ ...placement, component: merged.name, merged, manifests }],
  );
}

/**
 * What components become where each is healthy as soon as it is written: inputs are filled in from the outputs of
 * others, in rounds. What stays waiting comes back in words.
 */
export function foreseen(
  rendering: Rendering,
  tasks: readonly Task[],
): { dispatch: Dispatch[]; errors: string[]; waiting: string[] } {
  const values: ComponentValues = new Map();
  const done = new Set<string>();
  const errors: string[] = [];
  const rendered: Task[] = [];
  let open = tasks;
  for (let before = -1; before !== open.length && open.length > 0 && errors.length === 0; ) {
    before = open.length;
    const ready = open.filter(task => isOpen(task, done, values));
    const isReady = new Set(ready);
    open = open.filter(task => !isReady.has(task));
    const made = ready.map(task => withInputs(rendering, task, values));
    for (const task of made) {
      if (task.manifests === undefined) {
        errors.push(`error encountered in cluster ${task.cluster}: ${task.error ?? 'cannot be rendered'}`);
        continue;
      }
      rendered.push(task);
      done.add(taskKey(task));
      const problem = outputsOf(task, task.manifests, values);
      if (problem !== undefined) errors.push(`error health check from ${taskKey(task)}: ${problem}`);
    }
  }
  return {
    dispatch: dispatched(rendered),
    errors,
    waiting: open.map(task => `${taskKey(task)} is waiting dependents`),
  };
}

/** The task with its inputs filled in, rendered. */
export function withInputs(rendering: Rendering, task: Task, values: ComponentValues): Task {
  if ((task.component.inputs ?? []).length === 0) return task;
  const { manifests: _, error: _1, component, ...placement } = task;
  try {
    return renderedTask(rendering, filled(task, values), placement);
  } catch (error) {
    return { ...placement, component, error: (error as Error).message };
  }
}
