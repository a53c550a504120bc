import type { Fields, KubeObject } from '../../objects.ts';
import {
  controllerReference,
  ENDPOINT_SLICE,
  isLeaving,
  isTrue,
  keyOf,
  nodeOf,
  POD,
  refTo,
  SERVICE,
} from '../objects.ts';
import { Controller, type ControllerContext, type Runnable } from './controller.ts';

export const SERVICE_NAME = 'kubernetes.io/service-name';

/** An element of an EndpointSlice's `endpoints`, one for each pod with an address. */
export interface Endpoint {
  readonly addresses: readonly string[];
  readonly conditions: { readonly ready: boolean; readonly serving: boolean; readonly terminating: boolean };
  readonly nodeName?: string;
  readonly targetRef: Fields;
}

/** Service → one EndpointSlice with the pods that it selects. */
export function endpointSliceController(context: ControllerContext): Runnable {
  const { api } = context;

  function reconcile(key: string): void {
    const service = api.get(refTo(SERVICE, key));
    if (service === undefined || isLeaving(service) || service.spec?.['selector'] === undefined) return;
    const namespace = service.metadata.namespace ?? '';
    const selected = api.list(POD, { namespace }).filter(pod => selects(service, pod));
    const content = { endpoints: endpointsOf(selected), ports: portsOf(service, selected) };
    const slice = api.list(ENDPOINT_SLICE, { namespace }).find(present => belongsTo(present, service));
    if (slice === undefined) api.create({ ...emptySlice(service), ...content });
    else api.update({ ...slice, ...content });
  }

  function servicesOf(pod: KubeObject): string[] {
    const services = api.list(SERVICE, { namespace: pod.metadata.namespace ?? '' });
    return services.filter(service => selects(service, pod)).map(keyOf);
  }

  const controller = new Controller(context, 'endpoint-slice', SERVICE, reconcile);
  return controller.watch(POD, servicesOf).watch(ENDPOINT_SLICE, slice => {
    const name = slice.metadata.labels?.[SERVICE_NAME];
    return name === undefined ? [] : [`${slice.metadata.namespace}/${name}`];
  });
}

/** A Service's selector is a plain map; an empty one selects nothing. */
function selects(service: KubeObject, pod: KubeObject): boolean {
  const selector: Record<string, string> = service.spec?.['selector'] ?? {};
  const labels = Object.entries(selector);
  return labels.length > 0 && labels.every(([label, value]) => pod.metadata.labels?.[label] === value);
}

function belongsTo(slice: KubeObject, service: KubeObject): boolean {
  return slice.metadata.labels?.[SERVICE_NAME] === service.metadata.name && !isLeaving(slice);
}

function emptySlice(service: KubeObject): KubeObject {
  const { name, namespace } = service.metadata;
  return {
    ...ENDPOINT_SLICE,
    metadata: {
      name: '',
      generateName: `${name}-`,
      ...(namespace !== undefined && { namespace }),
      labels: {
        [SERVICE_NAME]: name,
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      ownerReferences: [controllerReference(service)],
    },
    addressType: 'IPv4',
  };
}

function endpointsOf(pods: readonly KubeObject[]): Endpoint[] {
  return pods.flatMap(pod => {
    const address: string | undefined = pod.status?.['podIP'];
    const phase = pod.status?.['phase'];
    if (address === undefined || phase === 'Succeeded' || phase === 'Failed') return [];
    const serving = isTrue(pod, 'Ready');
    const terminating = isLeaving(pod);
    const node = nodeOf(pod);
    const { name, namespace, uid } = pod.metadata;
    return {
      addresses: [address],
      conditions: { ready: serving && !terminating, serving, terminating },
      ...(node !== undefined && { nodeName: node }),
      targetRef: { kind: 'Pod', name, namespace, uid },
    };
  });
}

function portsOf(service: KubeObject, pods: readonly KubeObject[]): Fields[] {
  const ports: Fields[] = service.spec?.['ports'] ?? [];
  return ports.flatMap(({ name, port, protocol = 'TCP', targetPort = port }) => {
    const number = typeof targetPort === 'number' ? targetPort : containerPort(pods[0], targetPort);
    return number === undefined ? [] : { name: name ?? '', port: number, protocol };
  });
}

/** The number of a port that the Service names. */
function containerPort(pod: KubeObject | undefined, name: string): number | undefined {
  const containers: Fields[] = pod?.spec?.['containers'] ?? [];
  return containers.flatMap(container => container['ports'] ?? []).find(port => port.name === name)
    ?.containerPort;
}
