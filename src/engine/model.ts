import * as z from 'zod';
import { clone, deepFreeze } from '../kube/json.ts';
import type { Kind, KubeObject } from '../kube/objects.ts';
import { explain } from '../runtime/schema-problems.ts';

/**
 * The Open Application Model's objects as they lie on the hub: Application, Policy, Workflow. What is not read here
 * is not silently ignored: unknown fields are errors.
 */

export const APPLICATION: Kind = { apiVersion: 'core.oam.dev/v1beta1', kind: 'Application' };
export const APPLICATION_REVISION: Kind = {
  apiVersion: 'core.oam.dev/v1beta1',
  kind: 'ApplicationRevision',
};
export const RESOURCE_TRACKER: Kind = { apiVersion: 'core.oam.dev/v1beta1', kind: 'ResourceTracker' };
export const POLICY: Kind = { apiVersion: 'core.oam.dev/v1alpha1', kind: 'Policy' };
export const WORKFLOW: Kind = { apiVersion: 'core.oam.dev/v1alpha1', kind: 'Workflow' };

export const PUBLISH_VERSION = 'app.oam.dev/publishVersion';

/** The hub as a target of distribution. */
export const LOCAL = 'local';

const traitSchema = z.strictObject({ type: z.string().min(1), properties: z.unknown().optional() });

const componentSchema = z.strictObject({
  name: z.string().min(1),
  type: z.string(),
  properties: z.unknown().optional(),
  traits: z.array(traitSchema).optional(),
  dependsOn: z.array(z.string()).optional(),
  externalRevision: z.string().optional(),
});

const policySchema = z.strictObject({
  name: z.string().min(1),
  type: z.string().min(1),
  properties: z.unknown().optional(),
});

const workflowMode = z.enum(['StepByStep', 'DAG']);
const modeSchema = z.strictObject({ steps: workflowMode.optional(), subSteps: workflowMode.optional() });

const stepSchema = z.strictObject({
  name: z.string().optional(),
  type: z.string().min(1),
  meta: z.unknown().optional(),
  properties: z.unknown().optional(),
  dependsOn: z.array(z.string()).optional(),
  if: z.literal('always', 'only "always" is supported').optional(),
});

const stepsSchema = z
  .array(stepSchema)
  .transform(steps => steps.map((step, index): Step => ({ ...step, name: step.name || `step-${index}` })));

const policiesSchema = z
  .array(policySchema.extend({ name: z.string().optional() }))
  .transform(policies =>
    policies.map(
      (policy, index): Policy => ({ ...policy, name: policy.name || `${policy.type}-auto-gen-${index}` }),
    ),
  );

const applicationSchema = z.strictObject({
  components: z.array(componentSchema),
  policies: policiesSchema.default([]),
  workflow: z
    .strictObject({ ref: z.string().optional(), mode: modeSchema.optional(), steps: stepsSchema.optional() })
    .optional(),
});

const workflowSchema = z.object({ mode: modeSchema.optional(), steps: stepsSchema.default([]) });

const externalPolicySchema = z.object({ type: z.string().min(1), properties: z.unknown().optional() });

export const topologySchema = z.strictObject({
  clusters: z.array(z.string()).nullish(),
  clusterLabelSelector: z.record(z.string(), z.string()).nullish(),
  /** KubeVela's old name of clusterLabelSelector, which it ignores unless a feature gate is on. */
  clusterSelector: z.unknown().optional(),
  allowEmpty: z.boolean().optional(),
  namespace: z.string().optional(),
});

export const overrideSchema = z.strictObject({
  components: z
    .array(
      z.strictObject({
        name: z.string().default(''),
        type: z.string().default(''),
        properties: z.unknown().optional(),
        traits: z.array(traitSchema.extend({ disable: z.boolean().optional() })).optional(),
        externalRevision: z.string().optional(),
      }),
    )
    .nullish(),
  selector: z.array(z.string()).nullish(),
});

export const deploySchema = z.strictObject({
  auto: z.boolean().default(true),
  policies: z.array(z.string()).default([]),
  parallelism: z.int().default(5),
  ignoreTerraformComponent: z.boolean().optional(),
});

export const suspendSchema = z.strictObject({ message: z.string().optional() });

/** Which objects a ref-objects component refers to. */
export const refObjectsSchema = z.strictObject({
  objects: z
    .array(
      z.strictObject({
        resource: z.string().optional(),
        group: z.string().optional(),
        apiVersion: z.string().optional(),
        kind: z.string().optional(),
        name: z.string().optional(),
        namespace: z.string().optional(),
        cluster: z.string().optional(),
        labelSelector: z.record(z.string(), z.string()).optional(),
        /** The old name of labelSelector: ignored, as by KubeVela. */
        selector: z.unknown().optional(),
      }),
    )
    .default([]),
});

export type Trait = z.infer<typeof traitSchema>;
export type Component = z.infer<typeof componentSchema>;
export type Policy = z.infer<typeof policySchema>;
export type Topology = z.infer<typeof topologySchema>;
export type Override = z.infer<typeof overrideSchema>;
export type ComponentPatch = NonNullable<Override['components']>[number];
export type Step = z.infer<typeof stepSchema> & { readonly name: string };
export type WorkflowMode = z.infer<typeof workflowMode>;
export type Workflow = z.infer<typeof workflowSchema>;

/** How the steps of a workflow, and those of a group of steps, follow one another. */
export interface Mode {
  readonly steps: WorkflowMode;
  readonly subSteps: WorkflowMode;
}

export interface Application extends z.infer<typeof applicationSchema> {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Something in the application's own text is wrong: nothing of it can be planned, or a step of it cannot run. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
}

export function readApplication(object: KubeObject): Application {
  const { name, namespace = 'default', labels = {}, annotations = {} } = object.metadata;
  const spec = decode(applicationSchema, object.spec ?? {}, `Application ${name}: spec`);
  rejectDuplicates(`Application ${name}: component`, spec.components);
  rejectDuplicates(`Application ${name}: step`, spec.workflow?.steps ?? []);
  return { name, namespace, labels, annotations, ...spec };
}

export function readPolicy(object: KubeObject): Policy {
  const { type, properties, metadata } = object;
  const { name } = metadata;
  return { name, ...decode(externalPolicySchema, { type, properties }, `Policy ${name}`) };
}

export function readWorkflow(object: KubeObject): Workflow {
  const { mode, steps, metadata } = object;
  return decode(workflowSchema, { mode, steps }, `Workflow ${metadata.name}`);
}

/** Checks JSON data against its schema; a PlanError says where it is wrong. What comes back is shared, and frozen. */
export function decode<S extends z.ZodType>(schema: S, value: unknown, where: string): z.output<S> {
  const known = decodedBy(schema);
  const text = JSON.stringify(value) ?? '';
  if (known.has(text)) return known.get(text) as z.output<S>;
  const result = schema.safeParse(value, { error: explain, reportInput: true });
  if (!result.success) throw new PlanError(`${where}: ${problemsOf(result.error)}`);
  if (known.size >= MOST_DECODED) known.clear();
  const data = deepFreeze(clone(result.data));
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

function problemsOf(error: z.ZodError): string {
  const problems = error.issues.map(({ path, message, ...issue }) => {
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

export function quoted(names: Iterable<string>): string {
  return [...names].map(name => `"${name}"`).join(', ');
}

function rejectDuplicates(what: string, items: readonly { readonly name: string }[]): void {
  const seen = new Set<string>();
  for (const { name } of items) {
    if (seen.has(name)) throw new PlanError(`${what} "${name}" is there twice; names must be unique`);
    seen.add(name);
  }
}
