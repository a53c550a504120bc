import type { KubeObject } from '../../kube/objects.ts';
import { VirtualClock } from '../../runtime/virtual-clock.ts';
import { admit, type Component } from '../application.ts';
import { checked, LOCAL, PlanError } from '../model.ts';
import { placementText } from '../placement.ts';
import { plan } from '../plan/plan.ts';
import { applyOverride, type Override, overrideSchema } from '../plan/policies/override.ts';
import { lookupIn } from '../plan/referred.ts';
import type { PlannedStep } from '../plan/steps/step.ts';
import { type Case, caseSchema } from './case.ts';
import { type Engines, play } from './play.ts';
import { clusterInfos, normalized, populated } from './start.ts';
import { told } from './view.ts';

export type Answer = Readonly<Record<string, unknown>>;

/** What the engine makes of a case: the reference run's document in, its output fields out. Never throws for what is in a case. */
export async function answer(document: unknown): Promise<Answer> {
  let given: Case;
  try {
    given = checked(caseSchema, document, 'case');
  } catch (error) {
    if (error instanceof PlanError) return { id: idOf(document), inputError: error.message };
    throw error;
  }
  const id = given.id ?? '';
  const mode = given.options?.mode || 'full';
  if (mode === 'merge' || (given.merge != null && given.application === undefined)) {
    return { id, ...merged(given) };
  }
  if (given.application === undefined) return { id, inputError: 'application is required' };
  const application = normalized(given.application);
  return {
    id,
    ...(mode === 'run' ? {} : { admission: admission(application), plan: planned(given, application) }),
    ...(mode === 'plan' ? {} : { run: await played(given, application) }),
  };
}

function idOf(document: unknown): string {
  const id = typeof document === 'object' && document !== null && 'id' in document ? document.id : '';
  return typeof id === 'string' ? id : '';
}

function merged({ merge }: Case): Answer {
  if (merge == null) return { inputError: 'merge is required' };
  try {
    const overrides = (merge.overrides ?? []).map(
      (properties, index): Override => checked(overrideSchema, properties, `override policy ${index}`),
    );
    const components = overrides.reduce<readonly Component[]>(applyOverride, merge.components ?? []);
    return { components: components.map(withoutEmpty) };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

/** Lists that are empty are not told. */
function withoutEmpty(component: Component): Component {
  if (!Object.values(component).some(isEmptyList)) return component;
  const entries = Object.entries(component).filter(([, value]) => !isEmptyList(value));
  return Object.fromEntries(entries) as unknown as Component;
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function admission(application: KubeObject): string[] {
  try {
    admit(application);
    return [];
  } catch (error) {
    return [messageOf(error)];
  }
}

function planned(given: Case, application: KubeObject): Answer {
  const clusters = given.clusters ?? [];
  const { namespace } = application.metadata;
  const reference = application.spec?.['workflow']?.ref;
  const workflows = [...(given.workflow == null ? [] : [given.workflow]), ...(given.workflows ?? [])];
  const world = populated(given, new VirtualClock());
  const minor = given.options?.clusterMinor;
  try {
    const { mode, steps } = plan({
      application,
      policies: given.policies ?? [],
      workflow: workflows.find(
        ({ metadata }) => metadata.name === reference && (metadata.namespace ?? 'default') === namespace,
      ),
      hubObjects: lookupIn(
        world.store(LOCAL)?.objects ?? [],
        Object.fromEntries(clusters.map(({ name }) => [name, world.store(name)?.objects ?? []])),
      ),
      clusters: clusterInfos(given),
      admitted: true,
      ...(minor ? { clusterMinor: Number(minor) } : {}),
    });
    return { workflowMode: `${mode.steps}-${mode.subSteps}`, steps: steps.map(stepAnswer) };
  } catch (error) {
    const stage = error instanceof PlanError ? error.stage : 'parse';
    return { stage: stage === 'policies' ? 'init' : stage, error: messageOf(error) };
  }
}

function stepAnswer(step: PlannedStep): Answer {
  const { name, type, dependsOn, suspends, error, waiting, subSteps } = step;
  const isDeploy = type === 'deploy';
  const writes = isDeploy || type === 'apply-component';
  return {
    name,
    type,
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
    ...(step.if === '' ? {} : { if: step.if }),
    ...(suspends ? { suspends } : {}),
    ...(isDeploy ? { policies: step.policies } : {}),
    ...(isDeploy && step.tasks.length + step.placements.length > 0
      ? { placements: step.placements.map(placementText) }
      : {}),
    ...(waiting === undefined || error !== undefined ? {} : { waiting }),
    ...(error === undefined || !writes ? {} : { error }),
    ...(writes ? { dispatch: dispatchAnswer(step) } : {}),
    ...(subSteps.length === 0 ? {} : { subSteps: subSteps.map(stepAnswer) }),
  };
}

/** By cluster, namespace, replica and component, in that order; of two with the same, the last. */
function dispatchAnswer({ dispatch }: PlannedStep): Answer[] {
  const answers = new Map(
    dispatch.map(({ cluster, namespace, component, merged: whole, manifests }) => {
      const { dependsOn: _, replicaKey, properties, ...rest } = whole;
      const shown = rest.type === 'ref-objects' || properties === undefined ? rest : { ...rest, properties };
      return [
        `${cluster}/${namespace ?? ''}/${replicaKey ?? ''}/${component}`,
        {
          cluster,
          component,
          manifests: manifests.map(told),
          merged: shown,
          ...(namespace === undefined ? {} : { namespace }),
          ...(replicaKey === undefined ? {} : { replicaKey }),
        },
      ];
    }),
  );
  return [...answers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

async function played(given: Case, application: KubeObject, engines?: Engines): Promise<Answer> {
  const clock = new VirtualClock();
  let result: Answer = {};
  await clock.run(async () => {
    result = await play(given, application, clock, engines);
  });
  return result;
}

/** What happens in a case whose engines reach APIs as `engines` lets them. Throws PlanError for what is no case. */
export function answerWith(document: unknown, engines: Engines): Promise<Answer> {
  const given = checked(caseSchema, document, 'case');
  return played(given, normalized(given.application ?? {}), engines);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
