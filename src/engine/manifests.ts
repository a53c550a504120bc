import { deepFreeze, isObject } from '../kube/json.ts';
import type { KubeObject } from '../kube/objects.ts';
import { InputError, parseYamlDocuments } from '../runtime/yaml.ts';
import { POLICY, quoted } from './model.ts';

/**
 * The objects of a manifest file, in its order, frozen (they are shared by all who parse the same text). Throws
 * InputError for what is no Kubernetes object.
 */
export function parseManifests(text: string, file: string): readonly KubeObject[] {
  const key = `${file}\n${text}`;
  let objects = parsed.get(key);
  if (objects === undefined) {
    objects = deepFreeze(
      parseYamlDocuments(text, file, true).map(({ value, locate }) => {
        const problem = problemOf(value);
        if (problem !== undefined) {
          throw new InputError(file, problem.text, { ...locate(problem.path), path: problem.path.join('.') });
        }
        return value as KubeObject;
      }),
    );
    if (parsed.size >= 32) parsed.clear();
    parsed.set(key, objects);
  }
  return objects;
}

const parsed = new Map<string, readonly KubeObject[]>();

function problemOf(value: unknown): { text: string; path: string[] } | undefined {
  if (!isObject(value))
    return { text: 'not a Kubernetes object: fields such as apiVersion and kind expected', path: [] };
  for (const field of ['apiVersion', 'kind']) {
    if (typeof value[field] !== 'string')
      return { text: `a Kubernetes object needs ${field}, a text`, path: [field] };
  }
  const { metadata } = value;
  if (!isObject(metadata)) return { text: 'a Kubernetes object needs metadata', path: ['metadata'] };
  if (typeof metadata['name'] !== 'string') {
    return { text: 'a Kubernetes object needs metadata.name, a text', path: ['metadata', 'name'] };
  }
  const { namespace } = metadata;
  if (namespace !== undefined && typeof namespace !== 'string')
    return { text: 'a namespace is a text', path: ['metadata', 'namespace'] };
  for (const field of ['labels', 'annotations']) {
    const texts = metadata[field];
    if (texts !== undefined && !(isObject(texts) && Object.values(texts).every(isText)))
      return { text: `${field} are a mapping of texts`, path: ['metadata', field] };
  }
  return undefined;
}

const isText = (value: unknown): boolean => typeof value === 'string';

/**
 * Topology policies may name a placeholder in angle brackets (`<managedcluster-cxxx>`) instead of a cluster: the centre
 * that has the policy's name takes its place. Throws InputError for a placeholder that no centre can take.
 */
export function replacePlaceholders(
  objects: readonly KubeObject[],
  centreNames: readonly string[],
  file = 'manifests',
): readonly KubeObject[] {
  return objects.map(object => (isTopology(object) ? withCentres(object, centreNames, file) : object));
}

function isTopology({ apiVersion, kind, type }: KubeObject): boolean {
  return apiVersion === POLICY.apiVersion && kind === POLICY.kind && type === 'topology';
}

function withCentres(policy: KubeObject, centreNames: readonly string[], file: string): KubeObject {
  const { name } = policy.metadata;
  const properties = policy['properties'];
  const clusters = isObject(properties) ? properties['clusters'] : undefined;
  if (!isObject(properties) || !Array.isArray(clusters)) return policy;
  const replaced = clusters.map(cluster => {
    if (typeof cluster !== 'string' || !/^<.*>$/.test(cluster)) return cluster;
    if (centreNames.includes(name)) return name;
    throw new InputError(
      file,
      `Policy ${name}: no centre is named "${name}", so none can take the place of ${cluster}; known: ${quoted(centreNames)}`,
      { path: 'properties.clusters' },
    );
  });
  return { ...policy, properties: { ...properties, clusters: replaced } };
}
