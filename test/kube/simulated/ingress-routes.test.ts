import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { routesOf } from '../../../src/kube/simulated/ingress-routes.ts';

const namespace = 'demo';

function service(name: string, ports: object[] = [{ port: 80 }]): KubeObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { ports } };
}

function endpoint(address: string, state: 'ready' | 'starting' | 'terminating' = 'ready') {
  const [ready, terminating] = [state === 'ready', state === 'terminating'];
  return { addresses: [address], conditions: { ready, serving: state !== 'starting', terminating } };
}

function slice(of: string, endpoints: object[], port = 8080, portName = ''): KubeObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${of}-x`, namespace, labels: { 'kubernetes.io/service-name': of } },
    addressType: 'IPv4',
    endpoints,
    ports: [{ name: portName, port }],
  };
}

function ingress(host: string | undefined, paths: Record<string, string>, spec: object = {}): KubeObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web', namespace },
    spec: {
      ...spec,
      rules: [
        {
          ...(host !== undefined && { host }),
          http: {
            paths: Object.entries(paths).map(([path, name]) => ({
              path: path.replace(/^=/, ''),
              pathType: path.startsWith('=') ? 'Exact' : 'Prefix',
              backend: { service: { name, port: { number: 80 } } },
            })),
          },
        },
      ],
    },
  };
}

/** Addresses that a request may go to; `undefined` when no rule is for it. */
function route(ingresses: KubeObject[], host: string, path = '/', slices = defaultSlices) {
  const routes = routesOf(ingresses, [service('a'), service('b'), service('c')], slices);
  return routes.find(host, path)?.upstreams.map(({ address }) => address);
}

const defaultSlices = ['a', 'b', 'c'].map(name => slice(name, [endpoint(name)]));

describe('hosts', () => {
  const rules = [ingress('web.example.com', { '/': 'a' }), ingress('*.example.org', { '/': 'b' })];

  test.each([
    ['web.example.com', ['a']],
    ['WEB.example.com:80', ['a']],
    ['other.example.com', undefined],
    ['any.example.org', ['b']],
    ['too.deep.example.org', undefined],
    ['192.0.2.1', undefined],
  ])('%s', (host, upstreams) => {
    expect(route(rules, host)).toEqual(upstreams);
  });

  test('a rule without a host is for every host', () => {
    const both = [ingress('web.example.com', { '/x': 'a' }), ingress(undefined, { '/': 'b' })];
    expect(route(both, 'web.example.com', '/x')).toEqual(['a']);
    expect(route(both, 'web.example.com', '/y')).toEqual(['b']);
    expect(route(both, 'unknown.example.com', '/x')).toEqual(['b']);
  });

  test('a default backend takes what no rule is for', () => {
    const spec = { defaultBackend: { service: { name: 'c', port: { number: 80 } } } };
    expect(route([ingress('web.example.com', { '/': 'a' }, spec)], 'unknown.example.com')).toEqual(['c']);
  });
});

describe('paths', () => {
  const rules = [ingress('h', { '/app': 'a', '/app/deep': 'b', '=/exact': 'c' })];

  test.each([
    ['/app', ['a']],
    ['/app/', ['a']],
    ['/app/x?y=1', ['a']],
    ['/application', undefined],
    ['/app/deep/er', ['b']],
    ['/exact', ['c']],
    ['/exact?x', ['c']],
    ['/exact/more', undefined],
  ])('%s', (path, upstreams) => {
    expect(route(rules, 'h', path)).toEqual(upstreams);
  });
});

describe('ingress classes', () => {
  test.each([
    ['none', {}, ['a']],
    ['nginx', { ingressClassName: 'nginx' }, ['a']],
    ['another', { ingressClassName: 'alb' }, undefined],
  ])('%s', (_, spec, upstreams) => {
    expect(route([ingress('h', { '/': 'a' }, spec)], 'h')).toEqual(upstreams);
  });
});

describe('endpoints', () => {
  const rules = [ingress('h', { '/': 'a' })];

  test('only ready ones, while there are any', () => {
    const slices = [slice('a', [endpoint('1'), endpoint('2', 'terminating'), endpoint('3', 'starting')])];
    expect(route(rules, 'h', '/', slices)).toEqual(['1']);
  });

  test('terminating ones that still serve, when no other is left', () => {
    const slices = [slice('a', [endpoint('2', 'terminating'), endpoint('3', 'starting')])];
    expect(route(rules, 'h', '/', slices)).toEqual(['2']);
  });

  test('none: the host is known all the same', () => {
    expect(route(rules, 'h', '/', [])).toEqual([]);
  });

  test("the pods' port is that of the Service's port that the ingress names", () => {
    const [web, metrics] = [
      { name: 'web', port: 80 },
      { name: 'metrics', port: 9090 },
    ];
    const slices = [slice('a', [endpoint('1')], 8080, 'web'), slice('a', [endpoint('1')], 9999, 'metrics')];
    const found = routesOf(rules, [service('a', [metrics, web])], slices).find('h', '/');
    expect(found?.upstreams).toEqual([{ address: '1', port: 8080 }]);
  });

  test('a port that the Service does not have leads nowhere', () => {
    const found = routesOf(rules, [service('a', [{ port: 81 }])], defaultSlices).find('h', '/');
    expect(found?.upstreams).toEqual([]);
  });
});
