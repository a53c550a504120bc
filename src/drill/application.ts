import { PlanError, PUBLISH_VERSION, withSubSteps } from '../engine/model.ts';
import type { ClusterInfo } from '../engine/placement.ts';
import { planManifests } from '../engine/plan/manifests.ts';
import { objectsFor } from '../engine/plan/objects.ts';
import type { Plan } from '../engine/plan/plan.ts';
import type { PlannedStep } from '../engine/plan/steps/step.ts';
import type { ObjectStruck } from '../faults/fault.ts';
import { faultKinds } from '../faults/index.ts';
import { list } from '../judge/words.ts';
import type { KubeObject } from '../kube/objects.ts';
import { strategicMergePatch } from '../kube/patch.ts';
import { suggestion } from '../runtime/suggest.ts';
import type { DeployEntry, FaultEntry, TimelineEntry } from './timeline.ts';

/** The application's manifests, placeholders replaced. */
export interface Manifests {
  readonly namespace: string;
  /** Of the Application. */
  readonly name: string;
  readonly objects: readonly KubeObject[];
}

/** Scenarios' objects are frozen, and many drills share them: what is planned from them is planned once. */
const plans = new WeakMap<Manifests['objects'], Map<string, Plan>>();

/** @throws PlanError when they cannot be distributed, be it for one step that is sure to fail. */
export function planOf(objects: Manifests['objects'], clusters: readonly ClusterInfo[]): Plan {
  const known = plans.get(objects) ?? new Map<string, Plan>();
  plans.set(objects, known);
  const key = clusters.map(({ name }) => name).join();
  let planned = known.get(key);
  if (planned === undefined) {
    planned = planManifests(objects, clusters);
    refuseFailing(planned.steps);
    known.set(key, planned);
  }
  return planned;
}

/** A step that has conditions may be skipped; what depends on other objects' values shows when they are there. */
function refuseFailing(steps: readonly PlannedStep[]): void {
  for (const { name, error, tasks, subSteps, ...step } of steps) {
    if (step.if !== '' && step.if !== 'always') continue;
    refuseFailing(subSteps);
    const hasValues = step.inputs.length > 0 || tasks.some(({ component }) => component.outputs != null);
    if (error !== undefined && !hasValues) throw new PlanError(`step ${name}: ${error}`);
  }
}

/** Centres that no step brings anything to; none where that shows only when the steps before have run. */
export function centresWithout(planned: Plan, clusters: readonly ClusterInfo[]): string[] {
  return isKnown(planned) ? clusters.map(({ name }) => name).filter(hasNothing(planned)) : [];
}

const hasNothing = (planned: Plan) => (centre: string) => objectsFor(planned, centre).length === 0;

/** Whether the plan has all objects, whatever conditions come to. */
export function isKnown({ steps }: Plan): boolean {
  return withSubSteps(steps).every(
    ({ inputs, waiting, error, tasks }) =>
      inputs.length === 0 &&
      waiting === undefined &&
      error === undefined &&
      tasks.every(({ manifests }) => manifests !== undefined),
  );
}

/** The manifests of the next version. @throws PlanError when a patch has no target. */
export function patched(
  { objects, name }: Manifests,
  { publishVersion, patches }: DeployEntry['deploy'],
): KubeObject[] {
  const published = { metadata: { annotations: { [PUBLISH_VERSION]: publishVersion } } };
  const all = [...patches, { target: { kind: 'Application', name }, patch: published }];
  return all.reduce<KubeObject[]>(
    (before, { target, patch }) => {
      const matches = (object: KubeObject) =>
        object.kind === target.kind && object.metadata.name === target.name;
      if (!before.some(matches))
        throw new PlanError(`deploy: the manifests hold no ${target.kind} "${target.name}"`);
      return before.map(object => (matches(object) ? strategicallyPatched(object, patch) : object));
    },
    [...objects],
  );
}

const strategicallyPatched = (object: KubeObject, patch: unknown) =>
  strategicMergePatch(object, object, patch) as unknown as KubeObject;

/**
 * What a timeline does to the application and cannot: publish a version that cannot be distributed, strike an object
 * that no version so far has put into the centre.
 */
export function unplannable(
  application: Manifests,
  timeline: readonly TimelineEntry[],
  clusters: readonly ClusterInfo[],
): string[] {
  let version = application;
  const plans = [planOf(version.objects, clusters)];
  const problems: string[] = [];
  for (const entry of timeline) {
    if ('fault' in entry) problems.push(...unknownObjects(entry, application, plans));
    if (!('deploy' in entry)) continue;
    try {
      version = { ...version, objects: patched(version, entry.deploy) };
      plans.push(planOf(version.objects, clusters));
    } catch (error) {
      if (!(error instanceof PlanError)) throw error;
      // What follows builds on this version.
      return [...problems, `deploy of ${entry.deploy.publishVersion}: ${error.message}`];
    }
  }
  return problems;
}

function unknownObjects(
  { name: fault, fault: kindOfFault, on, params }: FaultEntry,
  application: Manifests,
  plans: readonly Plan[],
): string[] {
  const known = faultKinds.get(kindOfFault);
  const every = known?.everyObject;
  const wanted: ObjectStruck | undefined = every ?? known?.object?.(params);
  if (wanted === undefined) return [];
  const name = every === undefined ? (wanted.name ?? application.name) : undefined;
  const namespaceOf = (given: string | undefined) => given ?? application.namespace;
  const isWanted = ({ apiVersion, kind, metadata }: KubeObject) =>
    apiVersion === wanted.apiVersion &&
    kind === wanted.kind &&
    (name === undefined ||
      (name === metadata.name && namespaceOf(metadata.namespace) === namespaceOf(wanted.namespace)));
  /** The application's own namespace goes without saying. */
  const inWords = (kind: string, called: string | undefined, apiVersion: string, namespace?: string) => {
    const there = namespaceOf(namespace) === application.namespace ? '' : `${namespace}/`;
    return [kind, called && `${there}${called}`, `(${apiVersion})`].filter(Boolean).join(' ');
  };
  const objectsIn = (centre: string) => plans.flatMap(plan => objectsFor(plan, centre));
  const without = on.filter(centre => !objectsIn(centre).some(isWanted));
  if (without.length === 0) return [];
  const text = inWords(wanted.kind, name, wanted.apiVersion, wanted.namespace);
  const there = without
    .flatMap(objectsIn)
    .map(({ kind, metadata, apiVersion }) => inWords(kind, metadata.name, apiVersion, metadata.namespace));
  return [
    `${fault}: the application has no ${text} in ${list(without)}${suggestion(text, [...new Set(there)])}`,
  ];
}
