import type { KubeObject } from '../../kube/objects.ts';
import { APP_REVISION, LOCAL, withSubSteps } from '../model.ts';
import type { Plan } from './plan.ts';
import { objectKey } from './referred.ts';

/** Clusters that get anything, in the order of the steps. */
export function clustersOf(plan: Plan): string[] {
  const named = withSubSteps(plan.steps).flatMap(({ placements, dispatch }) => [...placements, ...dispatch]);
  return [...new Set(named.map(({ cluster }) => cluster || LOCAL))];
}

/**
 * The objects that a cluster gets, all steps together, each once: of two steps the first counts, which the later ones
 * find done; within a step the last to write it.
 */
export function objectsFor(plan: Plan, cluster: string): KubeObject[] {
  const objects = new Map<string, KubeObject>();
  for (const { dispatch } of withSubSteps(plan.steps)) {
    const written = dispatch
      .filter(each => (each.cluster || LOCAL) === cluster)
      .flatMap(({ manifests }) => manifests);
    for (const [key, object] of new Map(written.map(each => [objectKey(each), each]))) {
      if (!objects.has(key)) objects.set(key, object);
    }
  }
  return [...objects.values()];
}

/**
 * What each cluster will have in the end. The number of the application's revision is left out: the plan does not know
 * how many there were.
 */
export function expectedObjects(plan: Plan): Map<string, KubeObject[]> {
  return new Map(clustersOf(plan).map(cluster => [cluster, objectsFor(plan, cluster).map(withoutRevision)]));
}

function withoutRevision(manifest: KubeObject): KubeObject {
  const { [APP_REVISION]: _, ...labels } = manifest.metadata.labels ?? {};
  return { ...manifest, metadata: { ...manifest.metadata, labels } };
}
