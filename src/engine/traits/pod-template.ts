import { isObject } from '../../kube/json.ts';
import type { Fields, KubeObject } from '../../kube/objects.ts';
import { quoted } from '../model.ts';

/** The workload's container of that name. */
export function container(workload: KubeObject, name: string): Fields {
  const present = containers(workload);
  const found = present.find(each => each['name'] === name);
  if (found !== undefined) return found;
  const names = quoted(present.map(each => String(each['name'])));
  const has = names === '' ? 'has no containers' : `has ${names}`;
  throw new Error(`container ${name} not found: ${workload.kind} ${workload.metadata.name} ${has}`);
}

export function withContainer(workload: KubeObject, name: string, changed: Fields): KubeObject {
  const replaced = containers(workload).map(each => (each['name'] === name ? changed : each));
  const { template, ...spec } = workload.spec as Fields;
  return {
    ...workload,
    spec: { ...spec, template: { ...template, spec: { ...template.spec, containers: replaced } } },
  };
}

function containers(workload: KubeObject): Fields[] {
  return workload.spec?.['template']?.spec?.containers ?? [];
}

/** Merges into labels or annotations of the object and, if it has one, of its pod template; null removes. */
export function withMetadata(
  workload: KubeObject,
  field: 'labels' | 'annotations',
  changes: Readonly<Record<string, string | null>>,
): KubeObject {
  const merged = (metadata: Fields | undefined) => {
    const entries = Object.entries({ ...metadata?.[field], ...changes });
    return { ...metadata, [field]: Object.fromEntries(entries.filter(([, value]) => value !== null)) };
  };
  const object = { ...workload, metadata: { ...workload.metadata, ...merged(workload.metadata) } };
  const template = workload.spec?.['template'];
  if (!isObject(template)) return object;
  const changed = { ...template, metadata: merged(template['metadata'] as Fields | undefined) };
  return { ...object, spec: { ...workload.spec, template: changed } };
}
