import { equal, isObject, type JsonObject, own } from '../kube/json.ts';
import type { KubeObject } from '../kube/objects.ts';
import { type FieldSchema, type PatchSchema, patchSchema } from '../kube/patch-schema.ts';
import { APP_REVISION, LOCAL, withSubSteps } from './model.ts';
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

/** What a centre's web-demo will show. */
export interface ExpectedPage {
  readonly centre: string;
  /** ENV_NAME of the first Deployment that has one. */
  readonly env: string;
  /** config.json of the ConfigMap that the Deployment mounts. */
  readonly config: string;
}

const ENVIRONMENT = 'ENV_NAME';
const CONFIG = 'config.json';

/** The pages of all centres with a Deployment that shows one, in the order of the plan. */
export function expectedPages(plan: Plan): ExpectedPage[] {
  return [...expectedObjects(plan)].flatMap(([centre, objects]) => {
    for (const deployment of objects.filter(({ kind }) => kind === 'Deployment')) {
      const env = environmentOf(deployment);
      if (env !== undefined) return [{ centre, env, config: configOf(deployment, objects) }];
    }
    return [];
  });
}

function environmentOf(deployment: KubeObject): string | undefined {
  const containers: { env?: { name: string; value?: string }[] }[] =
    deployment.spec?.['template']?.spec?.containers ?? [];
  return containers.flatMap(({ env = [] }) => env).find(({ name }) => name === ENVIRONMENT)?.value;
}

function configOf(deployment: KubeObject, objects: readonly KubeObject[]): string {
  const volumes: { configMap?: { name: string } }[] = deployment.spec?.['template']?.spec?.volumes ?? [];
  const mounted = volumes.flatMap(({ configMap }) => configMap?.name ?? []);
  const maps = objects.filter(
    ({ kind, metadata }) =>
      kind === 'ConfigMap' &&
      metadata.namespace === deployment.metadata.namespace &&
      mounted.includes(metadata.name),
  );
  return maps.map(({ data }) => data?.[CONFIG]).find(text => text !== undefined) ?? '';
}

/**
 * Paths at which a live object does not carry what is expected, sorted; `missing` for an object that is not there. It
 * may carry more: defaults, status, fields of others. Lists of things with a key are compared by that key.
 */
export function differences(expected: KubeObject, live: KubeObject | undefined): string[] {
  if (live === undefined) return ['missing'];
  return mapDifferences(expected, live, patchSchema(expected), '').sort();
}

function mapDifferences(expected: JsonObject, live: JsonObject, schema: PatchSchema, path: string): string[] {
  return Object.keys(expected).flatMap(field => {
    const at = path === '' ? field : `${path}.${field}`;
    const fieldSchema = Object.hasOwn(schema, field) ? schema[field] : undefined;
    return fieldDifferences(own(expected, field), own(live, field), fieldSchema ?? {}, at);
  });
}

function fieldDifferences(expected: unknown, live: unknown, schema: FieldSchema, path: string): string[] {
  if (expected === undefined || expected === null) return [];
  if (isObject(expected) && isObject(live)) return mapDifferences(expected, live, schema.fields ?? {}, path);
  if (!Array.isArray(expected) || !Array.isArray(live)) return equal(expected, live) ? [] : [path];
  const key = schema.mergeKey;
  if (key === undefined && expected.length !== live.length) return [path];
  return expected.flatMap((item, index) => {
    const id = key !== undefined && isObject(item) ? own(item, key) : undefined;
    if (key === undefined || id === undefined) {
      return fieldDifferences(item, live[index], { ...schema }, `${path}[${index}]`);
    }
    const counterpart = live.find(each => isObject(each) && own(each, key) === id);
    return fieldDifferences(
      item,
      counterpart,
      { fields: schema.fields ?? {} },
      `${path}[${key}=${String(id)}]`,
    );
  });
}
