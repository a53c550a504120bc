import { isObject } from '../../../kube/json.ts';
import type { Fields, KubeObject } from '../../../kube/objects.ts';
import { quoted } from '../../model.ts';
import { unify } from '../unify.ts';

/** The workload's container of that name. */
export function container(workload: KubeObject, name: string): Fields {
  const present = containers(workload);
  const found = present.find(each => each['name'] === name);
  if (found !== undefined) return found;
  const names = quoted(present.map(each => String(each['name'])));
  const has = names === '' ? 'has no containers' : `has ${names}`;
  throw new Error(`container ${name} not found: ${workload.kind} ${has}`);
}

function containers(workload: KubeObject): Fields[] {
  const present: unknown = workload.spec?.['template']?.spec?.containers;
  return Array.isArray(present) ? present : [];
}

/** The workload with its pod spec joined with the patch (`unify`). */
export function withPodSpec(workload: KubeObject, podSpec: unknown): KubeObject {
  return unify(workload, { spec: { template: { spec: podSpec } } }) as KubeObject;
}

/** Merges into labels or annotations of the object and, if it has one, of its pod template; null removes. */
export function withMetadata(
  workload: KubeObject,
  field: 'labels' | 'annotations',
  changes: Readonly<Record<string, string | null>>,
): KubeObject {
  const merged = (metadata: unknown) => {
    const before = isObject(metadata) ? metadata : {};
    const values = isObject(before[field]) ? before[field] : {};
    const entries = Object.entries({ ...values, ...changes });
    return { ...before, [field]: Object.fromEntries(entries.filter(([, value]) => value !== null)) };
  };
  const patched = (object: Fields): Fields => ({ ...object, metadata: merged(object['metadata']) });
  const object = patched(workload) as KubeObject;
  const { spec } = workload;
  if (!isObject(spec)) return object;
  const { template, jobTemplate } = spec;
  const podsOfJobs = (job: Fields): Fields =>
    isObject(job['spec']) && isObject(job['spec']['template'])
      ? { ...job, spec: { ...job['spec'], template: patched(job['spec']['template']) } }
      : job;
  return {
    ...object,
    spec: {
      ...spec,
      ...(isObject(template) && { template: patched(template) }),
      ...(field === 'annotations' &&
        isObject(jobTemplate) && { jobTemplate: podsOfJobs(patched(jobTemplate)) }),
    },
  };
}
