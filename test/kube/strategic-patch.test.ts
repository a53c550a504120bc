import { describe, expect, test } from 'vitest';
import { strategicMergePatch, strategicThreeWay } from '../../src/kube/patch.ts';

const deployment = { apiVersion: 'apps/v1', kind: 'Deployment' };
const service = { apiVersion: 'v1', kind: 'Service' };
const pod = { apiVersion: 'v1', kind: 'Pod' };

/** Patches the containers of a Pod. */
function containers(target: unknown, patch: unknown, directives = {}): unknown {
  const result = strategicMergePatch(
    pod,
    { spec: { containers: target } },
    { spec: { containers: patch, ...directives } },
  ) as { spec: { containers: unknown } };
  return result.spec.containers;
}

const a = { name: 'a', image: 'a:1' };
const b = { name: 'b', image: 'b:1' };
const c = { name: 'c', image: 'c:1' };

describe('strategic merge patch', () => {
  test('merges containers by name and their variables by name', () => {
    const target = [
      {
        ...a,
        env: [
          { name: 'X', value: '1' },
          { name: 'Y', value: '2' },
        ],
      },
      b,
    ];
    const patch = [{ name: 'a', env: [{ name: 'Y', value: '3' }] }];
    expect(containers(target, patch)).toEqual([
      {
        ...a,
        env: [
          { name: 'X', value: '1' },
          { name: 'Y', value: '3' },
        ],
      },
      b,
    ]);
  });

  test('replaces lists that have no merge key', () => {
    expect(containers([{ ...a, args: ['x', 'y'] }], [{ name: 'a', args: ['z'] }])).toEqual([
      { ...a, args: ['z'] },
    ]);
  });

  test('merges the ports of a Service by port, and those of a container by containerPort', () => {
    const target = { spec: { ports: [{ port: 80, targetPort: 8080 }] } };
    expect(
      strategicMergePatch(service, target, { spec: { ports: [{ port: 80, targetPort: 9090 }] } }),
    ).toEqual({
      spec: { ports: [{ port: 80, targetPort: 9090 }] },
    });
    expect(
      containers(
        [{ ...a, ports: [{ containerPort: 1 }] }],
        [{ name: 'a', ports: [{ containerPort: 1, name: 'x' }] }],
      ),
    ).toEqual([{ ...a, ports: [{ containerPort: 1, name: 'x' }] }]);
  });

  test('puts an element that only the patch has first, as the API does', () => {
    expect(containers([a, b], [c])).toEqual([c, a, b]);
  });

  test('null removes a field, and is not kept where there was none', () => {
    expect(
      strategicMergePatch(
        deployment,
        { spec: { paused: true } },
        { spec: { paused: null, template: { x: null } } },
      ),
    ).toEqual({ spec: { template: {} } });
  });

  test('unites finalizers', () => {
    const target = { metadata: { finalizers: ['x', 'y'] } };
    expect(strategicMergePatch(pod, target, { metadata: { finalizers: ['y', 'z'] } })).toEqual({
      metadata: { finalizers: ['x', 'y', 'z'] },
    });
  });

  test('of an unknown kind, knows the metadata', () => {
    const target = { metadata: { finalizers: ['x'] }, spec: { list: [{ name: 'a' }] } };
    const patch = { metadata: { finalizers: ['y'] }, spec: { list: [{ name: 'b' }] } };
    expect(strategicMergePatch({ apiVersion: 'x/v1', kind: 'X' }, target, patch)).toEqual({
      metadata: { finalizers: ['y', 'x'] },
      spec: { list: [{ name: 'b' }] },
    });
  });
});

