import { equal } from '../json.ts';
import type { KindInfo } from '../kinds.ts';
import { isLabelKey, matches, selectorOf } from '../label-selector.ts';
import type { Fields, KubeObject } from '../objects.ts';
import { Faults, isDnsLabel, isDnsSubdomain, isPort, labelRule, labelsAt, subdomainRule } from './faults.ts';
import { faultsOfPod, faultsOfPodChange, faultsOfTemplate } from './validation-pods.ts';

/** What is wrong with an object, each as `field: what`; empty when nothing is. `current` is what it would replace. */
export function faultsOf(
  info: KindInfo,
  object: KubeObject,
  current: KubeObject | undefined,
): readonly string[] {
  const faults = new Faults();
  metadata(faults, info, object, current);
  if (info.custom) return faults.list;
  const check = Object.hasOwn(checks, info.kind) ? checks[info.kind] : undefined;
  check?.(faults, object.spec ?? {}, object, current);
  return faults.list;
}

type Check = (faults: Faults, spec: Fields, object: KubeObject, current: KubeObject | undefined) => void;

const checks: Readonly<Record<string, Check>> = {
  ConfigMap: configMap,
  Deployment: deployment,
  Ingress: ingress,
  Pod: (faults, spec, _object, current) =>
    current === undefined
      ? faultsOfPod(faults, 'spec', spec)
      : faultsOfPodChange(faults, spec, current.spec ?? {}),
  ReplicaSet: replicated,
  Secret: configMap,
  Service: service,
};

