import { equal, isObject } from '../json.ts';
import type { Fields } from '../objects.ts';
import { amountOf } from '../quantity.ts';
import {
  annotationsAt,
  type Faults,
  isDnsLabel,
  isDnsSubdomain,
  isPort,
  labelsAt,
  portAt,
  portNameAt,
  portRule,
  protocols,
  subdomainRule,
} from './faults.ts';

/** The template of a Deployment or ReplicaSet. */
export function faultsOfTemplate(faults: Faults, at: string, template: Fields): void {
  labelsAt(faults, `${at}.metadata.labels`, template['metadata']?.labels);
  annotationsAt(faults, `${at}.annotations`, template['metadata']?.annotations);
  const spec: Fields = template['spec'] ?? {};
  if (spec['restartPolicy'] !== undefined && spec['restartPolicy'] !== 'Always') {
    faults.unsupported(`${at}.spec.restartPolicy`, spec['restartPolicy'], ['Always']);
  }
  if (spec['activeDeadlineSeconds'] !== undefined) {
    const why = 'activeDeadlineSeconds in ReplicaSet is not Supported';
    faults.forbidden(`${at}.spec.activeDeadlineSeconds`, why);
  }
  faultsOfPod(faults, `${at}.spec`, spec);
}

export function faultsOfPod(faults: Faults, at: string, spec: Fields): void {
  const { containers = [], initContainers = [], volumes = [], tolerations = [] } = spec;
  const volumeNames = names(faults, `${at}.volumes`, volumes);
  for (const [index, volume] of volumes.entries()) faultsOfVolume(faults, `${at}.volumes[${index}]`, volume);
  if (containers.length === 0) faults.required(`${at}.containers`);
  const seen = names(faults, `${at}.containers`, containers);
  names(faults, `${at}.initContainers`, initContainers, seen);
  for (const [index, container] of containers.entries()) {
    const field = `${at}.containers[${index}]`;
    faultsOfContainer(faults, field, container, volumeNames);
    for (const name of probes) faultsOfProbe(faults, `${field}.${name}`, name, container[name]);
  }
  for (const [index, container] of initContainers.entries()) {
    faultsOfContainer(faults, `${at}.initContainers[${index}]`, container, volumeNames);
  }
  labelsAt(faults, `${at}.nodeSelector`, spec['nodeSelector']);
  oneOf(faults, `${at}.dnsPolicy`, spec['dnsPolicy'], dnsPolicies);
  const account = spec['serviceAccountName'];
  if (account && !isDnsSubdomain(account)) faults.invalid(`${at}.serviceAccountName`, account, subdomainRule);
  for (const [index, toleration] of tolerations.entries()) {
    faultsOfToleration(faults, `${at}.tolerations[${index}]`, toleration);
  }
}

const probes = ['readinessProbe', 'livenessProbe', 'startupProbe'];
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const pullPolicies = ['Always', 'IfNotPresent', 'Never'];

function oneOf(faults: Faults, field: string, value: unknown, supported: readonly string[]): void {
  if (value !== undefined && !supported.includes(String(value))) faults.unsupported(field, value, supported);
}

/** Of a list's elements; each must have one of its own. */
function names(
  faults: Faults,
  at: string,
  list: readonly Fields[],
  others: ReadonlySet<string> = new Set(),
): Set<string> {
  const seen = new Set(others);
  for (const [index, { name }] of list.entries()) {
    const field = `${at}[${index}].name`;
    if (!name) faults.required(field);
    else if (!isDnsLabel(name)) faults.invalid(field, name, 'must be a lowercase RFC 1123 label');
    else if (seen.has(name)) faults.duplicate(field, name);
    seen.add(name);
  }
  return seen;
}

function faultsOfVolume(faults: Faults, at: string, { name: _, ...sources }: Fields): void {
  const [first, second] = Object.keys(sources).filter(field => isObject(sources[field]));
  if (second !== undefined) {
    faults.forbidden(`${at}.${second}`, 'may not specify more than 1 volume type');
  }
  const { configMap, secret } = sources;
  if (configMap !== undefined && !configMap.name) faults.required(`${at}.configMap.name`);
  if (secret !== undefined && !secret.secretName) faults.required(`${at}.secret.secretName`);
  const items: Fields[] = (configMap ?? secret)?.items ?? [];
  for (const [index, { key, path }] of items.entries()) {
    const field = `${at}.${first}.items[${index}]`;
    if (!key) faults.required(`${field}.key`);
    if (!path) faults.required(`${field}.path`);
    else relative(faults, `${field}.path`, path);
  }
}

function relative(faults: Faults, field: string, path: string): void {
  if (path.startsWith('/')) faults.invalid(field, path, 'must be a relative path');
  if (path.split('/').includes('..')) faults.invalid(field, path, "must not contain '..'");
}

