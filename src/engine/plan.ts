import type { KubeObject } from '../kube/objects.ts';
import {
  type Application,
  type Component,
  decode,
  deploySchema,
  type Mode,
  type Override,
  overrideSchema,
  PlanError,
  type Policy,
  PUBLISH_VERSION,
  readApplication,
  readPolicy,
  readWorkflow,
  type Step,
  suspendSchema,
  topologySchema,
} from './model.ts';
import { applyOverride } from './override.ts';
import { type ClusterInfo, type Placement, placementsOf } from './placement.ts';
import { loadObjects, type ObjectLookup } from './referred.ts';
import { renderComponent, unknownTrait } from './render.ts';
import { traitDefinitions } from './traits/index.ts';

export interface PlanInput {
  readonly application: KubeObject;
  /** Policy objects in the application's namespace. */
  readonly policies: readonly KubeObject[];
  /** The Workflow object that the application refers to. */
  readonly workflow?: KubeObject | undefined;
  readonly hubObjects: ObjectLookup;
  /** In the order of their registration. */
  readonly clusters: readonly ClusterInfo[];
  /** Name of the application's revision; `<application>-v1` unless given. */
  readonly revision?: string;
}

/** Everything that the clusters will get, step by step, before anything is applied. */
export interface Plan {
  readonly application: string;
  readonly namespace: string;
  readonly publishVersion?: string;
  readonly mode: Mode;
  readonly steps: readonly PlannedStep[];
}

export interface PlannedStep {
  readonly name: string;
  readonly type: 'deploy' | 'suspend';
  /** Waits for a person before it does anything. */
  readonly suspends: boolean;
  /** Runs even after a step that failed. */
  readonly always: boolean;
  readonly dependsOn: readonly string[];
  readonly policies: readonly string[];
  readonly parallelism: number;
  readonly placements: readonly Placement[];
  /** Component by component; within a component in the order of the placements. */
  readonly dispatch: readonly Dispatch[];
  /** Why the step, or a part of it, cannot succeed: what `dispatch` has is still applied. */
  readonly error?: string;
}

/** One component in one placement. */
export interface Dispatch {
  readonly cluster: string;
  /** The placement's, when it has one for all objects. */
  readonly namespace?: string;
  readonly component: string;
  /** The component after the overrides. */
  readonly merged: Component;
  /** Components of the same placement that must be healthy first. */
  readonly dependsOn: readonly string[];
  /** The first is the workload. */
  readonly manifests: readonly KubeObject[];
}

/** Throws PlanError when nothing can be planned; an error of one step stands in that step. */
export function plan(input: PlanInput): Plan {
  const application = readApplication(input.application);
  const { name, namespace, annotations } = application;
  for (const component of application.components)
    checkTypes(component, `Application ${name}: component ${component.name}`);
  const { mode, steps } = workflowOf(application, input.workflow);
  const policies = policiesOf(application, input.policies, steps);
  const components = application.components.map(component => loaded(component, namespace, input.hubObjects));
  const revision = input.revision ?? `${name}-v1`;
  const publishVersion = annotations[PUBLISH_VERSION];
  return {
    application: name,
    namespace,
    ...(publishVersion === undefined ? {} : { publishVersion }),
    mode,
    steps: steps.map(step =>
      plannedStep(step, { application, policies, components, revision, clusters: input.clusters }),
    ),
  };
}

function checkTypes(component: Pick<Component, 'type' | 'traits'>, where: string): void {
  if (component.type !== 'ref-objects') {
    throw new PlanError(`${where}: unknown component type "${component.type}"; known: "ref-objects"`);
  }
  for (const { type } of component.traits ?? [])
    if (!traitDefinitions.has(type)) throw unknownTrait(type, where);
}

/** The component with the objects themselves in the place of the references to them. */
function loaded(component: Component, namespace: string, lookup: ObjectLookup): Component {
  return { ...component, properties: { objects: loadObjects(component, namespace, lookup) } };
}

function workflowOf(
  application: Application,
  object: KubeObject | undefined,
): { mode: Mode; steps: readonly Step[] } {
  const { name, workflow } = application;
  if (workflow?.ref && workflow.steps) {
    throw new PlanError(`Application ${name}: workflow has ref and steps; it can have only one of them`);
  }
  if (workflow?.ref && object === undefined) {
    throw new PlanError(`Application ${name}: Workflow ${application.namespace}/${workflow.ref} not found`);
  }
  const referred = workflow?.ref && object !== undefined ? readWorkflow(object) : undefined;
  const given = referred?.steps ?? workflow?.steps ?? [];
  const steps = given.length > 0 ? given : generatedSteps(application);
  for (const { name: step, type } of steps) {
    if (type !== 'deploy' && type !== 'suspend') {
      throw new PlanError(`step ${step}: unknown step type "${type}"; known: "deploy", "suspend"`);
    }
  }
  const mode = {
    steps: workflow?.mode?.steps ?? referred?.mode?.steps ?? (workflow === undefined ? 'DAG' : 'StepByStep'),
    subSteps: workflow?.mode?.subSteps ?? referred?.mode?.subSteps ?? 'DAG',
  } satisfies Mode;
  return { mode, steps };
}

