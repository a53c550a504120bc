import { deepFreeze, isObject, type JsonObject } from '../kube/json.ts';
import type { Kind, KubeObject } from '../kube/objects.ts';
import { InputError, parseYamlDocuments } from '../runtime/yaml.ts';
import { APPLICATION, POLICY, quoted } from './model.ts';

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
 * Topology policies, of their own or in an Application, may name a placeholder in angle brackets (`<managedcluster-cxxx>`)
 * instead of a cluster: the centre that has the policy's name takes its place. Throws InputError for a placeholder that no
 * centre can take.
 */
export function replacePlaceholders(
  objects: readonly KubeObject[],
  centreNames: readonly string[],
  file = 'manifests',
): readonly KubeObject[] {
  const replaced = <P extends JsonObject>(policy: P, name: unknown): P =>
    policy['type'] === 'topology' ? withCentres(policy, String(name), centreNames, file) : policy;
  return objects.map(object => {
    if (isOf(object, POLICY)) return replaced(object, object.metadata.name);
    const policies: unknown = isOf(object, APPLICATION) ? object.spec?.['policies'] : undefined;
    if (!Array.isArray(policies)) return object;
    const own = policies.map(policy => (isObject(policy) ? replaced(policy, policy['name']) : policy));
    return { ...object, spec: { ...object.spec, policies: own } };
  });
}

function isOf({ apiVersion, kind }: KubeObject, of: Kind): boolean {
  return apiVersion === of.apiVersion && kind === of.kind;
}

function withCentres<P extends JsonObject>(
  policy: P,
  name: string,
  centreNames: readonly string[],
  file: string,
): P {
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
