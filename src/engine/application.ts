import * as z from 'zod';
import type { KubeObject } from '../kube/objects.ts';
import { durationMs } from './duration.ts';
import { AUTO_UPDATE, decode, PlanError, PUBLISH_VERSION, withSubSteps } from './model.ts';

/** Application, Policy and Workflow as they lie on the hub. */

const workflowMode = z.enum(['StepByStep', 'DAG']);
const properties = z.unknown().optional();

/** With `strict`, unknown fields are errors; otherwise they are dropped, as an API server drops them. */
function schemasOf(strict: boolean) {
  const object = <S extends z.ZodRawShape>(shape: S) =>
    (strict ? z.strictObject(shape) : z.object(shape)) as z.ZodObject<S>;
  const modeSchema = object({ steps: workflowMode.optional(), subSteps: workflowMode.optional() });
  const inputs = z.array(object({ from: z.string(), parameterKey: z.string().optional() })).optional();
  const outputs = z.array(object({ name: z.string(), valueFrom: z.string() })).optional();
  const subStep = {
    name: z.string().optional(),
    type: z.string().default(''),
    meta: z.unknown().optional(),
    properties,
    dependsOn: z.array(z.string()).optional(),
    if: z.string().optional(),
    timeout: z.string().optional(),
    inputs,
    outputs,
  };
  const steps = z
    .array(
      object({ ...subStep, mode: workflowMode.optional(), subSteps: z.array(object(subStep)).optional() }),
    )
    .transform(list =>
      list.map((step, index): Step => {
        const subSteps = step.subSteps?.map((sub, place) => ({
          ...sub,
          name: sub.name || `step-${index}-${place}`,
        }));
        return { ...step, name: step.name || `step-${index}`, ...(subSteps && { subSteps }) } as Step;
      }),
    );
  return {
    application: object({
      components: z.array(
        object({
          name: z.string().default(''),
          type: z.string().default(''),
          properties,
          traits: z.array(object({ type: z.string().default(''), properties })).optional(),
          dependsOn: z.array(z.string()).optional(),
          inputs,
          outputs,
          externalRevision: z.string().optional(),
        }),
      ),
      policies: z
        .array(object({ name: z.string().optional(), type: z.string().default(''), properties }))
        .default([])
        .transform(policies =>
          policies.map(
            (policy, index): Policy => ({
              ...policy,
              name: policy.name || `${policy.type}-auto-gen-${index}`,
            }),
          ),
        ),
      workflow: object({
        ref: z.string().optional(),
        mode: modeSchema.optional(),
        steps: steps.optional(),
      }).optional(),
    }),
    workflow: z.object({ mode: modeSchema.optional(), steps: steps.default([]) }),
  };
}

const lenient = schemasOf(false);
const strict = schemasOf(true);
const externalPolicy = z.object({ type: z.string().min(1), properties });

export interface Trait {
  readonly type: string;
  readonly properties?: unknown;
}

export interface Input {
  readonly from: string;
  readonly parameterKey?: string | undefined;
}

export interface Output {
  readonly name: string;
  readonly valueFrom: string;
}

export interface Component {
  readonly name: string;
  readonly type: string;
  readonly properties?: unknown;
  readonly traits?: readonly Trait[] | undefined;
  readonly dependsOn?: readonly string[] | undefined;
  readonly inputs?: readonly Input[] | undefined;
  readonly outputs?: readonly Output[] | undefined;
  readonly externalRevision?: string | undefined;
  /** Which of several copies it is, where a replication policy made them. */
  readonly replicaKey?: string | undefined;
}

export interface Policy {
  readonly name: string;
  readonly type: string;
  readonly properties?: unknown;
}

export interface Step {
  readonly name: string;
  readonly type: string;
  readonly properties?: unknown;
  readonly dependsOn?: readonly string[] | undefined;
  readonly if?: string | undefined;
  readonly timeout?: string | undefined;
  readonly inputs?: readonly Input[] | undefined;
  readonly outputs?: readonly Output[] | undefined;
  readonly mode?: WorkflowMode | undefined;
  readonly subSteps?: readonly Step[] | undefined;
}

export type WorkflowMode = z.infer<typeof workflowMode>;

export interface Workflow {
  readonly mode?: Partial<Mode> | undefined;
  readonly steps: readonly Step[];
}

/** How the steps of a workflow, and those of a group of steps, follow one another. */
export interface Mode {
  readonly steps: WorkflowMode;
  readonly subSteps: WorkflowMode;
}

export interface Application {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly components: readonly Component[];
  readonly policies: readonly Policy[];
  readonly workflow?: (Partial<Workflow> & { readonly ref?: string | undefined }) | undefined;
}

export function readApplication(object: KubeObject): Application {
  const { name, namespace = 'default', labels = {}, annotations = {} } = object.metadata;
  const spec = decode(lenient.application, object.spec ?? {}, `Application ${name}: spec`);
  return { name, namespace, labels, annotations, ...spec } as Application;
}

/**
 * What KubeVela's admission webhook refuses, and `kubectl apply` before it: duplicate names, unknown fields, timeouts
 * that are none. Throws PlanError.
 */
export function admit(object: KubeObject): void {
  const { name, annotations = {} } = object.metadata;
  const where = `Application ${name}`;
  const { components, workflow } = decode(strict.application, object.spec ?? {}, `${where}: spec`);
  for (const component of components) {
    if (component.name === '' || component.type === '')
      throw new PlanError(`${where}: component "${component.name}" needs a name and a type`);
  }
  rejectDuplicates(`${where}: component`, components);
  const steps = withSubSteps(workflow?.steps ?? []);
  rejectDuplicates(`${where}: step`, steps);
  for (const { name: step, timeout } of steps) {
    if (timeout && durationMs(timeout) === undefined)
      throw new PlanError(
        `${where}: step ${step}: timeout: expected a duration such as 30s, found "${timeout}"`,
      );
  }
  if (annotations[AUTO_UPDATE] === 'true' && annotations[PUBLISH_VERSION] !== undefined)
    throw new PlanError(`${where}: ${AUTO_UPDATE} and ${PUBLISH_VERSION} cannot both be set`);
}

export function readPolicy(object: KubeObject): Policy {
  const { type, properties: given, metadata } = object;
  const { name } = metadata;
  return { name, ...decode(externalPolicy, { type, properties: given }, `Policy ${name}`) };
}

export function readWorkflow(object: KubeObject): Workflow {
  const { mode, steps, metadata } = object;
  return decode(lenient.workflow, { mode, steps }, `Workflow ${metadata.name}`) as Workflow;
}

function rejectDuplicates(what: string, items: readonly { readonly name: string }[]): void {
  const seen = new Set<string>();
  for (const { name } of items) {
    if (seen.has(name)) throw new PlanError(`${what} "${name}" is there twice; names must be unique`);
    seen.add(name);
  }
}
