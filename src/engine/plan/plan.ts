import { isObject } from '../../kube/json.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { explain } from '../../runtime/schema-problems.ts';
import {
  type Application,
  admit,
  type Component,
  type Mode,
  type Policy,
  readApplication,
  readPolicy,
  readWorkflow,
  type Step,
} from '../application.ts';
import { durationMs } from '../duration.ts';
import {
  CLUSTER_MINOR,
  PlanError,
  PUBLISH_VERSION,
  problemsOf,
  unknownType,
  withSubSteps,
} from '../model.ts';
import type { ClusterInfo } from '../placement.ts';
import { componentDefinitions } from './components/index.ts';
import { overrideSchema } from './policies/override.ts';
import { RESOURCE_RULE_TYPES, type ResourceRules, resourceRules } from './policies/resource-rules.ts';
import { loadObjects, type ObjectLookup } from './referred.ts';
import { componentOf } from './steps/apply-component.ts';
import { deployProperties } from './steps/deploy.ts';
import { stepDefinitions } from './steps/index.ts';
import type { PlannedStep, StepContext } from './steps/step.ts';
import { renderedTask } from './steps/tasks.ts';
import { withValue } from './steps/values.ts';
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
  /** The minor version of Kubernetes on the hub; of a current one unless given. */
  readonly clusterMinor?: number;
  /** The application was admitted by somebody else: what a webhook would refuse is taken as KubeVela takes it then. */
  readonly admitted?: boolean;
}

/** Everything that the clusters will get, step by step, before anything is applied. */
export interface Plan {
  readonly application: string;
  readonly namespace: string;
  readonly publishVersion?: string;
  readonly mode: Mode;
  readonly steps: readonly PlannedStep[];
  /** How single objects are written, kept and collected. */
  readonly rules: ResourceRules;
  /** To plan anew what has to wait for the values of other objects. */
  readonly context: StepContext;
}

/** Throws PlanError when nothing can be planned; an error of one step stands in that step. */
export function plan(input: PlanInput): Plan {
  if (!input.admitted) admit(input.application);
  const application = readApplication(input.application);
  const { name, namespace, annotations } = application;
  const rules = resourceRules(application.policies);
  for (const component of application.components) {
    const where = `Application ${name}: component ${component.name}`;
    checkTypes(component, where);
    checkProperties(component, where);
  }
  const { mode, steps } = workflowOf(application, input.workflow);
  const policies = policiesOf(application, input.policies, steps);
  const components = application.components.map(component => loaded(component, namespace, input.hubObjects));
  const revision = input.revision ?? `${name}-v1`;
  const rendering = { application, revision, clusterMinor: input.clusterMinor ?? CLUSTER_MINOR };
  const publishVersion = annotations[PUBLISH_VERSION];
  for (const step of withSubSteps(steps))
    if (step.type === 'apply-component') componentOf(step, application.components);
  const written = application.components;
  const context = { rendering, policies, components, written, clusters: input.clusters };
  return {
    application: name,
    namespace,
    ...(publishVersion === undefined ? {} : { publishVersion }),
    mode,
    steps: steps.map(step => plannedStep(step, context, mode)),
    rules,
    context,
  };
}

function checkTypes(component: Pick<Component, 'type' | 'traits'>, where: string): void {
  if (!componentDefinitions.has(component.type)) {
    throw new PlanError(`${where}: ${unknownType('component', component.type, componentDefinitions.keys())}`);
  }
  for (const { type } of component.traits ?? []) {
    if (traitDefinitions.has(type)) continue;
    throw new PlanError(`${where}: ${unknownType('trait', type, traitDefinitions.keys())}`);
  }
}

function checkProperties(component: Component, where: string): void {
  for (const [what, properties] of [
    [where, component.properties],
    ...(component.traits ?? []).map(trait => [`${where}: trait ${trait.type}`, trait.properties] as const),
  ] as const) {
    if (properties == null || isObject(properties)) continue;
    throw new PlanError(`${what}: properties must be a mapping of fields, not ${JSON.stringify(properties)}`);
  }
}

/** The component with the objects themselves in the place of the references to them. */
function loaded(component: Component, namespace: string, lookup: ObjectLookup): Component {
  if (component.type !== 'ref-objects') return component;
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
  for (const { name: step, type } of withSubSteps(steps)) {
    if (!stepDefinitions.has(type)) {
      throw new PlanError(`step ${step}: ${unknownType('step', type, stepDefinitions.keys())}`);
    }
  }
  const mode = {
    steps: workflow?.mode?.steps ?? referred?.mode?.steps ?? (workflow === undefined ? 'DAG' : 'StepByStep'),
    subSteps: workflow?.mode?.subSteps ?? referred?.mode?.subSteps ?? 'DAG',
  } satisfies Mode;
  return { mode, steps };
}

/**
 * Without a workflow: one deploy step for each topology policy, with all overrides; without topologies, one for the hub
 * where there is something to load or override; otherwise each component by itself.
 */
