import { describe, expect, test } from 'vitest';
import type { Fields, KubeObject } from '../../../src/kube/objects.ts';
import { configMap, deployment, expectError, NAMESPACE, pod, SERVICE, server } from './server.ts';

describe('defaults', () => {
  test('of a Deployment', () => {
    const image = 'registry.example.com:5000/web-demo:0.4.0';
    const mounted = {
      replicas: undefined,
      template: {
        metadata: { labels: { app: 'web-demo' } },
        spec: {
          containers: [
            {
              name: 'web-demo',
              image,
              ports: [{ containerPort: 8080 }],
              readinessProbe: { httpGet: { port: 8080 } },
            },
          ],
          volumes: [{ name: 'config', configMap: { name: 'web-demo' } }, { name: 'scratch' }],
        },
      },
    };
    const { spec } = server().create(deployment('web-demo', mounted));
    expect(spec).toEqual({
      replicas: 1,
      selector: { matchLabels: { app: 'web-demo' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      template: {
        metadata: { labels: { app: 'web-demo' } },
        spec: {
          dnsPolicy: 'ClusterFirst',
          restartPolicy: 'Always',
          schedulerName: 'default-scheduler',
          securityContext: {},
          terminationGracePeriodSeconds: 30,
          containers: [
            {
              name: 'web-demo',
              image,
              imagePullPolicy: 'IfNotPresent',
              resources: {},
              terminationMessagePath: '/dev/termination-log',
              terminationMessagePolicy: 'File',
              ports: [{ containerPort: 8080, protocol: 'TCP' }],
              readinessProbe: {
                httpGet: { path: '/', port: 8080, scheme: 'HTTP' },
                timeoutSeconds: 1,
                periodSeconds: 10,
                successThreshold: 1,
                failureThreshold: 3,
              },
            },
          ],
          volumes: [
            { name: 'config', configMap: { name: 'web-demo', defaultMode: 420 } },
            { name: 'scratch', emptyDir: {} },
          ],
        },
      },
    });
  });

  test.each([
    ['web-demo', 'Always'],
    ['web-demo:latest', 'Always'],
    ['localhost:5000/web-demo', 'Always'],
    ['web-demo:0.4.0', 'IfNotPresent'],
    ['web-demo@sha256:0123', 'IfNotPresent'],
  ])('the image %s is pulled %s', (image, policy) => {
    const { spec } = server().create(pod('p', { containers: [{ name: 'c', image }] }));
    expect(spec?.['containers'][0].imagePullPolicy).toBe(policy);
  });

  test('keep what the manifest says, also of a part', () => {
    const strategy = { rollingUpdate: { maxSurge: 2 } };
    expect(server().create(deployment('d', { strategy })).spec?.['strategy']).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: 2, maxUnavailable: '25%' },
    });
    expect(server().create(deployment('d', { strategy: { type: 'Recreate' } })).spec?.['strategy']).toEqual({
      type: 'Recreate',
    });
  });

  test('take null for absent', () => {
    const object = deployment('d', { replicas: null, strategy: null });
    const created = server().create({
      ...object,
      status: {},
      metadata: { ...object.metadata, annotations: null as never },
    });
    expect(created.spec).toMatchObject({ replicas: 1, strategy: { type: 'RollingUpdate' } });
    expect(created.metadata).not.toHaveProperty('annotations');
  });

  test('of a Service, whose cluster address is its own and stays', () => {
    const api = server();
    const service = (name: string, port: number) => ({
      ...SERVICE,
      metadata: { namespace: 'demo', name },
      spec: { selector: { app: name }, ports: [{ port }] },
    });
    const created = api.create(service('a', 80));
    expect(created.spec).toMatchObject({
      type: 'ClusterIP',
      sessionAffinity: 'None',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    });
    const addresses = [created, api.create(service('b', 80)), api.update(service('a', 81))].map(
      ({ spec }) => spec?.['clusterIP'],
    );
    expect(addresses).toEqual(['10.96.0.2', '10.96.0.3', '10.96.0.2']);
  });

  test('of a Namespace, whose finalizer no update takes away', () => {
    const api = server();
    const namespace = { ...NAMESPACE, metadata: { name: 'x' } };
    const created = api.create(namespace);
    expect(created).toMatchObject({
      metadata: { labels: { 'kubernetes.io/metadata.name': 'x' } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
    expect(api.update(namespace)).toBe(created);
  });

  test('what is complete is stored as it is', () => {
    const api = server();
    const first = api.create(deployment('a')).spec?.['template'];
    const second = api.create(deployment('a2', { selector: { matchLabels: { app: 'a' } }, template: first }));
    expect(second.spec?.['template']).toBe(first);
  });
});

describe('validation', () => {
  const container = { name: 'c', image: 'i:1' };
  const ports = (...list: Fields[]): KubeObject => ({
    ...SERVICE,
    metadata: { namespace: 'demo', name: 's' },
    spec: { ports: list },
  });
  const ingress = (path: Fields): KubeObject => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { namespace: 'demo', name: 'i' },
    spec: { rules: [{ host: 'web-demo.example.com', http: { paths: [path] } }] },
  });
  const backend = { service: { name: 's', port: { number: 80 } } };

  test.each<[string, KubeObject, string]>([
    [
      'a name with capitals',
      configMap('Web'),
      'metadata.name: Invalid value: "Web": a lowercase RFC 1123 subdomain',
    ],
    [
      'a namespace with a dot',
      { ...NAMESPACE, metadata: { name: 'a.b' } },
      'metadata.name: Invalid value: "a.b": a lowercase RFC 1123 label',
    ],
    [
      'a label that is none',
      configMap('a', {}, { labels: { app: 'a b' } }),
      'metadata.labels: Invalid value: "a b"',
    ],
    [
      'an owner without uid',
      configMap('a', {}, { ownerReferences: [{} as never] }),
      'ownerReferences.uid: Required',
    ],
    ['less than no replicas', deployment('d', { replicas: -1 }), 'spec.replicas: Invalid value: -1'],
    ['no selector', deployment('d', { selector: undefined }), 'spec.selector: Required value'],
    ['no template', deployment('d', { template: undefined }), 'spec.template: Required value'],
    [
      'an unknown strategy',
      deployment('d', { strategy: { type: 'BlueGreen' } }),
      'spec.strategy.type: Unsupported value: "BlueGreen": supported values: "Recreate", "RollingUpdate"',
    ],
    [
      'a rolling update that may neither add nor take',
      deployment('d', { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } }),
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0',
    ],
    ['a pod without containers', pod('p', { containers: [] }), 'spec.containers: Required value'],
    [
      'a container without image',
      pod('p', { containers: [{ name: 'c' }] }),
      'spec.containers[0].image: Required value',
    ],
    [
      'containers of one name',
      pod('p', { containers: [container, container] }),
      'spec.containers[1].name: Duplicate value: "c"',
    ],
    [
      'a mount without volume',
      pod('p', { containers: [{ ...container, volumeMounts: [{ name: 'v', mountPath: '/v' }] }] }),
      'spec.containers[0].volumeMounts[0].name: Not found: "v"',
    ],
    ['a service without ports', ports(), 'spec.ports: Required value'],
    ['ports without names', ports({ port: 80 }, { port: 81 }), 'spec.ports[1].name: Required value'],
    [
      'a port that is none',
      ports({ port: 0 }),
      'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535',
    ],
    [
      'a path without type',
      ingress({ path: '/', backend }),
      'spec.rules[0].http.paths[0].pathType: Required value',
    ],
    [
      'a path without slash',
      ingress({ path: 'x', pathType: 'Prefix', backend }),
      'spec.rules[0].http.paths[0].path: Invalid value: "x": must be an absolute path',
    ],
    [
      'a path to nowhere',
      ingress({ path: '/', pathType: 'Prefix', backend: {} }),
      'spec.rules[0].http.paths[0].backend: Invalid value: "": resource or service backend is required',
    ],
    ['a key that is no file name', configMap('a', { 'a/b': '' }), 'data[a/b]: Invalid value: "a/b"'],
  ])('refuses %s', (_, object, message) => {
    expectError(() => server().create(object), 'Invalid', message);
  });

  test('tells all that is wrong at once', () => {
    const object = deployment('d', { replicas: -1, selector: undefined });
    expectError(
      () => server().create(object),
      'Invalid',
      /is invalid: \[spec.replicas: .*, spec.selector: .*\]$/,
    );
  });

  test.each<[string, KubeObject, string]>([
    [
      'a variable that YAML read as a number',
      deployment('d', {
        template: {
          spec: {
            containers: [
              {
                ...container,
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: 1 },
                ],
              },
            ],
          },
        },
      }),
      'Deployment in version "apps/v1" cannot be handled as a Deployment: spec.template.spec.containers[0].env[1].value must be a string',
    ],
    ['replicas in quotes', deployment('d', { replicas: '5' }), 'spec.replicas must be a whole number'],
    [
      'a label that YAML read as a truth',
      configMap('a', {}, { labels: { on: true as never } }),
      'metadata.labels must be',
    ],
    ['data that is no text', configMap('a', { port: 80 as never }), 'data must be a map of strings'],
  ])('cannot decode %s', (_, object, message) => {
    expectError(() => server().create(object), 'BadRequest', message);
  });

  test('keeps the selector, the cluster address and immutable data as they are', () => {
    const api = server();
    api.create(deployment('d'));
    const other = { matchLabels: { app: 'e' } };
    const template = { metadata: { labels: { app: 'e' } }, spec: { containers: [container] } };
    expectError(
      () => api.update(deployment('d', { selector: other, template })),
      'Invalid',
      'spec.selector: Invalid value: {"matchLabels":{"app":"e"}}: field is immutable',
    );
    api.create(ports({ port: 80 }));
    const moved = ports({ port: 80 });
    expectError(
      () => api.update({ ...moved, spec: { ...moved.spec, clusterIP: '10.96.9.9' } }),
      'Invalid',
      'may not change once set',
    );
    api.create({ ...configMap('a', { x: '1' }), immutable: true });
    expectError(
      () => api.update({ ...configMap('a', { x: '2' }), immutable: true }),
      'Invalid',
      'data: Forbidden',
    );
  });

  test('lets a pod be bound once, and change its image', () => {
    const api = server();
    const created = api.create(pod('p'));
    const bound = api.update({ ...created, spec: { ...created.spec, nodeName: 'node-1' } });
    expectError(
      () => api.update({ ...bound, spec: { ...bound.spec, nodeName: 'node-2' } }),
      'Invalid',
      'spec: Forbidden: pod updates may not change fields other than',
    );
    const containers = [{ ...bound.spec?.['containers'][0], image: 'web-demo:0.5.0' }];
    const changed = api.update({ ...bound, spec: { ...bound.spec, containers } });
    expect(changed.spec?.['containers'][0].image).toBe('web-demo:0.5.0');
  });
});
