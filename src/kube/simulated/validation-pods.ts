import { equal } from '../json.ts';
import type { Fields } from '../objects.ts';
import { type Faults, isDnsLabel, isPort, labelsAt } from './faults.ts';

/** The template of a Deployment or ReplicaSet. */
export function faultsOfTemplate(faults: Faults, at: string, template: Fields): void {
  labelsAt(faults, `${at}.metadata.labels`, template['metadata']?.labels);
  const spec: Fields = template['spec'] ?? {};
  if (spec['restartPolicy'] !== undefined && spec['restartPolicy'] !== 'Always') {
    faults.invalid(`${at}.spec.restartPolicy`, spec['restartPolicy'], 'must be Always');
  }
  faultsOfPod(faults, `${at}.spec`, spec);
}

export function faultsOfPod(faults: Faults, at: string, spec: Fields): void {
  const volumes = names(faults, `${at}.volumes`, spec['volumes']);
  const containers: readonly Fields[] = spec['containers'] ?? [];
  if (containers.length === 0) faults.required(`${at}.containers`);
  names(faults, `${at}.containers`, containers);
  for (const [index, container] of containers.entries()) {
    faultsOfContainer(faults, `${at}.containers[${index}]`, container, volumes);
  }
}

/** Of a list's elements; each must have one of its own. */
function names(faults: Faults, at: string, list: readonly Fields[] = []): Set<string> {
  const seen = new Set<string>();
  for (const [index, { name }] of list.entries()) {
    const field = `${at}[${index}].name`;
    if (!name) faults.required(field);
    else if (!isDnsLabel(name)) faults.invalid(field, name, 'must be a lowercase RFC 1123 label');
    else if (seen.has(name)) faults.duplicate(field, name);
    seen.add(name);
  }
  return seen;
}

function faultsOfContainer(faults: Faults, at: string, container: Fields, volumes: Set<string>): void {
  if (!container['image']) faults.required(`${at}.image`);
  for (const [index, { name }] of ((container['env'] ?? []) as Fields[]).entries()) {
    if (!name) faults.required(`${at}.env[${index}].name`);
  }
  for (const [index, { containerPort }] of ((container['ports'] ?? []) as Fields[]).entries()) {
    if (!isPort(containerPort)) {
      faults.invalid(
        `${at}.ports[${index}].containerPort`,
        containerPort,
        'must be between 1 and 65535, inclusive',
      );
    }
  }
  const paths = new Set<string>();
  for (const [index, { name, mountPath }] of ((container['volumeMounts'] ?? []) as Fields[]).entries()) {
    const field = `${at}.volumeMounts[${index}]`;
    if (!volumes.has(name)) faults.notFound(`${field}.name`, name);
    if (!mountPath) faults.required(`${field}.mountPath`);
    else if (paths.has(mountPath)) faults.invalid(`${field}.mountPath`, mountPath, 'must be unique');
    paths.add(mountPath);
  }
}

/** Of a pod, only its node (once), its images, its deadline and its tolerations may change. */
export function faultsOfPodChange(faults: Faults, spec: Fields, before: Fields): void {
  if (equal(spec, before) || equal(lasting(spec, before), lasting(before, before))) return;
  faults.forbidden(
    'spec',
    'pod updates may not change fields other than `spec.containers[*].image`, `spec.initContainers[*].image`, ' +
      '`spec.activeDeadlineSeconds`, `spec.tolerations` (only additions to existing tolerations)',
  );
}

function lasting(spec: Fields, before: Fields): Fields {
  const { activeDeadlineSeconds, tolerations, nodeName, ...rest } = spec;
  const withoutImage = ({ image, ...container }: Fields) => container;
  return {
    ...rest,
    nodeName: before['nodeName'] ? nodeName : undefined,
    containers: (rest['containers'] ?? []).map(withoutImage),
    initContainers: (rest['initContainers'] ?? []).map(withoutImage),
  };
}
