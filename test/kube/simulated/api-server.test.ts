import { describe, expect, test } from 'vitest';
import type { ApiError, WatchEvent } from '../../../src/kube/client.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { ApiServer } from '../../../src/kube/simulated/api-server.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import {
  APPLICATION,
  application,
  CONFIG_MAP,
  configMap,
  DEPLOYMENT,
  deployment,
  expectError,
  NAMESPACE,
  POD,
  pod,
  server,
  serverAt,
} from './server.ts';

const web = { ...DEPLOYMENT, namespace: 'demo', name: 'web-demo' };
const app = { ...APPLICATION, namespace: 'demo', name: 'web-demo' };

describe('create', () => {
  test('gives a uid, a resourceVersion, a generation and a creation time', async () => {
    const clock = new VirtualClock();
    const api = serverAt(clock);
    await clock.run(() => clock.sleep(90_000));
    const { metadata } = api.create(deployment());
    expect(metadata).toMatchObject({ generation: 1, creationTimestamp: '2026-01-01T00:01:30Z' });
    expect(metadata.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(metadata.resourceVersion).toBe(api.resourceVersion);
    expect(api.create(configMap('a')).metadata).not.toHaveProperty('generation');
  });

  test('gives the same uids in the same cluster, others in another', () => {
    const uid = (cluster: string) =>
      new ApiServer(new VirtualClock(), cluster).create({ ...NAMESPACE, metadata: { name: 'x' } }).metadata
        .uid;
    expect(uid('a')).toBe(uid('a'));
    expect(uid('a')).not.toBe(uid('b'));
  });

  test('takes nothing that only the server may say from the caller', () => {
    const { metadata } = server().create(
      configMap('a', {}, { uid: 'mine', generation: 9, creationTimestamp: 'x', deletionTimestamp: 'y' }),
    );
    expect(metadata.uid).not.toBe('mine');
    expect(metadata).not.toHaveProperty('generation');
    expect(metadata).not.toHaveProperty('deletionTimestamp');
    expect(metadata.creationTimestamp).toBe('2026-01-01T00:00:00Z');
  });

  test('makes names that differ from generateName', () => {
    const api = server();
    const object = pod('', {}, { generateName: 'web-demo-' });
    const names = Array.from({ length: 200 }, () => api.create(object).metadata.name);
    expect(new Set(names).size).toBe(200);
    for (const name of names) expect(name).toMatch(/^web-demo-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  test('refuses what is there, in the words of the API', () => {
    const api = server();
    api.create(deployment());
    expectError(
      () => api.create(deployment()),
      'AlreadyExists',
      'deployments.apps "web-demo" already exists',
    );
  });

  test('needs its namespace', () => {
    const object = configMap('a', {}, { namespace: 'nowhere' });
    expectError(() => server().create(object), 'NotFound', 'namespaces "nowhere" not found');
  });

  test('finds default and kube-system in a new cluster', () => {
    const api = new ApiServer(new VirtualClock(), 'c');
    expect(api.list(NAMESPACE).map(object => object.metadata.name)).toEqual(['default', 'kube-system']);
    expect(api.create({ ...CONFIG_MAP, metadata: { name: 'a' } }).metadata.namespace).toBe('default');
  });

  test('refuses kinds that nobody serves', () => {
    const object = { apiVersion: 'v2', kind: 'Pod', metadata: { name: 'a' } };
    expectError(() => server().create(object), 'NotFound', 'no matches for kind "Pod" in version "v2"');
  });

  test('refuses a resourceVersion, and an object without a name', () => {
    expectError(() => server().create(configMap('a', {}, { resourceVersion: '1' })), 'InternalError');
    expectError(() => server().create(configMap('')), 'Invalid', 'name or generateName is required');
  });
});

describe('get and list', () => {
  test('list by namespace, then name, whatever the order of creation', () => {
    const api = server();
    api.create({ ...NAMESPACE, metadata: { name: 'demo-b' } });
    for (const name of ['z', 'a-1', 'a', 'm']) {
      api.create(configMap(name));
      api.create(configMap(name, {}, { namespace: 'demo-b' }));
    }
    const names = (namespace?: string) =>
      api
        .list(CONFIG_MAP, namespace === undefined ? {} : { namespace })
        .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    const sorted = (namespace: string) => ['a', 'a-1', 'm', 'z'].map(name => `${namespace}/${name}`);
    expect(names('demo')).toEqual(sorted('demo'));
    expect(names()).toEqual([...sorted('demo'), ...sorted('demo-b')]);
  });

  test('list what a selector matches', () => {
    const api = server();
    api.create(configMap('a', {}, { labels: { app: 'x' } }));
    api.create(configMap('b', {}, { labels: { app: 'y' } }));
    const found = api.list(CONFIG_MAP, { labelSelector: 'app in (y, z)' });
    expect(found.map(object => object.metadata.name)).toEqual(['b']);
  });

  test('share objects that nobody can change', () => {
    const api = server();
    api.create(configMap('a', { x: '1' }));
    const found = api.get({ ...CONFIG_MAP, namespace: 'demo', name: 'a' });
    expect(() => {
      if (found?.data) found.data['x'] = '2';
    }).toThrow(TypeError);
    expect(api.get({ ...CONFIG_MAP, namespace: 'demo', name: 'b' })).toBeUndefined();
  });
});

describe('update', () => {
  test('counts up the generation when the spec changes, and only then', () => {
    const api = server();
    const created = api.create(application('web-demo'));
    const labelled = api.update({ ...created, metadata: { ...created.metadata, labels: { a: 'b' } } });
    expect(labelled.metadata.generation).toBe(1);
    expect(labelled.metadata.resourceVersion).not.toBe(created.metadata.resourceVersion);
    const changed = api.update({ ...labelled, spec: { components: [{ name: 'x' }] } });
    expect(changed.metadata.generation).toBe(2);
  });

  test('takes content that says the same for the same, and sees a field of any name come and go', () => {
    const api = server();
    api.create(application('web-demo'));
    const generationAfter = (change: object) => {
      const now = api.get(app) as KubeObject;
      return api.update({ ...now, spec: structuredClone(now.spec), ...change } as KubeObject).metadata
        .generation;
    };
    expect(generationAfter({ more: undefined, constructor: undefined })).toBe(1);
    expect(generationAfter({ more: {} })).toBe(2);
    expect(generationAfter({ more: undefined })).toBe(3);
    expect(generationAfter({ constructor: 'x' })).toBe(4);
    expect(generationAfter({ constructor: undefined })).toBe(5);
  });

  test("counts a Deployment's annotations too, as the API does", () => {
    const api = server();
    const created = api.create(deployment());
    const annotated = api.update({ ...created, metadata: { ...created.metadata, annotations: { a: 'b' } } });
    expect(annotated.metadata.generation).toBe(2);
  });

  test('keeps the status; and the status subresource keeps all else', () => {
    const api = server();
    const created = api.create(deployment());
    const status = { readyReplicas: 5 };
    const spec = { ...created.spec, replicas: 9 };
    const one = api.update({ ...created, spec, status }, 'status');
    expect(one).toMatchObject({ spec: { replicas: 1 }, status, metadata: { generation: 1 } });
    const two = api.update({ ...one, spec, status: { readyReplicas: 0 } });
    expect(two).toMatchObject({ spec: { replicas: 9 }, status, metadata: { generation: 2 } });
  });

  test('takes the status of a new object for nothing', () => {
    expect(server().create({ ...deployment(), status: { readyReplicas: 5 } }).status).toEqual({});
    expect(server().create({ ...application('a'), status: { phase: 'running' } })).not.toHaveProperty(
      'status',
    );
  });

  test('that changes nothing leaves no trace', () => {
    const api = server();
    const created = api.create(deployment());
    const version = api.resourceVersion;
    const events: WatchEvent[] = [];
    api.subscribe(DEPLOYMENT, event => events.push(event));
    expect(api.update(JSON.parse(JSON.stringify(created)))).toBe(created);
    // Defaults are not a change either.
    expect(api.update(deployment())).toBe(created);
    expect(api.patch(web, 'merge', { spec: { replicas: 1 } })).toBe(created);
    expect(api.resourceVersion).toBe(version);
    expect(events).toEqual([]);
  });

  test('of an older version is a conflict', () => {
    const api = server();
    const old = api.create(configMap('a', { x: '1' }));
    api.update({ ...old, data: { x: '2' } });
    const message =
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again';
    expectError(() => api.update({ ...old, data: { x: '3' } }), 'Conflict', message);
  });

  test('of an object that was made anew meanwhile is a conflict', () => {
    const api = server();
    const old = api.create(configMap('a'));
    api.delete({ ...CONFIG_MAP, namespace: 'demo', name: 'a' });
    api.create(configMap('a'));
    const { resourceVersion: _, ...metadata } = old.metadata;
    expectError(() => api.update({ ...old, metadata, data: { x: '1' } }), 'Conflict', 'UID in precondition');
  });

  test('without a version overwrites, but not for custom resources', () => {
    const api = server();
    api.create(configMap('a'));
    expect(api.update(configMap('a', { x: '1' })).data).toEqual({ x: '1' });
    api.create(application('web-demo'));
    expectError(() => api.update(application('web-demo')), 'Invalid', 'metadata.resourceVersion');
  });

  test('of what is not there is NotFound', () => {
    expectError(() => server().update(configMap('a')), 'NotFound', 'configmaps "a" not found');
  });

  test('cannot change what only the server may say', () => {
    const api = server();
    const created = api.create(deployment());
    const metadata = { ...created.metadata, creationTimestamp: 'x', generation: 9, deletionTimestamp: 'y' };
    expect(api.update({ ...created, metadata })).toBe(created);
  });
});

describe('patch', () => {
  test('takes each of the three types', () => {
    const api = server();
    api.create(deployment());
    const containers = [{ name: 'web-demo', image: 'web-demo:0.5.0' }];
    api.patch(web, 'strategic', { spec: { template: { spec: { containers } } } });
    api.patch(web, 'merge', { spec: { replicas: 5 }, metadata: { labels: { tier: 'a' } } });
    api.patch(web, 'json', [{ op: 'remove', path: '/metadata/labels/app' }]);
    const { metadata, spec } = api.patch(web, 'merge', { status: { readyReplicas: 5 } }, 'status');
    expect(metadata).toMatchObject({ generation: 3, labels: { tier: 'a' } });
    expect(spec).toMatchObject({ replicas: 5 });
    expect(spec?.['template'].spec.containers[0]).toMatchObject({ image: 'web-demo:0.5.0', resources: {} });
    expect(api.get(web)?.status).toEqual({ readyReplicas: 5 });
  });

  test('with a resourceVersion is checked', () => {
    const api = server();
    const { resourceVersion } = api.create(deployment()).metadata;
    const patch = (replicas: number) => ({ metadata: { resourceVersion }, spec: { replicas } });
    api.patch(web, 'merge', patch(2));
    expectError(() => api.patch(web, 'merge', patch(3)), 'Conflict');
  });

  test('cannot make an object another one', () => {
    const api = server();
    api.create(deployment());
    expectError(() => api.patch(web, 'merge', { metadata: { name: 'other' } }), 'BadRequest');
    expectError(() => api.patch(web, 'merge', { kind: 'ReplicaSet' }), 'Invalid', 'kind: Invalid value');
    expectError(() => api.patch(web, 'json', [{ op: 'remove', path: '' }]), 'BadRequest');
  });

  test('custom resources know no strategic patch', () => {
    const api = server();
    api.create(application('web-demo'));
    expectError(() => api.patch(app, 'strategic', { spec: {} }), 'UnsupportedMediaType');
  });

  test('what it leaves must be valid', () => {
    const api = server();
    api.create(deployment());
    const patch = { spec: { template: { metadata: { labels: { app: 'other' } } } } };
    expectError(
      () => api.patch(web, 'merge', patch),
      'Invalid',
      'Deployment.apps "web-demo" is invalid: spec.template.metadata.labels: Invalid value: {"app":"other"}: `selector` does not match template `labels`',
    );
  });
});

describe('delete', () => {
  test('waits for the finalizers', () => {
    const api = server();
    const created = api.create(application('web-demo', {}, { finalizers: ['app.oam.dev/x'] }));
    api.delete(app);
    const marked = api.get(app);
    expect(marked?.metadata).toMatchObject({
      deletionTimestamp: '2026-01-01T00:00:00Z',
      generation: (created.metadata.generation ?? 0) + 1,
    });
    api.delete(app);
    expect(api.get(app)).toBe(marked);
    const added = ['app.oam.dev/x', 'app.oam.dev/y'];
    expectError(
      () => api.patch(app, 'merge', { metadata: { finalizers: added } }),
      'Invalid',
      'no new finalizers can be added if the object is being deleted',
    );
    api.patch(app, 'merge', { metadata: { finalizers: null } });
    expect(api.get(app)).toBeUndefined();
  });

  test('gives a running pod its time, which the kubelet ends', () => {
    const api = server();
    const ref = { ...POD, namespace: 'demo', name: 'p' };
    api.create(pod('p', { nodeName: 'node-1' }));
    api.delete(ref);
    const deletion = () => api.get(ref)?.metadata;
    expect(deletion()).toMatchObject({
      deletionTimestamp: '2026-01-01T00:00:30Z',
      deletionGracePeriodSeconds: 30,
    });
    api.delete(ref, { gracePeriodSeconds: 5 });
    expect(deletion()).toMatchObject({ deletionTimestamp: '2026-01-01T00:00:05Z' });
    api.delete(ref, { gracePeriodSeconds: 60 });
    expect(deletion()).toMatchObject({ deletionTimestamp: '2026-01-01T00:00:05Z' });
    api.delete(ref, { gracePeriodSeconds: 0 });
    expect(deletion()).toBeUndefined();
  });

  test('removes a pod that no node runs at once', () => {
    const api = server();
    api.create(pod('p'));
    api.delete({ ...POD, namespace: 'demo', name: 'p' });
    expect(api.list(POD)).toEqual([]);
  });

  test('of what is not there is NotFound, and default stays', () => {
    expectError(() => server().delete(web), 'NotFound', 'deployments.apps "web-demo" not found');
    expectError(() => server().delete({ ...NAMESPACE, name: 'default' }), 'Forbidden');
  });
});

describe('subscribe', () => {
  test('tells of each write before it returns, in the order of subscriptions', () => {
    const api = server();
    const heard: string[] = [];
    const stop = api.subscribe(CONFIG_MAP, ({ type, object }) =>
      heard.push(`1 ${type} ${object.metadata.name}`),
    );
    api.subscribe(CONFIG_MAP, ({ type }) => heard.push(`2 ${type}`));
    api.create(configMap('a'));
    stop();
    api.update(configMap('a', { x: '1' }));
    api.create(deployment());
    api.delete({ ...CONFIG_MAP, namespace: 'demo', name: 'a' });
    expect(heard).toEqual(['1 ADDED a', '2 ADDED', '2 MODIFIED', '2 DELETED']);
  });

  test('tells of what a listener writes after what it answers to', () => {
    const api = server();
    const heard: string[] = [];
    api.subscribe(CONFIG_MAP, ({ object }) => {
      if (object.metadata.name === 'a') api.create(configMap('b'));
    });
    api.subscribe(CONFIG_MAP, ({ object }) => heard.push(object.metadata.name));
    api.create(configMap('a'));
    expect(heard).toEqual(['a', 'b']);
  });

  test('a watch that a listener opens is told nothing twice', () => {
    const api = server();
    const heard: string[] = [];
    const stop = api.subscribe(CONFIG_MAP, () => {
      stop();
      api.create(configMap('b'));
      api.watch(CONFIG_MAP, {}, { event: ({ object }) => heard.push(object.metadata.name), end() {} });
    });
    api.create(configMap('a'));
    expect(heard).toEqual(['a', 'b']);
  });

  test('outlives an outage', () => {
    const api = server();
    const heard: string[] = [];
    api.subscribe(CONFIG_MAP, ({ type }) => heard.push(type));
    api.down();
    api.up();
    api.create(configMap('a'));
    expect(heard).toEqual(['ADDED']);
  });
});

describe('watch', () => {
  function watching(api: ApiServer, options: Parameters<ApiServer['watch']>[1] = {}) {
    const heard: string[] = [];
    const ends: (ApiError | undefined)[] = [];
    const watch = api.watch(CONFIG_MAP, options, {
      event: ({ type, object }) => heard.push(`${type} ${object.metadata.name}`),
      end: error => ends.push(error),
    });
    return { heard, ends, close: () => watch.close() };
  }

  test('begins with what is there', () => {
    const api = server();
    api.create(configMap('b'));
    api.create(configMap('a'));
    const { heard, close } = watching(api);
    api.create(configMap('c'));
    close();
    api.create(configMap('d'));
    expect(heard).toEqual(['ADDED a', 'ADDED b', 'ADDED c']);
  });

  test('goes on from a version, also one of before an outage', () => {
    const api = server();
    api.create(configMap('a'));
    const { resourceVersion } = api;
    api.create(configMap('b'));
    api.down();
    api.up();
    api.delete({ ...CONFIG_MAP, namespace: 'demo', name: 'a' });
    expect(watching(api, { resourceVersion }).heard).toEqual(['ADDED b', 'DELETED a']);
  });

  test('tells the version of a deletion in the deleted object', () => {
    const api = server();
    api.create(configMap('a'));
    const versions: (string | undefined)[] = [];
    api.watch(
      CONFIG_MAP,
      {},
      { event: event => versions.push(event.object.metadata.resourceVersion), end() {} },
    );
    api.delete({ ...CONFIG_MAP, namespace: 'demo', name: 'a' });
    expect(versions.at(-1)).toBe(api.resourceVersion);
    expect(new Set(versions).size).toBe(2);
  });

  test('of a selector, what comes to match is added and what ceases to is deleted', () => {
    const api = server();
    const { heard } = watching(api, { labelSelector: 'on=yes', namespace: 'demo' });
    const labelled = (on: string, data = {}) => configMap('a', data, { labels: { on } });
    api.create(labelled('no'));
    api.update(labelled('yes'));
    api.update(labelled('yes', { x: '1' }));
    api.update(labelled('no'));
    api.delete({ ...CONFIG_MAP, namespace: 'demo', name: 'a' });
    api.create(configMap('b', {}, { labels: { on: 'yes' }, namespace: 'default' }));
    expect(heard).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
  });

  test('from a version that is forgotten has expired', () => {
    const api = server();
    const { resourceVersion } = api;
    for (let i = 0; i < 2500; i++) api.create(configMap(`c-${i}`));
    expectError(() => watching(api, { resourceVersion }), 'Expired', /^too old resource version/);
    expectError(() => watching(api, { resourceVersion: 'x' }), 'InternalError', 'parsing "x"');
  });

  test('ends when the server goes down, and is not told after it was closed', () => {
    const api = server();
    const open = watching(api);
    const closed = watching(api);
    closed.close();
    api.down();
    expect(open.ends).toEqual([expect.objectContaining({ reason: 'Unreachable', code: 0 })]);
    expect(closed.ends).toEqual([]);
    expectError(() => api.list(CONFIG_MAP), 'Unreachable', 'the API of cluster1-beijing is down');
    api.up();
    api.create(configMap('a'));
    expect(open.heard).toEqual([]);
  });
});