function generatedSteps({ policies, components }: Application): Step[] {
  const overrides = policies.filter(({ type }) => type === 'override').map(({ name }) => name);
  const topologies = policies.filter(({ type }) => type === 'topology').map(({ name }) => name);
  const deploy = (name: string, names: readonly string[]): Step => ({
    name,
    type: 'deploy',
    properties: { policies: names },
  });
  if (topologies.length > 0) {
    return topologies.map(topology => deploy(`deploy-${topology}`, [...overrides, topology]));
  }
  if (overrides.length > 0 || components.some(({ type }) => type === 'ref-objects')) {
    return [deploy('deploy', overrides)];
  }
  return components.map(({ name, dependsOn }) => ({
    name,
    type: 'apply-component',
    properties: { component: name },
    dependsOn,
  }));
}

/** The application's own policies, and the Policy objects that its deploy steps name; its own win. */
function policiesOf(
  application: Application,
  objects: readonly KubeObject[],
  steps: readonly Step[],
): ReadonlyMap<string, Policy> {
  const policies = new Map(application.policies.map(policy => [policy.name, policy]));
  for (const step of steps.filter(({ type }) => type === 'deploy')) {
    for (const name of deployProperties(step, true).policies ?? []) {
      if (policies.has(name)) continue;
      const object = objects.find(
        ({ metadata }) =>
          metadata.name === name && (metadata.namespace ?? 'default') === application.namespace,
      );
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

const POLICY_TYPES = new Set<string>([
  'topology',
  'override',
  'replication',
  'debug',
  ...RESOURCE_RULE_TYPES,
]);

function checkPolicy(policy: Policy): void {
  if (policy.properties == null && policy.type !== 'debug') {
    throw new PlanError(`policy ${policy.name} (${policy.type}) must have properties`);
  }
  if (!POLICY_TYPES.has(policy.type)) {
    throw new PlanError(`policy ${policy.name}: ${unknownType('policy', policy.type, POLICY_TYPES)}`);
  }
  if (policy.type !== 'override') return;
  const override = overrideSchema.safeParse(policy.properties, { error: explain, reportInput: true });
  // An unknown field is an error of the step that has the override.
  const wrong = override.error?.issues.filter(({ code }) => code !== 'unrecognized_keys');
  if (wrong?.length) throw new PlanError(`policy ${policy.name}: ${problemsOf(wrong)}`);
  for (const { type, traits } of override.data?.components ?? []) {
    checkTypes({ type: type || 'ref-objects', traits: traits ?? [] }, `policy ${policy.name}`);
  }
}

/** A step with the values of its inputs in their places. */
export function withGiven(
  { context, mode }: Plan,
  step: PlannedStep,
  given: readonly { readonly parameterKey: string; readonly value: unknown }[],
): PlannedStep {
  if (step.inputs.length === 0) return step;
  const { properties, ...source } = step.source;
  const filled = (data: unknown) =>
    given.reduce((part, { parameterKey, value }) => withValue(part, parameterKey, value), data);
  const [task] = step.tasks;
  if (step.type !== 'apply-component' || task === undefined) {
    return plannedStep({ ...source, properties: filled(properties) }, context, mode);
  }
  const component = filled(task.component) as Component;
  return { ...step, tasks: [renderedTask(context.rendering, component, task)] };
}

function plannedStep(step: Step, context: StepContext, mode: Mode): PlannedStep {
  const { name, type, timeout, properties } = step;
  const timeoutMs = timeout ? durationMs(timeout) : undefined;
  const common: PlannedStep = {
    name,
    type,
    if: step.if ?? '',
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    dependsOn: step.dependsOn ?? [],
    inputs: step.inputs ?? [],
    outputs: step.outputs ?? [],
    properties,
    source: step,
    suspends: false,
    policies: [],
    parallelism: 1,
    placements: [],
    tasks: [],
    dispatch: [],
    ...(type === 'step-group' ? { mode: step.mode ?? mode.subSteps } : {}),
    subSteps: (step.subSteps ?? []).map(sub => plannedStep(sub, context, mode)),
  };
  try {
    if (timeout && timeoutMs === undefined)
      throw new PlanError(`step ${name}: timeout: expected a duration such as 30s, found "${timeout}"`);
    return { ...common, ...stepDefinitions.get(type)?.plan(step, context) };
  } catch (error) {
    if (error instanceof PlanError) return { ...common, error: error.message };
    throw error;
  }
}

/** Names of the Policy objects on the hub that an application may need beside its own policies. */
export function externalPolicies(application: Application, steps: readonly Step[]): string[] {
  const own = new Set(application.policies.map(({ name }) => name));
  const named = steps
    .filter(({ type }) => type === 'deploy')
    .flatMap(step => deployProperties(step, true).policies ?? []);
  return [...new Set(named)].filter(name => !own.has(name));
}
