import type { Mode } from '../application.ts';
import { LOCAL } from '../model.ts';
import { type Difference, nameOf } from './differences.ts';
import type { Plan } from './plan.ts';
import type { PlannedStep } from './steps/step.ts';

/** Of a terminal's 100 columns, without what sub steps are indented by. */
const WIDTH = 98;

/** A plan for people to read. */
export function planText(plan: Plan): string {
  const { application, namespace, publishVersion, mode, steps } = plan;
  const version = publishVersion === undefined ? '' : `, version ${publishVersion}`;
  const count = steps.length === 1 ? '1 step' : `${steps.length} steps`;
  return [
    `Application ${namespace}/${application}${version}: ${count}${steps.length > 1 ? `, ${order(mode.steps)}` : ''}`,
    ...steps.flatMap((step, index) => ['', ...stepLines(step, `${index + 1}`)]),
    '',
  ].join('\n');
}

function order(mode: Mode['steps']): string {
  return mode === 'DAG' ? 'all at once' : 'one after the other';
}

function stepLines(step: PlannedStep, number: string): string[] {
  const { name, type, suspends, policies, dependsOn, waiting, error, dispatch, subSteps } = step;
  const notes = [
    type,
    ...(suspends
      ? [step.durationMs === undefined ? 'waits for approval' : `waits ${step.durationMs / 1000} s`]
      : []),
    ...(step.if === '' ? [] : [`if ${step.if}`]),
    ...(dependsOn.length === 0 ? [] : [`after ${dependsOn.join(', ')}`]),
  ];
  const clusters = [...new Set(dispatch.map(({ cluster }) => cluster || LOCAL))];
  return [
    `${number} ${name} (${notes.join('; ')})`,
    ...(policies.length === 0 ? [] : listLines('    policies: ', policies)),
    ...clusters.flatMap(cluster => [
      `    ${cluster}`,
      ...dispatch
        .filter(each => (each.cluster || LOCAL) === cluster)
        .flatMap(({ component, merged, manifests }) => {
          const traits = (merged.traits ?? []).map(trait => trait.type).join(', ');
          const of = `component ${component}${traits === '' ? '' : `; ${traits}`}`;
          return manifests.map(manifest => `        ${nameOf(manifest).padEnd(40)} ${of}`);
        }),
    ]),
    ...(waiting === undefined ? [] : [`    never: ${waiting}`]),
    ...(error === undefined ? [] : [`    ERROR: ${error}`]),
    ...subSteps.flatMap((sub, index) => stepLines(sub, `${number}.${index + 1}`).map(line => `  ${line}`)),
  ];
}

/** A list after its head, in lines of at most `WIDTH` columns where its items are not longer. */
function listLines(head: string, items: readonly string[]): string[] {
  const lines: string[] = [];
  let line = head;
  for (const [index, item] of items.entries()) {
    const text = index < items.length - 1 ? `${item},` : item;
    if (line !== head && line.length + 1 + text.length > WIDTH) {
      lines.push(line);
      line = ' '.repeat(head.length) + text;
    } else {
      line += line === head ? text : ` ${text}`;
    }
  }
  return [...lines, line];
}

/** What is on the left only is marked with `-`, what is on the right only with `+`. */
export function differencesText(differences: readonly Difference[], left: string, right: string): string {
  if (differences.length === 0) return `${left} and ${right} get the same.\n`;
  const lines = [`--- ${left}`, `+++ ${right}`];
  let object = '';
  for (const difference of differences) {
    if (difference.path === '') {
      lines.push(`${'left' in difference ? '-' : '+'} ${difference.object}`);
      continue;
    }
    if (difference.object !== object) lines.push(`  ${difference.object}`);
    object = difference.object;
    lines.push(`    ${difference.path}`, ...valueLines(difference));
  }
  return `${lines.join('\n')}\n`;
}

function valueLines(difference: Difference): string[] {
  const { left, right } = difference;
  const lines = (value: unknown) => (typeof value === 'string' ? value.split('\n') : [JSON.stringify(value)]);
  const before = 'left' in difference ? lines(left) : [];
  const after = 'right' in difference ? lines(right) : [];
  const head = sharedStart(before, after);
  const [removed, added] = [before.slice(head), after.slice(head)];
  const tail = sharedStart(removed.toReversed(), added.toReversed());
  return [
    ...removed.slice(0, removed.length - tail).map(line => `    - ${line}`),
    ...added.slice(0, added.length - tail).map(line => `    + ${line}`),
  ];
}

/** How many lines both begin with. */
function sharedStart(left: readonly string[], right: readonly string[]): number {
  const other = left.findIndex((line, index) => line !== right[index]);
  return other < 0 ? left.length : other;
}
