import { isObject, own, put } from '../../../kube/json.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import type { Component } from '../../application.ts';
import { TRAIT_OUTPUT } from '../../model.ts';
import { evaluate } from '../expression.ts';
import type { Task } from './step.ts';

/** Values that components and steps hand to others. */

/** Of components: by placement, replica and name of the output. */
export type ComponentValues = Map<string, unknown>;

function keysOf({ cluster, namespace = '', component }: Task, name: string): [string, string] {
  const place = `${cluster}/${namespace}`;
  return [`${place}/${component.replicaKey ?? ''}/${name}`, `${place}//${name}`];
}

/** Whether what a task depends on is done and its inputs are there: those of its own copy, or those of all. */
export function isOpen(task: Task, done: ReadonlySet<string>, values: ComponentValues): boolean {
  const { dependsOn = [], inputs = [] } = task.component;
  return (
    dependsOn.every(name => keysOf(task, name).some(key => done.has(key))) &&
    inputs.every(({ from }) => keysOf(task, from).some(key => values.has(key)))
  );
}

/** The task's component with its inputs in their places. Throws an Error where a place cannot be. */
export function filled(task: Task, values: ComponentValues): Component {
  const { component } = task;
  let { properties } = component;
  for (const { from, parameterKey = '' } of component.inputs ?? []) {
    const [key, shared] = keysOf(task, from);
    const value = values.has(key) ? values.get(key) : values.get(shared);
    properties = withValue(properties, parameterKey.trim(), value);
  }
  return { ...component, properties };
}

/** Takes a task's outputs from its objects; what is wrong with one comes back. */
export function outputsOf(
  task: Task,
  objects: readonly KubeObject[],
  values: ComponentValues,
): string | undefined {
  for (const { name, valueFrom } of task.component.outputs ?? []) {
    try {
      values.set(keysOf(task, name)[0], evaluate(valueFrom, scopeOf(objects)));
    } catch (error) {
      return `output ${name}: ${(error as Error).message}`;
    }
  }
  return undefined;
}

/** What outputs refer to: the workload is `output`, the other objects are `outputs`, by their names. */
export function scopeOf([output, ...others]: readonly KubeObject[]): Record<string, unknown> {
  const outputs: Record<string, unknown> = {};
  for (const object of others) put(outputs, object.metadata.labels?.[TRAIT_OUTPUT] ?? '', object);
  return { output, outputs };
}

/** Puts a value at a path (`objects[0].data.key`, `env["A"]`) of JSON data; maps on the way are made. */
export function withValue(data: unknown, path: string, value: unknown): unknown {
  return place(data, partsOf(path), value, path);
}

/** A path must not make a list of any length. */
const MOST_INDEX = 1024;

function place(
  data: unknown,
  [part, ...rest]: readonly (string | number)[],
  value: unknown,
  path: string,
): unknown {
  if (part === undefined) return value;
  if (typeof part === 'number') {
    const isThere = Array.isArray(data) && (part < data.length || (rest.length === 0 && part <= MOST_INDEX));
    if (!isThere) throw new Error(`there is no item ${part} for ${path}`);
    const items = [...data];
    while (items.length < part) items.push({});
    items[part] = place(data[part], rest, value, path);
    return items;
  }
  if (data !== undefined && data !== null && !isObject(data)) {
    throw new Error(`${JSON.stringify(data)} has no field "${part}" for ${path}`);
  }
  const result = { ...data };
  put(result, part, place(own(result, part), rest, value, path));
  return result;
}

function partsOf(path: string): (string | number)[] {
  const parts: (string | number)[] = [];
  const pattern = /\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|"((?:[^"\\]|\\.)*)"|([^.[\]"]+)|\./gy;
  while (pattern.lastIndex < path.length) {
    const match = pattern.exec(path);
    if (match === null) throw new Error(`"${path}" is no path of a field`);
    const [, index, bracketed, quoted, plain] = match;
    if (index !== undefined) parts.push(Number(index));
    else if ((bracketed ?? quoted ?? plain) !== undefined)
      parts.push((bracketed ?? quoted ?? plain) as string);
  }
  return parts;
}
