import { equal } from '../json.ts';
import type { KindInfo } from '../kinds.ts';
import { matches, selectorOf } from '../label-selector.ts';
import type { Fields, KubeObject } from '../objects.ts';
import {
  annotationsAt,
  Faults,
  isDnsLabel,
  isDnsSubdomain,
  isServiceName,
  labelRule,
  labelsAt,
  portAt,
  protocols,
  serviceNameRule,
  subdomainRule,
} from './faults.ts';
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
    const core = info.apiVersion === 'v1' ? info.kind : '';
    const [isName, rule]: [(name: string) => boolean, string] =
      core === 'Namespace'
        ? [isDnsLabel, labelRule]
        : core === 'Service'
          ? [isServiceName, serviceNameRule]
          : [isDnsSubdomain, subdomainRule];
    if (!isName(name)) faults.invalid('metadata.name', name, rule);
  }
  if (labels !== current?.metadata.labels) labelsAt(faults, 'metadata.labels', labels);
  annotationsAt(faults, 'metadata.annotations', annotations);
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
  const { minReadySeconds = 0, progressDeadlineSeconds, revisionHistoryLimit } = spec;
  faults.negative('spec.revisionHistoryLimit', revisionHistoryLimit);
  if (progressDeadlineSeconds <= minReadySeconds) {
    const why = 'must be greater than minReadySeconds';
    faults.invalid('spec.progressDeadlineSeconds', progressDeadlineSeconds, why);
  }
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
    faults.unsupported('spec.strategy.type', type, ['Recreate', 'RollingUpdate']);
    return;
  }
  const { maxSurge, maxUnavailable } = rollingUpdate ?? {};
  for (const [field, value] of Object.entries({ maxSurge, maxUnavailable })) {
    const valid =
      typeof value === 'number' ? Number.isInteger(value) && value >= 0 : /^\d+%$/.test(String(value));
    if (!valid)
      faults.invalid(`spec.strategy.rollingUpdate.${field}`, value, 'must be a whole number or a percentage');
  }
  if (typeof maxUnavailable === 'string' && Number.parseInt(maxUnavailable, 10) > 100) {
    faults.invalid(
      'spec.strategy.rollingUpdate.maxUnavailable',
      maxUnavailable,
      'must not be greater than 100%',
    );
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
  faults.negative('spec.replicas', replicas);
  faults.negative('spec.minReadySeconds', spec['minReadySeconds']);
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

const serviceTypes = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const affinities = ['ClientIP', 'None'];

function service(faults: Faults, spec: Fields, _object: KubeObject, current: KubeObject | undefined): void {
  const ports: readonly Fields[] = spec['ports'] ?? [];
  labelsAt(faults, 'spec.selector', spec['selector']);
  if (!serviceTypes.includes(spec['type'])) faults.unsupported('spec.type', spec['type'], serviceTypes);
  if (!affinities.includes(spec['sessionAffinity'])) {
    faults.unsupported('spec.sessionAffinity', spec['sessionAffinity'], affinities);
  }
  if (spec['type'] === 'ExternalName') {
    if (!spec['externalName']) faults.required('spec.externalName');
    return;
  }
  if (ports.length === 0 && spec['clusterIP'] !== 'None') faults.required('spec.ports');
  const seen = new Set<string>();
  for (const [index, { name, nodePort, port, protocol, targetPort }] of ports.entries()) {
    const at = `spec.ports[${index}]`;
    if (name) {
      if (!isDnsLabel(name)) faults.invalid(`${at}.name`, name, labelRule);
      if (seen.has(name)) faults.duplicate(`${at}.name`, name);
      seen.add(name);
    } else if (ports.length > 1) faults.required(`${at}.name`);
    if (typeof port === 'string') faults.invalid(`${at}.port`, port, 'must be a number');
    else portAt(faults, `${at}.port`, port);
    portAt(faults, `${at}.targetPort`, targetPort ?? port);
    if (!protocols.includes(protocol)) faults.unsupported(`${at}.protocol`, protocol, protocols);
    if (nodePort && spec['type'] === 'ClusterIP') {
      faults.forbidden(`${at}.nodePort`, "may not be used when `type` is 'ClusterIP'");
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
  const { ingressClassName, tls = [] } = spec;
  if (ingressClassName !== undefined && !isDnsSubdomain(ingressClassName)) {
    faults.invalid('spec.ingressClassName', ingressClassName, subdomainRule);
  }
  for (const [index, { hosts = [] }] of (tls as Fields[]).entries()) {
    for (const [number, host] of hosts.entries()) hostAt(faults, `spec.tls[${index}].hosts[${number}]`, host);
  }
  for (const [index, { host, http }] of rules.entries()) {
    // An empty one means all hosts, as an absent one does.
    if (host) hostAt(faults, `spec.rules[${index}].host`, host);
    if (http === undefined) continue;
    if ((http.paths ?? []).length === 0) faults.required(`spec.rules[${index}].http.paths`);
    for (const [number, path] of ((http.paths ?? []) as Fields[]).entries()) {
      ingressPath(faults, `spec.rules[${index}].http.paths[${number}]`, path);
    }
  }
}

function hostAt(faults: Faults, field: string, host: string): void {
  if (/^\d+(\.\d+){3}$/.test(host)) faults.invalid(field, host, 'must be a DNS name, not an IP address');
  else if (!isDnsSubdomain(host.replace(/^\*\./, ''))) faults.invalid(field, host, subdomainRule);
}

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];
const ambiguous = ['//', '/./', '/../', '%2f', '%2F'];

function ingressPath(faults: Faults, at: string, { path, pathType, backend: target }: Fields): void {
  if (pathType === undefined) faults.required(`${at}.pathType`, 'pathType must be specified');
  else if (!pathTypes.includes(pathType)) faults.unsupported(`${at}.pathType`, pathType, pathTypes);
  else if (pathType !== 'ImplementationSpecific') {
    const text = String(path ?? '');
    if (!text.startsWith('/')) faults.invalid(`${at}.path`, text, 'must be an absolute path');
    for (const part of ambiguous) {
      if (text.includes(part)) faults.invalid(`${at}.path`, text, `must not contain '${part}'`);
    }
  }
  if (target === undefined) faults.required(`${at}.backend`);
  else backend(faults, `${at}.backend`, target);
}

function backend(faults: Faults, at: string, target: Fields): void {
  const { resource, service: to } = target;
  if (resource !== undefined) {
    if (to !== undefined) faults.invalid(at, '', 'cannot set both resource and service backends');
    return;
  }
  if (to === undefined) {
    faults.invalid(at, '', 'resource or service backend is required');
    return;
  }
  const { name, port = {} } = to;
  if (!name) faults.required(`${at}.service.name`);
  else if (!isServiceName(name)) faults.invalid(`${at}.service.name`, name, serviceNameRule);
  if (port.name && port.number) faults.invalid(at, '', 'cannot set both port name & port number');
  if (port.name || port.number)
    portAt(faults, `${at}.service.port.${port.name ? 'name' : 'number'}`, port.name || port.number);
  else faults.required(at, 'port name or number is required');
}

function configMap(faults: Faults, _spec: Fields, object: KubeObject, current: KubeObject | undefined): void {
  const binary: Fields = object['binaryData'] ?? {};
  for (const key in { ...object.data, ...binary }) {
    const field = `data[${key}]`;
    if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key))
      faults.invalid(field, key, 'a valid key has only [-._a-zA-Z0-9]');
    if (key === '.' || key.startsWith('..')) faults.invalid(field, key, "must not be '.' or start with '..'");
    if (object.data?.[key] !== undefined && binary[key] !== undefined) {
      faults.invalid(field, key, 'duplicate of key present in binaryData');
    }
  }
  if (current?.['immutable'] !== true) return;
  if (object['immutable'] !== true)
    faults.forbidden('immutable', 'field is immutable when `immutable` is set');
  if (!equal(object.data, current.data))
    faults.forbidden('data', 'field is immutable when `immutable` is set');
}
