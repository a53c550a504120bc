import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { mount } from '../../../src/kube/simulated/volumes.ts';

const container = { name: 'web', volumeMounts: [{ name: 'config', mountPath: '/etc/web/' }] };

function files(configMap: object, data: Record<string, string> | undefined) {
  const spec = {
    containers: [container],
    volumes: [{ name: 'config', configMap: { name: 'web', ...configMap } }],
  };
  const pod: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec };
  const mounted = mount(pod, container, name =>
    data === undefined ? undefined : { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data },
  );
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

  test('are left out when optional', () => {
    expect(files({ optional: true }, undefined)).toEqual({});
    expect(files({ optional: true, items: [{ key: 'c', path: 'c' }] }, { a: '1' })).toEqual({});
  });
});
