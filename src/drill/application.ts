import { PlanError, PUBLISH_VERSION } from '../engine/model.ts';
import type { ClusterInfo } from '../engine/placement.ts';
import type { Plan } from '../engine/plan.ts';
import { planManifests } from '../engine/plan-manifests.ts';
import type { KubeObject } from '../kube/objects.ts';
import { strategicMergePatch } from '../kube/patch.ts';
import type { DeployEntry } from './timeline.ts';

/** The application's manifests, placeholders replaced. */
export interface Manifests {
  readonly namespace: string;
  /** Of the Application. */
  readonly name: string;
  readonly objects: readonly KubeObject[];
}

/** Scenarios' objects are frozen, and many drills share them: what is planned from them is planned once. */
const plans = new WeakMap<Manifests['objects'], Map<string, Plan>>();

/** @throws PlanError when they cannot be distributed. */
export function planOf(objects: Manifests['objects'], clusters: readonly ClusterInfo[]): Plan {
  const known = plans.get(objects) ?? new Map<string, Plan>();
  plans.set(objects, known);
  const key = clusters.map(({ name }) => name).join();
  const planned = known.get(key) ?? planManifests(objects, clusters);
  known.set(key, planned);
  return planned;
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
