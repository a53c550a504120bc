import { equal, isObject } from '../../src/kube/json.ts';

/**
 * When two answers to a case are the same: the same merged components; per step the same manifests per cluster, suspends
 * and error or none; the same sequence of distinct phases, final step phases and reasons, services' health, and objects at
 * each suspend and at the end. Texts, counts of looks and conditions need not be.
 */

// biome-ignore lint/suspicious/noExplicitAny: answers are JSON of two implementations, read as it comes
type Json = any;

/** Where the answers differ, in words; empty when they are the same. */
export function differences(expected: Json, actual: Json): string[] {
  const found: string[] = [];
  const compare = (where: string, a: unknown, b: unknown) => {
    if (!equal(a, b)) found.push(`${where}: expected ${short(a)}, found ${short(b)}`);
  };
  compare('inputError', expected.inputError !== undefined, actual.inputError !== undefined);
  compare('error', expected.error !== undefined, actual.error !== undefined);
  compare('components', clean(expected.components), clean(actual.components));
  if (expected.plan !== undefined || actual.plan !== undefined)
    comparePlans(expected.plan ?? {}, actual.plan ?? {}, compare);
  if (expected.run !== undefined || actual.run !== undefined)
    compareRuns(expected.run ?? {}, actual.run ?? {}, compare);
  return found;
}

type Compare = (where: string, a: unknown, b: unknown) => void;

function comparePlans(expected: Json, actual: Json, compare: Compare): void {
  compare('plan: error', expected.error !== undefined, actual.error !== undefined);
  if (expected.error !== undefined || actual.error !== undefined) return;
  compare('plan: mode', expected.workflowMode, actual.workflowMode);
  compareSteps('plan', expected.steps ?? [], actual.steps ?? [], compare);
}

function compareSteps(where: string, expected: Json[], actual: Json[], compare: Compare): void {
  const heads = (steps: Json[]) => steps.map(({ name, type }) => `${name} ${type}`);
  compare(`${where}: steps`, heads(expected), heads(actual));
  for (const [index, step] of expected.entries()) {
    const other = actual[index] ?? {};
    const at = `${where}: step ${step.name}`;
    compare(`${at}: suspends`, step.suspends ?? false, other.suspends ?? false);
    compare(`${at}: error`, step.error !== undefined, other.error !== undefined);
    compare(`${at}: dispatch`, dispatchOf(step), dispatchOf(other));
    compareSteps(at, step.subSteps ?? [], other.subSteps ?? [], compare);
  }
}

/** Manifests by cluster, as a set. */
function dispatchOf({ dispatch = [] }: Json): Record<string, string[]> {
  const clusters: Record<string, string[]> = {};
  for (const { cluster, manifests } of dispatch) {
    const key = `cluster ${cluster}`;
    const texts: string[] = manifests.map((manifest: Json) => canonical(clean(manifest)));
    clusters[key] = [...new Set([...(clusters[key] ?? []), ...texts])].sort();
  }
  return clusters;
}

function compareRuns(expected: Json, actual: Json, compare: Compare): void {
  compare('run: phases', phasesOf(expected), phasesOf(actual));
  compare('run: steps', stepsOf(expected), stepsOf(actual));
  compare('run: services', servicesOf(expected), servicesOf(actual));
  const suspends = ({ suspends: all = [] }: Json) =>
    all.map(({ steps, objects }: Json) => ({ steps: steps ?? [], objects: withoutEmpty(objects) }));
  compare('run: suspends', suspends(expected), suspends(actual));
  compare('run: objects', withoutEmpty(expected.objects), withoutEmpty(actual.objects));
  const checkpoints = ({ checkpoints: all = [] }: Json) =>
    all.map(({ op, error, objects, status }: Json) => ({
      op,
      failed: error !== undefined,
      objects: withoutEmpty(objects),
      phase: status?.phase,
    }));
  compare('run: checkpoints', checkpoints(expected), checkpoints(actual));
}

function phasesOf({ timeline = [] }: Json): string[] {
  const phases: string[] = timeline.map(({ phase }: Json) => phase);
  return phases.filter((phase, index) => phase !== phases[index - 1]);
}

function stepsOf({ final }: Json): string[] {
  const text = ({ name, phase, reason = '' }: Json) => `${name} ${phase} ${reason}`.trim();
  return (final?.workflow?.steps ?? []).flatMap((step: Json) => [
    text(step),
    ...(step.subSteps ?? []).map((sub: Json) => `${step.name}/${text(sub)}`),
  ]);
}

function servicesOf({ final }: Json): string[] {
  return (final?.services ?? [])
    .map(({ name, cluster, namespace, healthy }: Json) => `${cluster}/${namespace}/${name} ${healthy}`)
    .sort();
}

/** Objects by cluster as texts, in an order of their own: names without the hash that some end in. */
function withoutEmpty(clusters: Json): Record<string, string[]> {
  const entries = Object.entries<Json[]>(clusters ?? {}).filter(([, objects]) => objects.length > 0);
  return Object.fromEntries(
    entries.map(([cluster, objects]) => [cluster, objects.map(each => canonical(clean(each))).sort()]),
  );
}

/** Without fields that are absent in one language and null in another where they mean the same. */
function clean(value: Json): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  // Of objects without a name: it ends in a hash that is everybody's own.
  if (typeof value === 'string') return JSON.stringify(value.replace(/-auxiliaryworkload-[0-9a-f]+/, ''));
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const fields = Object.keys(value).sort();
  return `{${fields.map(field => `${JSON.stringify(field)}:${canonical(value[field])}`).join(',')}}`;
}

function short(value: unknown): string {
  const text = canonical(value ?? null);
  return text.length > 1500 ? `${text.slice(0, 1500)}…` : text;
}
