import type { Fields, KubeObject } from '../objects.ts';

/**
 * The object with what the API adds to a kind of its own where the manifest says nothing (k8s.io/kubernetes
 * pkg/apis: defaults.go of each group, and the DefaultTolerationSeconds admission). What is complete comes back as it
 * is. Left out: service accounts, priorities, and kinds that no drill uses.
 */
export function withDefaults(object: KubeObject): KubeObject {
  switch (`${object.apiVersion}/${object.kind}`) {
    case 'apps/v1/Deployment':
      return change(object, 'spec', deploymentSpec);
    case 'apps/v1/ReplicaSet':
      return change(object, 'spec', spec => change(complete(spec, { replicas: 1 }), 'template', podTemplate));
    case 'apps/v1/StatefulSet':
    case 'apps/v1/DaemonSet':
    case 'batch/v1/Job':
      return change(object, 'spec', spec => change(spec, 'template', podTemplate));
    case 'v1/Pod':
      return change(object, 'spec', pod);
    case 'v1/Service':
      return change(object, 'spec', service);
    case 'v1/Namespace':
      return namespace(object);
    case 'v1/Secret':
      return secret(object);
    default:
      return object;
  }
}

/** The status of an object that nobody has looked at yet. */
export function firstStatus(object: KubeObject): Fields | undefined {
  const status = Object.hasOwn(firstStatuses, object.kind) ? firstStatuses[object.kind] : undefined;
  return status?.apiVersion === object.apiVersion ? status.fields : undefined;
}

const firstStatuses: Record<string, { readonly apiVersion: string; readonly fields: Fields }> = {
  Deployment: { apiVersion: 'apps/v1', fields: {} },
  Ingress: { apiVersion: 'networking.k8s.io/v1', fields: { loadBalancer: {} } },
  Namespace: { apiVersion: 'v1', fields: { phase: 'Active' } },
  Pod: { apiVersion: 'v1', fields: { phase: 'Pending' } },
  ReplicaSet: { apiVersion: 'apps/v1', fields: { replicas: 0 } },
  Service: { apiVersion: 'v1', fields: { loadBalancer: {} } },
};

function deploymentSpec(spec: Fields): Fields {
  const filled = complete(spec, {
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    strategy: rollingUpdate,
  });
  return change(change(filled, 'strategy', strategy), 'template', podTemplate);
}

const rollingUpdate = { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } };

function strategy(given: Fields): Fields {
  const type = given['type'] || rollingUpdate.type;
  if (type !== rollingUpdate.type) return given;
  return change(complete(given, rollingUpdate), 'rollingUpdate', rolling =>
    complete(rolling, rollingUpdate.rollingUpdate),
  );
}

function podTemplate(template: Fields): Fields {
  return change(template, 'spec', podSpec);
}

function pod(spec: Fields): Fields {
  return complete(podSpec(spec), { enableServiceLinks: true, tolerations: outages });
}

/** How long a pod stays bound to a node that is gone. */
const outages = ['not-ready', 'unreachable'].map(condition => ({
  key: `node.kubernetes.io/${condition}`,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 300,
}));

const podDefaults = {
  dnsPolicy: 'ClusterFirst',
  restartPolicy: 'Always',
  schedulerName: 'default-scheduler',
  securityContext: {},
  terminationGracePeriodSeconds: 30,
};

function podSpec(spec: Fields): Fields {
  let result = complete(spec, podDefaults);
  result = changeEach(result, 'containers', container);
  result = changeEach(result, 'initContainers', container);
  return changeEach(result, 'volumes', volume);
}

const containerDefaults = {
  resources: {},
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
};

function container(given: Fields): Fields {
  let result = complete(given, containerDefaults);
  if (!result['imagePullPolicy']) {
    result = complete(result, {
      imagePullPolicy: isLatest(String(given['image'])) ? 'Always' : 'IfNotPresent',
    });
  }
  result = changeEach(result, 'ports', port => complete(port, { protocol: 'TCP' }));
  result = changeEach(result, 'env', variable =>
    change(variable, 'valueFrom', source =>
      change(source, 'fieldRef', field => complete(field, { apiVersion: 'v1' })),
    ),
  );
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe'])
    result = change(result, name, probe);
  return result;
}

/** An image that is named without tag or digest, or by the tag `latest`. */
function isLatest(image: string): boolean {
  if (image.includes('@')) return false;
  const tag = /:([^:/]*)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest';
}

function probe(given: Fields): Fields {
  const filled = complete(withoutZeros(given), {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  return change(filled, 'httpGet', action => complete(action, { path: '/', scheme: 'HTTP' }));
}

function volume(given: Fields): Fields {
  if (Object.keys(given).length === 1) return complete(given, { emptyDir: {} });
  let result = given;
  for (const source of ['configMap', 'secret', 'downwardAPI', 'projected']) {
    result = change(result, source, files => complete(files, { defaultMode: 0o644 }));
  }
  return result;
}

function service(spec: Fields): Fields {
  const filled = complete(spec, { type: 'ClusterIP', sessionAffinity: 'None' });
  const ports = changeEach(filled, 'ports', port =>
    complete(withoutZeros(port), { protocol: 'TCP', targetPort: port['port'] }),
  );
  if (ports['type'] === 'ExternalName') return ports;
  return complete(ports, {
    internalTrafficPolicy: 'Cluster',
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
  });
}

function namespace(object: KubeObject): KubeObject {
  const label = 'kubernetes.io/metadata.name';
  const { name, labels } = object.metadata;
  if (labels?.[label] === name) return object;
  return { ...object, metadata: { ...object.metadata, labels: { ...labels, [label]: name } } };
}

/** What is written as text is kept as data, under which it is read. */
function secret({ stringData, ...object }: KubeObject): KubeObject {
  const texts = Object.entries((stringData ?? {}) as Record<string, string>);
  const data = texts.map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  const whole =
    data.length === 0 ? object : { ...object, data: { ...object.data, ...Object.fromEntries(data) } };
  return complete(whole, { type: 'Opaque' }) as KubeObject;
}

/** In a probe and in a Service's port, 0 is as good as absent; elsewhere it is a number like any other. */
function withoutZeros(fields: Fields): Fields {
  if (!Object.values(fields).includes(0)) return fields;
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== 0));
}

/** The fields with those of the defaults that they lack or leave empty; the very same when there are none. */
function complete(fields: Fields, defaults: Fields): Fields {
  let result = fields;
  for (const name in defaults) {
    if (fields[name] !== undefined && fields[name] !== '') continue;
    if (result === fields) result = { ...fields };
    result[name] = defaults[name];
  }
  return result;
}

/** The fields with one of them changed, if it is there; the very same when it comes out the same. */
function change<T extends Fields>(fields: T, name: string, how: (field: Fields) => Fields): T {
  const before = fields[name];
  if (before === undefined) return fields;
  const after = how(before);
  return after === before ? fields : { ...fields, [name]: after };
}

function changeEach(fields: Fields, name: string, how: (item: Fields) => Fields): Fields {
  const before: readonly Fields[] | undefined = fields[name];
  if (before === undefined) return fields;
  const after = before.map(how);
  return after.every((item, index) => item === before[index]) ? fields : { ...fields, [name]: after };
}