/** Without a workflow: one deploy step for each topology policy, with all overrides; without topologies, one for the hub. */
function generatedSteps({ policies }: Application): Step[] {
  const overrides = policies.filter(({ type }) => type === 'override').map(({ name }) => name);
  const topologies = policies.filter(({ type }) => type === 'topology').map(({ name }) => name);
  const deploy = (name: string, names: readonly string[]): Step => ({
    name,
    type: 'deploy',
    properties: { policies: names },
  });
  if (topologies.length === 0) return [deploy('deploy', overrides)];
  return topologies.map(topology => deploy(`deploy-${topology}`, [...overrides, topology]));
}

/** The application's own policies, and the Policy objects that its deploy steps name; its own win. */
function policiesOf(
  application: Application,
  objects: readonly KubeObject[],
  steps: readonly Step[],
): ReadonlyMap<string, Policy> {
  const policies = new Map(application.policies.map(policy => [policy.name, policy]));
  for (const step of steps.filter(({ type }) => type === 'deploy')) {
    for (const name of deployProperties(step).policies) {
      if (policies.has(name)) continue;
      const object = objects.find(({ metadata }) => metadata.name === name);
      if (object === undefined) {
        throw new PlanError(
          `step ${step.name}: policy ${name} not found in namespace ${application.namespace}`,
        );
      }
      policies.set(name, readPolicy(object));
    }
  }
  for (const policy of policies.values()) checkPolicy(policy);
  return policies;
}

function checkPolicy(policy: Policy): void {
  if (policy.properties == null && policy.type !== 'debug') {
    throw new PlanError(`policy ${policy.name} (${policy.type}) must have properties`);
  }
  if (policy.type !== 'topology' && policy.type !== 'override') {
    throw new PlanError(
      `policy ${policy.name}: unknown policy type "${policy.type}"; known: "topology", "override"`,
    );
  }
  if (policy.type !== 'override') return;
  const override = overrideSchema.safeParse(policy.properties);
  for (const { type, traits } of override.data?.components ?? []) {
    checkTypes({ type: type || 'ref-objects', traits }, `policy ${policy.name}`);
  }
}

function deployProperties(step: Step) {
  return decode(deploySchema, step.properties ?? {}, `step ${step.name}: properties`);
}

interface Context {
  readonly application: Application;
  readonly policies: ReadonlyMap<string, Policy>;
  readonly components: readonly Component[];
  readonly clusters: readonly ClusterInfo[];
  readonly revision: string;
}

function plannedStep(step: Step, context: Context): PlannedStep {
  const common = {
    name: step.name,
    always: step.if === 'always',
    dependsOn: step.dependsOn ?? [],
  };
  const nothing = { policies: [], parallelism: 1, placements: [], dispatch: [] };
  if (step.type === 'suspend') {
    decode(suspendSchema, step.properties ?? {}, `step ${step.name}: properties`);
    return { ...common, ...nothing, type: 'suspend', suspends: true };
  }
  const { auto, policies, parallelism } = deployProperties(step);
  const deploy = { ...common, ...nothing, type: 'deploy', suspends: !auto, policies, parallelism } as const;
  try {
    if (parallelism < 1) throw new PlanError(`parallelism must be at least 1, not ${parallelism}`);
    return { ...deploy, ...dispatchOf(policies, context) };
  } catch (error) {
    if (error instanceof PlanError) return { ...deploy, error: error.message };
    throw error;
  }
}

function dispatchOf(
  names: readonly string[],
  context: Context,
): Pick<PlannedStep, 'placements' | 'dispatch' | 'error'> {
  const policies = names.flatMap(name => context.policies.get(name) ?? []);
  const topologies = policies
    .filter(({ type }) => type === 'topology')
    .map(({ name, properties }) => decode(topologySchema, properties, `topology policy ${name}`));
  const placements = placementsOf(topologies, context.clusters);
  const overrides = policies
    .filter(({ type }) => type === 'override')
    .map(({ name, properties }): Override => decode(overrideSchema, properties, `override policy ${name}`));
  const components = overrides.reduce<readonly Component[]>(applyOverride, context.components);
  const errors: string[] = [];
  const dispatch = components.flatMap(merged =>
    placements.flatMap((placement): Dispatch[] => {
      try {
        const manifests = renderComponent(context.application, merged, placement, context.revision);
        return [
          { ...placement, component: merged.name, merged, dependsOn: merged.dependsOn ?? [], manifests },
        ];
      } catch (error) {
        if (!(error instanceof PlanError)) throw error;
        errors.push(`error encountered in cluster ${placement.cluster}: ${error.message}`);
        return [];
      }
    }),
  );
  return { placements, dispatch, ...(errors.length === 0 ? {} : { error: foundErrors(errors) }) };
}

/** Several errors as one. */
export function foundErrors(errors: readonly string[]): string {
  return `Found ${errors.length} errors. [${errors.map(error => `(${error})`).join(', ')}]`;
}

/** Names of the Policy objects on the hub that an application may need beside its own policies. */
export function externalPolicies(application: Application, steps: readonly Step[]): string[] {
  const own = new Set(application.policies.map(({ name }) => name));
  const named = steps
    .filter(({ type }) => type === 'deploy')
    .flatMap(step => deployProperties(step).policies);
  return [...new Set(named)].filter(name => !own.has(name));
}