function faultsOfContainer(
  faults: Faults,
  at: string,
  container: Fields,
  volumes: ReadonlySet<string>,
): void {
  const { image, env = [], lifecycle = {}, ports = [], resources = {}, volumeMounts = [] } = container;
  if (!image) faults.required(`${at}.image`);
  oneOf(faults, `${at}.imagePullPolicy`, container['imagePullPolicy'], pullPolicies);
  for (const [index, variable] of env.entries()) faultsOfVariable(faults, `${at}.env[${index}]`, variable);
  faultsOfPorts(faults, `${at}.ports`, ports);
  faultsOfResources(faults, `${at}.resources`, resources);
  for (const name of ['postStart', 'preStop']) {
    if (lifecycle[name] !== undefined) oneHandler(faults, `${at}.lifecycle.${name}`, lifecycle[name]);
  }
  const paths = new Set<string>();
  for (const [index, { name, mountPath, subPath = '' }] of (volumeMounts as Fields[]).entries()) {
    const field = `${at}.volumeMounts[${index}]`;
    if (!volumes.has(name)) faults.notFound(`${field}.name`, name);
    if (!mountPath) faults.required(`${field}.mountPath`);
    else if (paths.has(mountPath)) faults.invalid(`${field}.mountPath`, mountPath, 'must be unique');
    paths.add(mountPath);
    relative(faults, `${at}.volumeMounts.subPath`, subPath);
  }
}

const sources = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef'];

function faultsOfVariable(faults: Faults, at: string, { name, value, valueFrom }: Fields): void {
  if (!name) faults.required(`${at}.name`);
  if (valueFrom === undefined) return;
  if (value) faults.invalid(`${at}.valueFrom`, '', 'may not be specified when `value` is not empty');
  const named = sources.filter(source => valueFrom[source] !== undefined);
  if (named.length > 1)
    faults.invalid(`${at}.valueFrom`, '', 'may not have more than one field specified at a time');
  if (named.length === 0) faults.invalid(`${at}.valueFrom`, '', `must specify one of: ${sources.join(', ')}`);
  for (const source of ['configMapKeyRef', 'secretKeyRef']) {
    if (valueFrom[source] === undefined) continue;
    for (const field of ['name', 'key']) {
      if (!valueFrom[source][field]) faults.required(`${at}.valueFrom.${source}.${field}`);
    }
  }
}

function faultsOfPorts(faults: Faults, at: string, ports: readonly Fields[]): void {
  const seen = new Set<string>();
  for (const [index, { containerPort, name, protocol }] of ports.entries()) {
    const field = `${at}[${index}]`;
    if (!isPort(containerPort)) faults.invalid(`${field}.containerPort`, containerPort, portRule);
    oneOf(faults, `${field}.protocol`, protocol, protocols);
    if (!name) continue;
    portNameAt(faults, `${field}.name`, name);
    if (seen.has(name)) faults.duplicate(`${field}.name`, name);
    seen.add(name);
  }
}

function faultsOfResources(faults: Faults, at: string, { requests = {}, limits = {} }: Fields): void {
  for (const [field, amounts] of Object.entries({ limits, requests })) {
    for (const name in amounts) {
      if (amountOf(amounts[name]) < 0)
        faults.invalid(`${at}.${field}[${name}]`, amounts[name], 'must be greater than or equal to 0');
    }
  }
  for (const name in requests) {
    if (limits[name] === undefined || amountOf(requests[name]) <= amountOf(limits[name])) continue;
    const why = `must be less than or equal to ${name} limit of ${limits[name]}`;
    faults.invalid(`${at}.requests`, requests[name], why);
  }
}

const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'];

/** Exactly one way to ask a container something, or to tell it. */
function oneHandler(faults: Faults, at: string, given: Fields): void {
  const [first, second] = handlers.filter(handler => given[handler] !== undefined);
  if (first === undefined) faults.required(at, 'must specify a handler type');
  if (second !== undefined) faults.forbidden(`${at}.${second}`, 'may not specify more than 1 handler type');
  const { exec, httpGet, tcpSocket } = given;
  if (exec !== undefined && (exec.command ?? []).length === 0) faults.required(`${at}.exec.command`);
  if (httpGet !== undefined) {
    portAt(faults, `${at}.httpGet.port`, httpGet.port);
    oneOf(faults, `${at}.httpGet.scheme`, httpGet.scheme, ['HTTP', 'HTTPS']);
  }
  if (tcpSocket !== undefined) portAt(faults, `${at}.tcpSocket.port`, tcpSocket.port);
}

const spans = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
];

function faultsOfProbe(faults: Faults, at: string, name: string, probe: Fields | undefined): void {
  if (probe === undefined) return;
  oneHandler(faults, at, probe);
  for (const span of spans) faults.negative(`${at}.${span}`, probe[span]);
  if (name !== 'readinessProbe' && probe['successThreshold'] > 1) {
    faults.invalid(`${at}.successThreshold`, probe['successThreshold'], 'must be 1');
  }
}

function faultsOfToleration(faults: Faults, at: string, toleration: Fields): void {
  const { key, operator = 'Equal', value, effect, tolerationSeconds } = toleration;
  oneOf(faults, `${at}.operator`, operator, ['Equal', 'Exists']);
  oneOf(faults, `${at}.effect`, effect || undefined, ['NoSchedule', 'PreferNoSchedule', 'NoExecute']);
  if (!key && operator !== 'Exists')
    faults.invalid(`${at}.operator`, operator, 'operator must be Exists when `key` is empty');
  if (operator === 'Exists' && value)
    faults.invalid(`${at}.operator`, value, "value must be empty when `operator` is 'Exists'");
  if (tolerationSeconds !== undefined && effect !== 'NoExecute')
    faults.invalid(
      `${at}.effect`,
      effect ?? '',
      "effect must be 'NoExecute' when `tolerationSeconds` is set",
    );
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
