import { expect } from 'vitest';
import type { ApiReason } from '../../../src/kube/client.ts';
import type { Fields, KubeObject, ObjectMeta, OwnerReference } from '../../../src/kube/objects.ts';
import { ApiServer } from '../../../src/kube/simulated/api-server.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';

export const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };
export const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment' };
export const POD = { apiVersion: 'v1', kind: 'Pod' };
export const SERVICE = { apiVersion: 'v1', kind: 'Service' };
export const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' };
export const APPLICATION = { apiVersion: 'core.oam.dev/v1beta1', kind: 'Application' };

/** A server with the namespace `demo`, whose objects nobody can change behind its back. */
export function serverAt(clock: VirtualClock): ApiServer {
  const api = new ApiServer(clock, 'cluster1-beijing', { freeze: true });
  api.create({ ...NAMESPACE, metadata: { name: 'demo' } });
  return api;
}

export function server(): ApiServer {
  return serverAt(new VirtualClock());
}

type Meta = Partial<ObjectMeta>;

export function configMap(name: string, data: Record<string, string> = {}, metadata: Meta = {}): KubeObject {
  return { ...CONFIG_MAP, metadata: { namespace: 'demo', ...metadata, name }, data };
}

export function application(
  name: string,
  spec: Fields = { components: [] },
  metadata: Meta = {},
): KubeObject {
  return { ...APPLICATION, metadata: { namespace: 'demo', ...metadata, name }, spec };
}

export function deployment(name = 'web-demo', spec: Fields = {}): KubeObject {
  const labels = { app: name };
  return {
    ...DEPLOYMENT,
    metadata: { namespace: 'demo', name, labels },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name, image: 'web-demo:0.4.0' }] } },
      ...spec,
    },
  };
}

export function pod(name: string, spec: Fields = {}, metadata: Meta = {}): KubeObject {
  const containers = [{ name: 'web-demo', image: 'web-demo:0.4.0' }];
  return { ...POD, metadata: { namespace: 'demo', ...metadata, name }, spec: { containers, ...spec } };
}

export function owner(object: KubeObject, more: Partial<OwnerReference> = {}): OwnerReference {
  const { apiVersion, kind, metadata } = object;
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', ...more };
}

/** Expects the call to fail for this reason, with these words in its message. */
export function expectError(call: () => unknown, reason: ApiReason, message: string | RegExp = ''): void {
  expect(call).toThrow(expect.objectContaining({ reason }));
  expect(call).toThrow(message);
}
