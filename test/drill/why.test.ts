import { expect, test } from 'vitest';
import { whyUnanswered } from '../../src/drill/why.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { KubeObject } from '../../src/kube/objects.ts';

const application = { namespace: 'shop', name: 'shop' };
const holding = (...items: KubeObject[]) =>
  ({ list: async () => ({ items, resourceVersion: '1' }) }) as unknown as KubeClient;
const deployment = (name: string, ready: number, application = 'shop'): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name,
    namespace: 'shop',
    labels: { 'app.oam.dev/name': application, 'app.oam.dev/namespace': 'shop' },
  },
  spec: { replicas: 2 },
  status: { readyReplicas: ready },
});

test('why a centre does not answer is what its ingress says, or what its API shows of the application', async () => {
  expect(await whyUnanswered('404', holding(), application)).toMatch(/that no Ingress is for/);
  expect(await whyUnanswered('503', holding(deployment('other', 2, 'other')), application)).toBe(
    'the application has no Deployment there',
  );
  const both = holding(deployment('web', 0), deployment('other', 2, 'other'), deployment('job', 2));
  expect(await whyUnanswered('503', both, application)).toBe(
    'Deployment shop/web has 0 of 2 pods ready and Deployment shop/job has 2 of 2 pods ready',
  );
});
