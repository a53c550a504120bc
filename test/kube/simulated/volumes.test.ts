import { describe, expect, test } from 'vitest';
import type { Fields, KubeObject } from '../../../src/kube/objects.ts';
import { type Files, mount } from '../../../src/kube/simulated/volumes.ts';

const place: Fields = { name: 'config', mountPath: '/etc/web/' };

function files(
  configMap: object,
  data: Record<string, string> | undefined,
  mounts: Fields[] = [place],
  before?: Files,
) {
  const container = { name: 'web', volumeMounts: mounts };
  const spec = {
    containers: [container],
    volumes: [{ name: 'config', configMap: { name: 'web', ...configMap } }],
  };
  const pod: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec };
  const lookUp = (name: string) =>
    data === undefined ? undefined : { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
  const mounted = mount(pod, container, lookUp, before);
  return mounted && Object.fromEntries(mounted);
}

describe('the files of a ConfigMap volume', () => {
  test('every key, by its name', () => {
    expect(files({}, { a: '1', b: '2' })).toEqual({ '/etc/web/a': '1', '/etc/web/b': '2' });
  });

  test('only the items that are named, by their paths', () => {
    expect(files({ items: [{ key: 'a', path: 'deep/a.txt' }] }, { a: '1', b: '2' })).toEqual({
      '/etc/web/deep/a.txt': '1',
    });
  });

  test('cannot be mounted without the ConfigMap, or without a named key', () => {
    expect(files({}, undefined)).toBeUndefined();
    expect(files({ items: [{ key: 'c', path: 'c' }] }, { a: '1' })).toBeUndefined();
  });

  test('of a volume that no container mounts need not be there', () => {
    expect(files({}, undefined, [])).toEqual({});
  });

  test('by a subPath, one file or folder of the volume', () => {
    const items = [
      { key: 'a', path: 'deep/a.txt' },
      { key: 'b', path: 'b.txt' },
    ];
    const at = (subPath: string) =>
      files({ items }, { a: '1', b: '2' }, [{ name: 'config', mountPath: '/at', subPath }]);
    expect(at('b.txt')).toEqual({ '/at': '2' });
    expect(at('deep')).toEqual({ '/at/a.txt': '1' });
    expect(at('deep/a')).toEqual({});
  });

  test('by a subPath stay what they were while the container runs', () => {
    const before = new Map([['/at', 'old']]);
    const mounts = [
      { name: 'config', mountPath: '/at', subPath: 'b' },
      { name: 'config', mountPath: '/all' },
    ];
    expect(files({}, { b: 'new' }, mounts, before)).toEqual({ '/at': 'old', '/all/b': 'new' });
  });

  test('are left out when optional', () => {
    expect(files({ optional: true }, undefined)).toEqual({});
    expect(files({ optional: true, items: [{ key: 'c', path: 'c' }] }, { a: '1' })).toEqual({});
  });
});