describe('its directives', () => {
  test('$patch: delete removes an element, or empties a map', () => {
    expect(containers([a, b], [{ name: 'a', $patch: 'delete' }])).toEqual([b]);
    const target = { spec: { securityContext: { runAsUser: 1 } } };
    expect(strategicMergePatch(pod, target, { spec: { securityContext: { $patch: 'delete' } } })).toEqual({
      spec: { securityContext: {} },
    });
  });

  test('$patch: replace replaces a map, or the whole list', () => {
    const target = { spec: { nodeSelector: { x: '1' } } };
    expect(
      strategicMergePatch(pod, target, { spec: { nodeSelector: { $patch: 'replace', y: '2' } } }),
    ).toEqual({
      spec: { nodeSelector: { y: '2' } },
    });
    expect(containers([a, b], [{ $patch: 'replace' }, c])).toEqual([c]);
  });

  test('$patch: merge is what happens anyway', () => {
    expect(containers([a], [{ $patch: 'merge', name: 'a', image: 'a:2' }])).toEqual([
      { name: 'a', image: 'a:2' },
    ]);
  });

  test('$retainKeys clears the other members of a union', () => {
    const target = { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } };
    const patch = { spec: { strategy: { type: 'Recreate', $retainKeys: ['type'] } } };
    expect(strategicMergePatch(deployment, target, patch)).toEqual({
      spec: { strategy: { type: 'Recreate' } },
    });
  });

  test('$setElementOrder orders; what only the server knows keeps its place before its successor', () => {
    const order = (...names: string[]) => ({ '$setElementOrder/containers': names.map(name => ({ name })) });
    expect(containers([a, b], [c], order('a', 'c'))).toEqual([a, c, b]);
    expect(containers([a, b, c], [], order('c', 'a'))).toEqual([b, c, a]);
    expect(strategicMergePatch(pod, { spec: { containers: [a, b] } }, { spec: order('b', 'a') })).toEqual({
      spec: { containers: [b, a] },
    });
  });

  test('$deleteFromPrimitiveList takes finalizers away', () => {
    const target = { metadata: { finalizers: ['x', 'y'] } };
    const patch = { metadata: { '$deleteFromPrimitiveList/finalizers': ['x'] } };
    expect(strategicMergePatch(pod, target, patch)).toEqual({ metadata: { finalizers: ['y'] } });
  });

  test.each([
    ['an unknown $patch', { spec: { $patch: 'erase' } }],
    ['an element without its merge key', { spec: { containers: [{ image: 'x' }] } }],
    ['an element that is no map', { spec: { containers: ['x'] } }],
    ['$retainKeys that misses a field', { spec: { $retainKeys: ['a'], b: 1 } }],
    ['an order that misses an element', { spec: { containers: [a], '$setElementOrder/containers': [] } }],
    ['no map', []],
    ['an order that is no list', { spec: { containers: [], '$setElementOrder/containers': 'c' } }],
  ])('refuses %s', (_, patch) => {
    expect(() => strategicMergePatch(pod, {}, patch)).toThrow(
      expect.objectContaining({ reason: 'BadRequest' }),
    );
  });
});

describe('strategic three-way merge', () => {
  test('changes a variable without touching the sidecar that someone injected', () => {
    const wanted = (value: string) => ({
      spec: { template: { spec: { containers: [{ name: 'web', env: [{ name: 'ENV_NAME', value }] }] } } },
    });
    const live = {
      spec: {
        replicas: 5,
        template: {
          spec: {
            containers: [
              { name: 'sidecar', image: 'proxy' },
              {
                name: 'web',
                env: [
                  { name: 'ENV_NAME', value: 'a' },
                  { name: 'INJECTED', value: '1' },
                ],
              },
            ],
          },
        },
      },
    };
    const patch = strategicThreeWay(deployment, wanted('a'), wanted('b'), live);
    expect(patch).toEqual({
      spec: {
        template: {
          spec: {
            '$setElementOrder/containers': [{ name: 'web' }],
            containers: [
              {
                name: 'web',
                '$setElementOrder/env': [{ name: 'ENV_NAME' }],
                env: [{ name: 'ENV_NAME', value: 'b' }],
              },
            ],
          },
        },
      },
    });
    const result = strategicMergePatch(deployment, live, patch) as typeof live;
    expect(result.spec.template.spec.containers).toEqual([
      { name: 'sidecar', image: 'proxy' },
      {
        name: 'web',
        env: [
          { name: 'ENV_NAME', value: 'b' },
          { name: 'INJECTED', value: '1' },
        ],
      },
    ]);
  });

  test('removes the element that is wanted no longer, and only that', () => {
    const patch = strategicThreeWay(
      pod,
      { spec: { containers: [a, b] } },
      { spec: { containers: [a] } },
      { spec: { containers: [a, b, c] } },
    );
    expect(strategicMergePatch(pod, { spec: { containers: [a, b, c] } }, patch)).toEqual({
      spec: { containers: [a, c] },
    });
  });

  test('a volume that changes its source loses the old one', () => {
    const volumes = (source: object) => ({ spec: { volumes: [{ name: 'v', ...source }] } });
    const live = volumes({ configMap: { name: 'x', defaultMode: 420 } });
    const patch = strategicThreeWay(
      pod,
      volumes({ configMap: { name: 'x' } }),
      volumes({ emptyDir: {} }),
      live,
    );
    expect(strategicMergePatch(pod, live, patch)).toEqual(volumes({ emptyDir: {} }));
  });

  test('a volume to which another gave a source gets the wanted one back, and only that', () => {
    const volumes = (source: object) => ({ spec: { volumes: [{ name: 'v', ...source }] } });
    const wanted = volumes({ configMap: { name: 'x' } });
    const live = volumes({ secret: { secretName: 'y' } });
    const patch = strategicThreeWay(pod, wanted, wanted, live);
    expect(strategicMergePatch(pod, live, patch)).toEqual(wanted);
  });

  test('a finalizer of another stays', () => {
    const finalizers = (...names: string[]) => ({ metadata: { finalizers: names } });
    const patch = strategicThreeWay(pod, finalizers('x', 'y'), finalizers('x'), finalizers('x', 'y', 'z'));
    expect(patch).toEqual({ metadata: { '$deleteFromPrimitiveList/finalizers': ['y'] } });
  });
});