function metadata(faults: Faults, info: KindInfo, object: KubeObject, current: KubeObject | undefined): void {
  const { name, labels, annotations, finalizers = [], ownerReferences = [] } = object.metadata;
  if (current === undefined) {
    const asLabel = info.apiVersion === 'v1' && (info.kind === 'Namespace' || info.kind === 'Service');
    if (asLabel && !isDnsLabel(name)) faults.invalid('metadata.name', name, labelRule);
    if (!asLabel && !isDnsSubdomain(name)) faults.invalid('metadata.name', name, subdomainRule);
  }
  if (labels !== current?.metadata.labels) labelsAt(faults, 'metadata.labels', labels);
  for (const key in annotations) {
    if (!isLabelKey(key.toLowerCase())) faults.invalid('metadata.annotations', key, 'not a qualified name');
  }
  for (const owner of ownerReferences) {
    for (const field of ['apiVersion', 'kind', 'name', 'uid'] as const) {
      if (!owner[field]) faults.required(`metadata.ownerReferences.${field}`);
    }
  }
  if (ownerReferences.filter(owner => owner.controller === true).length > 1) {
    faults.invalid(
      'metadata.ownerReferences',
      ownerReferences,
      'Only one reference can have Controller set to true',
    );
  }
  if (current?.metadata.deletionTimestamp !== undefined) {
    const before = current.metadata.finalizers ?? [];
    const added = finalizers.filter(finalizer => !before.includes(finalizer));
    if (added.length > 0) {
      const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${added.join(', ')}`;
      faults.forbidden('metadata.finalizers', why);
    }
  }
}

function deployment(faults: Faults, spec: Fields, object: KubeObject, current: KubeObject | undefined): void {
  replicated(faults, spec, object, current);
  const { type, rollingUpdate } = spec['strategy'] ?? {};
  if (type === 'Recreate') {
    if (rollingUpdate === undefined) return;
    faults.forbidden(
      'spec.strategy.rollingUpdate',
      "may not be specified when strategy `type` is 'Recreate'",
    );
    return;
  }
  if (type !== 'RollingUpdate') {
    faults.invalid('spec.strategy.type', type, 'must be Recreate or RollingUpdate');
    return;
  }
  const { maxSurge, maxUnavailable } = rollingUpdate ?? {};
  for (const [field, value] of Object.entries({ maxSurge, maxUnavailable })) {
    const valid =
      typeof value === 'number' ? Number.isInteger(value) && value >= 0 : /^\d+%$/.test(String(value));
    if (!valid)
      faults.invalid(`spec.strategy.rollingUpdate.${field}`, value, 'must be a whole number or a percentage');
  }
  if (Number.parseInt(maxSurge, 10) === 0 && Number.parseInt(maxUnavailable, 10) === 0) {
    const why = 'may not be 0 when `maxSurge` is 0';
    faults.invalid('spec.strategy.rollingUpdate.maxUnavailable', maxUnavailable, why);
  }
}

/** Deployments and ReplicaSets: replicas, selector, template. */
function replicated(
  faults: Faults,
  spec: Fields,
  _object: KubeObject,
  current: KubeObject | undefined,
): void {
  const { replicas, selector, template } = spec;
  if (replicas < 0) faults.invalid('spec.replicas', replicas, 'must be greater than or equal to 0');
  if (current !== undefined && !equal(selector, current.spec?.['selector'])) {
    faults.invalid('spec.selector', selector, 'field is immutable');
  }
  if (selector === undefined) {
    faults.required('spec.selector');
  } else if (
    Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length ===
    0
  ) {
    faults.invalid(
      'spec.selector',
      selector,
      `empty selector is invalid for ${current?.kind ?? 'this kind'}`,
    );
  }
  if (template === undefined) {
    faults.required('spec.template');
    return;
  }
  const labels = template.metadata?.labels;
  if (selector !== undefined && !matches(selectorOf(selector), labels)) {
    faults.invalid(
      'spec.template.metadata.labels',
      labels ?? {},
      '`selector` does not match template `labels`',
    );
  }
  if (!equal(template, current?.spec?.['template'])) faultsOfTemplate(faults, 'spec.template', template);
}

function service(faults: Faults, spec: Fields, _object: KubeObject, current: KubeObject | undefined): void {
  const ports: readonly Fields[] = spec['ports'] ?? [];
  labelsAt(faults, 'spec.selector', spec['selector']);
  if (spec['type'] === 'ExternalName') return;
  if (ports.length === 0 && spec['clusterIP'] !== 'None') faults.required('spec.ports');
  const seen = new Set<string>();
  for (const [index, { name, port, protocol, targetPort }] of ports.entries()) {
    const at = `spec.ports[${index}]`;
    if (ports.length > 1 && name === undefined) faults.required(`${at}.name`);
    if (!isPort(port)) faults.invalid(`${at}.port`, port, 'must be between 1 and 65535, inclusive');
    if (typeof targetPort === 'number' && !isPort(targetPort)) {
      faults.invalid(`${at}.targetPort`, targetPort, 'must be between 1 and 65535, inclusive');
    }
    const key = `${protocol}/${port}`;
    if (seen.has(key)) faults.duplicate(at, key);
    seen.add(key);
  }
  const before = current?.spec?.['clusterIP'];
  if (before !== undefined && before !== spec['clusterIP']) {
    faults.invalid('spec.clusterIPs[0]', spec['clusterIP'], 'may not change once set');
  }
}

function ingress(faults: Faults, spec: Fields): void {
  const rules: readonly Fields[] = spec['rules'] ?? [];
  if (spec['defaultBackend'] !== undefined) backend(faults, 'spec.defaultBackend', spec['defaultBackend']);
  else if (rules.length === 0)
    faults.invalid('spec', spec, 'either `defaultBackend` or `rules` must be specified');
  for (const [index, { host, http }] of rules.entries()) {
    if (host !== undefined && !isDnsSubdomain(host.replace(/^\*\./, ''))) {
      faults.invalid(`spec.rules[${index}].host`, host, subdomainRule);
    }
    if (http === undefined) continue;
    if ((http.paths ?? []).length === 0) faults.required(`spec.rules[${index}].http.paths`);
    for (const [number, path] of ((http.paths ?? []) as Fields[]).entries()) {
      ingressPath(faults, `spec.rules[${index}].http.paths[${number}]`, path);
    }
  }
}

const pathTypes = ['Exact', 'Prefix', 'ImplementationSpecific'];

function ingressPath(faults: Faults, at: string, { path, pathType, backend: target }: Fields): void {
  if (pathType === undefined) faults.required(`${at}.pathType`, 'pathType must be specified');
  else if (!pathTypes.includes(pathType))
    faults.invalid(`${at}.pathType`, pathType, `must be ${pathTypes.join(', ')}`);
  else if (pathType !== 'ImplementationSpecific' && !String(path ?? '').startsWith('/')) {
    faults.invalid(`${at}.path`, path ?? '', 'must be an absolute path');
  }
  if (target === undefined) faults.required(`${at}.backend`);
  else backend(faults, `${at}.backend`, target);
}

function backend(faults: Faults, at: string, target: Fields): void {
  if (target['resource'] !== undefined) return;
  const { name, port } = target['service'] ?? {};
  if (!name) faults.required(`${at}.service.name`);
  if (port?.name === undefined && port?.number === undefined) {
    faults.required(`${at}.service.port`, 'port name or number is required');
  }
}

function configMap(faults: Faults, _spec: Fields, object: KubeObject, current: KubeObject | undefined): void {
  for (const key in object.data) {
    if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key))
      faults.invalid(`data[${key}]`, key, 'a valid key has only [-._a-zA-Z0-9]');
  }
  if (current?.['immutable'] !== true) return;
  if (object['immutable'] !== true)
    faults.forbidden('immutable', 'field is immutable when `immutable` is set');
  if (!equal(object.data, current.data))
    faults.forbidden('data', 'field is immutable when `immutable` is set');
}
