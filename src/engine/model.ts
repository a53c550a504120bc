import type * as z from 'zod';
import { clone, deepFreeze } from '../kube/json.ts';
import type { Kind } from '../kube/objects.ts';
import { explain } from '../runtime/schema-problems.ts';

/** The Open Application Model's kinds and marks, and how its data is read. */

export const APPLICATION: Kind = { apiVersion: 'core.oam.dev/v1beta1', kind: 'Application' };
export const APPLICATION_REVISION: Kind = {
  apiVersion: 'core.oam.dev/v1beta1',
  kind: 'ApplicationRevision',
};
export const RESOURCE_TRACKER: Kind = { apiVersion: 'core.oam.dev/v1beta1', kind: 'ResourceTracker' };
export const POLICY: Kind = { apiVersion: 'core.oam.dev/v1alpha1', kind: 'Policy' };
export const WORKFLOW: Kind = { apiVersion: 'core.oam.dev/v1alpha1', kind: 'Workflow' };
/** All that the engine reads and writes on the hub. */
export const ENGINE_KINDS = [APPLICATION, APPLICATION_REVISION, RESOURCE_TRACKER, POLICY, WORKFLOW] as const;

/** Labels that tell whose an object is: written by the engine, checked before it touches an object. */
export const OWNER_NAME = 'app.oam.dev/name';
export const OWNER_NAMESPACE = 'app.oam.dev/namespace';
/** What it is a part of. */
export const APP_REVISION = 'app.oam.dev/appRevision';
export const CLUSTER = 'app.oam.dev/cluster';
export const COMPONENT = 'app.oam.dev/component';
export const COMPONENT_TYPE = 'workload.oam.dev/type';
/** `WORKLOAD`, or `TRAIT` for all that goes along with it. */
export const RESOURCE_TYPE = 'app.oam.dev/resourceType';
export const TRAIT_TYPE = 'trait.oam.dev/type';
/** By which name the trait, or the component, put it out. */
export const TRAIT_OUTPUT = 'trait.oam.dev/resource';
/** The annotation in which kubectl remembers what it applied. */
export const KUBECTL_LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

export const PUBLISH_VERSION = 'app.oam.dev/publishVersion';
/** On an Application: what it refers to counts as a part of it, so that a change makes a new revision. */
export const AUTO_UPDATE = 'app.oam.dev/autoUpdate';

/** The hub as a target of distribution. */
export const LOCAL = 'local';

/** The minor version of Kubernetes on the hub, when nobody says which. */
export const CLUSTER_MINOR = 29;

/** Something in the application's own text is wrong: nothing of it can be planned, or a step of it cannot run. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
  /** `policies`: of those that rule over objects; `workflow`: of the steps; the application's phase tells them apart. */
  readonly stage: 'parse' | 'policies' | 'workflow';

  constructor(message: string, stage: PlanError['stage'] = 'parse') {
    super(message);
    this.stage = stage;
  }
}

/** Checks JSON data against its schema; a PlanError says where it is wrong. */
export function checked<S extends z.ZodType>(schema: S, value: unknown, where: string): z.output<S> {
  if (isDeeper(value, MOST_LEVELS)) throw new PlanError(`${where}: nested deeper than ${MOST_LEVELS} levels`);
  const result = schema.safeParse(value, { error: explain, reportInput: true });
  if (!result.success) throw new PlanError(`${where}: ${problemsOf(result.error.issues)}`);
  return result.data;
}

/** Deeper, and what walks through data runs out of stack. */
const MOST_LEVELS = 1500;

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const each of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof each === 'object' && isDeeper(each, levels - 1)) return true;
  }
  return false;
}

/** The same of what is read again and again, and remembered. What comes back is shared, and frozen. */
export function decode<S extends z.ZodType>(schema: S, value: unknown, where: string): z.output<S> {
  const known = decodedBy(schema);
  const text = JSON.stringify(value) ?? '';
  if (known.has(text)) return known.get(text) as z.output<S>;
  const data = deepFreeze(clone(checked(schema, value, where)));
  if (known.size >= MOST_DECODED) known.clear();
  known.set(text, data);
  return data;
}

/** By what was decoded: an application's text is read again at each look, and in each drill, and seldom changes. */
const decoded = new WeakMap<z.ZodType, Map<string, unknown>>();
const MOST_DECODED = 64;

function decodedBy(schema: z.ZodType): Map<string, unknown> {
  const known = decoded.get(schema) ?? new Map<string, unknown>();
  decoded.set(schema, known);
  return known;
}

export function problemsOf(issues: readonly z.core.$ZodIssue[]): string {
  const problems = issues.map(({ path, message, ...issue }) => {
    const text = issue.code === 'unrecognized_keys' ? message.replaceAll('\n', '; ') : message;
    return path.length === 0 ? text : `${pathText(path)}: ${text}`;
  });
  return problems.join('; ');
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map(part => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

/** Steps of a workflow, whatever is known of them, each before its sub steps. */
export function withSubSteps<S extends { readonly subSteps?: readonly S[] | undefined }>(
  steps: readonly S[],
): S[] {
  return steps.flatMap(step => [step, ...(step.subSteps ?? [])]);
}

export function quoted(names: Iterable<string>): string {
  return [...names].map(name => `"${name}"`).join(', ');
}

/** What to say of a type that the engine does not have built in. */
export function unknownType(what: string, type: string, known: Iterable<string>): string {
  return (
    `unknown ${what} type "${type}"; built in: ${quoted([...known].sort())}; ` +
    'for other types run the real KubeVela: engine: kubevela'
  );
}
