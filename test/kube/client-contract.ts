import { describe, expect, test } from 'vitest';
import { ApiError, type KubeClient, type ListOptions, type WatchEvent } from '../../src/kube/client.ts';
import { type Fields, type Kind, type KubeObject, type ObjectMeta, refOf } from '../../src/kube/objects.ts';

/** What every KubeClient does, whether a simulated or a real API answers. */

export interface Stage {
  readonly client: KubeClient;
  /** Exists, and is this case's own. */
  readonly namespace: string;
  /** A version so old that the API has forgotten what came after it. */
  forgottenVersion(): Promise<string>;
}

/** Makes a test of a case: brings its stage up and plays it. */
export type On = (play: (stage: Stage) => Promise<void>) => () => Promise<void>;

const CONFIG_MAP: Kind = { apiVersion: 'v1', kind: 'ConfigMap' };
const SECRET: Kind = { apiVersion: 'v1', kind: 'Secret' };
const NAMESPACE: Kind = { apiVersion: 'v1', kind: 'Namespace' };
const DEPLOYMENT: Kind = { apiVersion: 'apps/v1', kind: 'Deployment' };
const SERVICE: Kind = { apiVersion: 'v1', kind: 'Service' };
const INGRESS: Kind = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' };
const APPLICATION: Kind = { apiVersion: 'core.oam.dev/v1beta1', kind: 'Application' };

const STALE = 'the object has been modified; please apply your changes to the latest version and try again';

export function clientContract(on: On): void {
  describe('create, get, delete', () => creating(on));
  describe('manifests', () => admitting(on));
  describe('list', () => listing(on));
  describe('update', () => updating(on));
  describe('patch', () => patching(on));
  describe('status', () => reporting(on));
  describe('delete', () => deleting(on));
  describe('watch', () => watching(on));
}

function creating(on: On): void {
  test(
    'what was created comes back, completed by the API, as plain JSON',
    on(async ({ client, namespace }) => {
      const given = configMap(namespace, 'a', { x: '1' }, { labels: { app: 'x' } });
      const created = await client.create(given);
      expect(created).toEqual({
        ...given,
        metadata: {
          ...given.metadata,
          uid: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
          resourceVersion: expect.stringMatching(/^\d+$/),
          creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        },
      });
      expect(await client.get(refOf(created))).toEqual(created);
      await client.delete(refOf(created));
      await expect(client.get(refOf(created))).rejects.toThrow('configmaps "a" not found');
    }),
  );

  test(
    'what the caller does to what it has handed in does not show',
    on(async ({ client, namespace }) => {
      const given = configMap(namespace, 'a', { x: '1' });
      const creation = client.create(given);
      given.data = { x: 'changed on the way' };
      expect((await client.get(refOf(await creation))).data).toEqual({ x: '1' });
    }),
  );

  test(
    'names are made from generateName',
    on(async ({ client, namespace }) => {
      const object = configMap(namespace, '', {}, { generateName: 'web-demo-' });
      const [a, b] = [await client.create(object), await client.create(object)];
      expect(a.metadata.name).toMatch(/^web-demo-[a-z0-9]{5}$/);
      expect(a.metadata.name).not.toBe(b.metadata.name);
    }),
  );

  test(
    'what the server alone may say is not taken from the caller',
    on(async ({ client, namespace }) => {
      const uid = '00000000-0000-4000-8000-000000000000';
      const metadata = { uid, generation: 9, creationTimestamp: '2001-01-01T00:00:00Z' };
      const created = await client.create(deployment(namespace, 'a', {}, metadata));
      expect(created.metadata.uid).not.toBe(uid);
      expect(created.metadata.creationTimestamp).not.toBe(metadata.creationTimestamp);
      expect(created.metadata.generation).toBe(1);
    }),
  );

  test(
    'kinds without namespaces take no heed of one',
    on(async ({ client, namespace }) => {
      const name = `${namespace}-b`;
      const created = await client.create({ ...NAMESPACE, metadata: { name, namespace } });
      expect(created.metadata).not.toHaveProperty('namespace');
      expect((await client.get({ ...NAMESPACE, name, namespace })).metadata.uid).toBe(created.metadata.uid);
    }),
  );

  test(
    'an Application keeps its fields as they are',
    on(async ({ client, namespace }) => {
      const spec = { components: [{ name: 'web-demo', properties: { nothing: null, list: [1, 'a', {}] } }] };
      const created = await client.create(application(namespace, 'a', spec));
      expect(created).toMatchObject({ ...APPLICATION, spec });
      expect(created.metadata.generation).toBe(1);
    }),
  );

  test(
    'metadata that is null is as good as absent, of an Application too',
    on(async ({ client, namespace }) => {
      const nothing = { labels: null, annotations: null, finalizers: null, ownerReferences: null } as never;
      for (const object of [
        configMap(namespace, 'a', {}, nothing),
        application(namespace, 'a', {}, nothing),
      ]) {
        const { metadata } = await client.create(object);
        for (const field in nothing as object) expect(metadata).not.toHaveProperty(field);
      }
    }),
  );

  const refusals: readonly [string, ApiErrorParts, (stage: Stage) => Promise<unknown>][] = [
    [
      'an object that is there',
      ['AlreadyExists', 409, 'configmaps "a" already exists'],
      async ({ client, namespace }) => {
        await client.create(configMap(namespace, 'a'));
        return client.create(configMap(namespace, 'a'));
      },
    ],
    [
      'an object in a namespace that is not there',
      ['NotFound', 404, 'namespaces "nowhere" not found'],
      ({ client }) => client.create(configMap('nowhere', 'a')),
    ],
    [
      'a kind that is not served',
      ['NotFound', 404, 'no matches for kind "Pod" in version "v2"'],
      ({ client }) => client.create({ apiVersion: 'v2', kind: 'Pod', metadata: { name: 'a' } }),
    ],
    [
      'a kind of a group that is not there',
      ['NotFound', 404, 'no matches for kind "Thing" in version "example.com/v1"'],
      ({ client }) => client.list({ apiVersion: 'example.com/v1', kind: 'Thing' }),
    ],
    [
      'a resourceVersion',
      ['InternalError', 500, 'resourceVersion should not be set on objects to be created'],
      ({ client, namespace }) => client.create(configMap(namespace, 'a', {}, { resourceVersion: '1' })),
    ],
    [
      'an object without a name',
      [
        'Invalid',
        422,
        'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
      ],
      ({ client, namespace }) => client.create(configMap(namespace, '')),
    ],
    [
      'a name that is none',
      [
        'Invalid',
        422,
        /^ConfigMap "A_b" is invalid: metadata\.name: Invalid value: "A_b": a lowercase RFC 1123/,
      ],
      ({ client, namespace }) => client.create(configMap(namespace, 'A_b')),
    ],
    [
      'a spec that is wrong',
      [
        'Invalid',
        422,
        /^Deployment\.apps "a" is invalid: spec\.replicas: Invalid value: -1: must be greater than or equal to 0/,
      ],
      ({ client, namespace }) => client.create(deployment(namespace, 'a', { replicas: -1 })),
    ],
  ];
  test.each(refusals)('refused: %s', (_, [reason, code, message], call) =>
    on(stage => expectError(call(stage), reason, code, message))(),
  );
}

function admitting(on: On): void {
  const backend = (port: Fields) => ({ service: { name: 's', port } });
  const path = (more: Fields): [Kind, Fields] => [
    INGRESS,
    {
      rules: [
        { http: { paths: [{ path: '/', pathType: 'Prefix', backend: backend({ number: 80 }), ...more }] } },
      ],
    },
  ];
  const ports = (port: Fields, more: Fields = {}): [Kind, Fields] => [
    SERVICE,
    { ports: [{ port: 80, ...port }], ...more },
  ];
  const pods = (spec: Fields): [Kind, Fields] => [
    DEPLOYMENT,
    { template: { metadata: { labels: { app: 'a' } }, spec: { containers: [container], ...spec } } },
  ];
  const container = { name: 'c', image: 'i:1' };
  const containers = (more: Fields): [Kind, Fields] => pods({ containers: [{ ...container, ...more }] });
  const strategy = (rollingUpdate: Fields): [Kind, Fields] => [DEPLOYMENT, { strategy: { rollingUpdate } }];
  /** A Deployment is completed to one that is right but for the given fields. */
  const manifest = (namespace: string, [kind, spec]: [Kind, Fields]): KubeObject =>
    kind === DEPLOYMENT
      ? deployment(namespace, 'a', spec)
      : { ...kind, metadata: { namespace, name: 'a' }, spec };

  test.each<[string, [Kind, Fields], string]>([
    [
      'a path that may be read in two ways',
      path({ path: '/a//b' }),
      'path: Invalid value: "/a//b": must not contain',
    ],
    ['a path of an unknown type', path({ pathType: 'prefix' }), 'pathType: Unsupported value: "prefix"'],
    [
      'a path to nowhere',
      path({ backend: {} }),
      'backend: Invalid value: "": resource or service backend is required',
    ],
    [
      'a backend by name and number',
      path({ backend: backend({ number: 80, name: 'http' }) }),
      'backend: Invalid value: "": cannot set both port name & port number',
    ],
    [
      'an address for a host',
      [INGRESS, { rules: [{ host: '192.0.2.1' }] }],
      'host: Invalid value: "192.0.2.1"',
    ],
    [
      'a target port in quotes',
      ports({ targetPort: '8080' }),
      'targetPort: Invalid value: "8080": must contain at least',
    ],
    [
      'a protocol in small letters',
      ports({ protocol: 'tcp' }),
      'spec.ports[0].protocol: Unsupported value: "tcp"',
    ],
    ['an unknown type of service', ports({}, { type: 'Ingress' }), 'spec.type: Unsupported value: "Ingress"'],
    [
      'more unavailable than there are',
      strategy({ maxUnavailable: '150%' }),
      '"150%": must not be greater than 100%',
    ],
    [
      'a deadline before a pod can be available',
      [DEPLOYMENT, { minReadySeconds: 60, progressDeadlineSeconds: 30 }],
      'spec.progressDeadlineSeconds: Invalid value: 30: must be greater than minReadySeconds',
    ],
    [
      'an unknown pull policy',
      containers({ imagePullPolicy: 'Never ever' }),
      'imagePullPolicy: Unsupported value',
    ],
    [
      'ports of one name',
      containers({ ports: [80, 81].map(containerPort => ({ name: 'http', containerPort })) }),
      'containers[0].ports[1].name: Duplicate value: "http"',
    ],
    [
      'a port with a long name',
      containers({ ports: [{ name: 'metrics-and-health', containerPort: 80 }] }),
      'name: Invalid value: "metrics-and-health": must be no more than 15 characters',
    ],
    [
      'a variable from two places, as an override may make one',
      containers({
        env: [{ name: 'A', value: '1', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
      }),
      'env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
    ],
    [
      'more asked for than allowed',
      containers({
        resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '500m', memory: '2G' } },
      }),
      'resources.requests: Invalid value: "1": must be less than or equal to cpu limit of 500m',
    ],
    [
      'a probe that asks nothing',
      containers({ readinessProbe: { periodSeconds: 5 } }),
      'readinessProbe: Required value: must specify a handler type',
    ],
    [
      'a probe that asks in two ways',
      containers({ readinessProbe: { httpGet: { port: 80 }, tcpSocket: { port: 80 } } }),
      'readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type',
    ],
    [
      'a liveness probe that must succeed twice',
      containers({ livenessProbe: { httpGet: { port: 80 }, successThreshold: 2 } }),
      'livenessProbe.successThreshold: Invalid value: 2: must be 1',
    ],
    [
      'a volume of two kinds',
      pods({ volumes: [{ name: 'v', configMap: { name: 'c' }, emptyDir: {} }] }),
      'Forbidden: may not specify more than 1 volume type',
    ],
    [
      'a volume of a ConfigMap without name',
      pods({ volumes: [{ name: 'v', configMap: {} }] }),
      'volumes[0].configMap.name: Required value',
    ],
    [
      "an init container of a container's name",
      pods({ initContainers: [container] }),
      'initContainers[0].name: Duplicate value: "c"',
    ],
    [
      'pods that are not to be restarted',
      pods({ restartPolicy: 'Never' }),
      'restartPolicy: Unsupported value: "Never"',
    ],
  ])('refused: %s', (_, of, fault) =>
    on(({ client, namespace }) =>
      expectError(client.create(manifest(namespace, of)), 'Invalid', 422, includes(fault)),
    )(),
  );

  test.each<[string, [Kind, Fields]]>([
    ['arguments that YAML read as numbers', containers({ args: ['--port', 8080] })],
    ['an amount that is none', containers({ resources: { limits: { memory: '1 GB' } } })],
    ['a port in quotes', containers({ ports: [{ containerPort: '80' }] })],
    ['a node selector that YAML read as a truth', pods({ nodeSelector: { gpu: true } })],
    [
      'an annotation that YAML read as a truth',
      [DEPLOYMENT, { template: { metadata: { labels: { app: 'a' }, annotations: { scrape: true } } } }],
    ],
    ['a number of replicas beyond all bounds', [DEPLOYMENT, { replicas: 2 ** 31 }]],
    ["a backend's port as a number alone", path({ backend: { service: { name: 's', port: 80 } } })],
  ])('not understood: %s', (_, of) =>
    on(({ client, namespace }) =>
      expectError(client.create(manifest(namespace, of)), 'BadRequest', 400, / cannot be handled as an? /),
    )(),
  );

  test(
    'what is left empty is completed as if it were absent',
    on(async ({ client, namespace }) => {
      const readinessProbe = { httpGet: { port: 80, path: '' }, periodSeconds: 0 };
      const [kind, spec] = pods({
        restartPolicy: '',
        containers: [{ ...container, imagePullPolicy: '', readinessProbe }],
      });
      const created = await client.create(manifest(namespace, [kind, { ...spec, strategy: { type: '' } }]));
      expect(created.spec).toMatchObject({ replicas: 0, strategy: { type: 'RollingUpdate' } });
      expect(created.spec?.['template'].spec).toMatchObject({
        restartPolicy: 'Always',
        containers: [
          { imagePullPolicy: 'IfNotPresent', readinessProbe: { httpGet: { path: '/' }, periodSeconds: 10 } },
        ],
      });
      const anyHost = await client.create(manifest(namespace, [INGRESS, { rules: [{ host: '' }] }]));
      expect(anyHost.metadata.generation).toBe(1);
    }),
  );

  test(
    'the texts of a Secret are kept as data',
    on(async ({ client, namespace }) => {
      const secret = { ...SECRET, metadata: { namespace, name: 'a' }, data: { a: 'MQ==', b: 'MQ==' } };
      const created = await client.create({ ...secret, stringData: { b: '2', c: '两地' } });
      expect(created).toMatchObject({ type: 'Opaque', data: { a: 'MQ==', b: 'Mg==', c: '5Lik5Zyw' } });
      expect(created).not.toHaveProperty('stringData');
      const plain = { ...secret, metadata: { namespace, name: 'b' }, data: { password: 'open sesame' } };
      await expectError(client.create(plain), 'BadRequest', 400, /cannot be handled as a Secret/);
    }),
  );
}

function includes(text: string): RegExp {
  return new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
}

function listing(on: On): void {
  test(
    'objects come with their kind, ordered by namespace, then name, with a version to watch from',
    on(async ({ client, namespace }) => {
      const other = `${namespace}-b`;
      await client.create({ ...NAMESPACE, metadata: { name: other } });
      const labels = { suite: namespace };
      for (const name of ['z', 'a-1', 'a', 'm']) {
        for (const at of [other, namespace]) await client.create(configMap(at, name, {}, { labels }));
      }
      const all = await client.list(CONFIG_MAP, { labelSelector: `suite=${namespace}` });
      const sorted = ['a', 'a-1', 'm', 'z'];
      expect(all.items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual(
        [namespace, other].flatMap(at => sorted.map(name => `${at}/${name}`)),
      );
      expect(all.items[0]).toEqual(await client.get({ ...CONFIG_MAP, namespace, name: 'a' }));
      expect(all.resourceVersion).toMatch(/^\d+$/);
      const one = await client.list(CONFIG_MAP, { namespace: other, labelSelector: `suite=${namespace}` });
      expect(one.items.map(({ metadata }) => metadata.name)).toEqual(sorted);
    }),
  );

  test(
    'nothing is an empty list',
    on(async ({ client, namespace }) => {
      expect((await client.list(INGRESS, { namespace })).items).toEqual([]);
      expect((await client.list(APPLICATION, { namespace: 'nowhere' })).items).toEqual([]);
    }),
  );

  test.each([
    ['app=x', ['a']],
    ['app==x', ['a']],
    ['app!=x', ['b', 'c']],
    ['app in (x, y)', ['a', 'b']],
    ['app notin (x)', ['b', 'c']],
    ['app', ['a', 'b']],
    ['!app', ['c']],
    ['app,tier=1', ['b']],
    ['tier>0', ['b', 'c']],
    ['tier<2', ['b']],
    ['app=', []],
    ['example.com/key=a.b_c', ['c']],
  ])('the selector %s', (selector, expected) =>
    on(async ({ client, namespace }) => {
      const labels = {
        a: { app: 'x' },
        b: { app: 'y', tier: '1' },
        c: { tier: '2', 'example.com/key': 'a.b_c' },
      };
      for (const [name, own] of Object.entries(labels)) {
        await client.create(configMap(namespace, name, {}, { labels: { ...own, suite: 's' } }));
      }
      const { items } = await client.list(CONFIG_MAP, { namespace, labelSelector: `suite=s,${selector}` });
      expect(items.map(({ metadata }) => metadata.name)).toEqual(expected);
    })(),
  );

  test(
    'a selector that is none is refused',
    on(({ client, namespace }) =>
      expectError(
        client.list(CONFIG_MAP, { namespace, labelSelector: 'a in' }),
        'BadRequest',
        400,
        /unable to parse/,
      ),
    ),
  );
}

function updating(on: On): void {
  test(
    'replaces, and gives a later version',
    on(async ({ client, namespace }) => {
      const created = await client.create(configMap(namespace, 'a', { x: '1', y: '1' }));
      const updated = await client.update({ ...created, data: { x: '2' } });
      expect(updated.data).toEqual({ x: '2' });
      expect(versionOf(updated)).toBeGreaterThan(versionOf(created));
      expect(updated.metadata.creationTimestamp).toBe(created.metadata.creationTimestamp);
    }),
  );

  test(
    'that changes nothing leaves no trace',
    on(async ({ client, namespace }) => {
      const created = await client.create(ingress(namespace, 'a'));
      expect(await client.update(created)).toEqual(created);
      expect(await client.patch(refOf(created), 'merge', { spec: created.spec })).toEqual(created);
    }),
  );

  test(
    'of an older version is a conflict',
    on(async ({ client, namespace }) => {
      const old = await client.create(configMap(namespace, 'a'));
      await client.update({ ...old, data: { x: '1' } });
      const message = `Operation cannot be fulfilled on configmaps "a": ${STALE}`;
      await expectError(client.update({ ...old, data: { x: '2' } }), 'Conflict', 409, message);
    }),
  );

  test(
    'of an object that was made anew meanwhile is a conflict',
    on(async ({ client, namespace }) => {
      const old = await client.create(configMap(namespace, 'a'));
      await client.delete(refOf(old));
      const fresh = await client.create(configMap(namespace, 'a'));
      const { resourceVersion: _, ...metadata } = old.metadata;
      const uids = `UID in precondition: ${old.metadata.uid}, UID in object meta: ${fresh.metadata.uid}`;
      const message = new RegExp(
        `^Operation cannot be fulfilled on configmaps "a": .*Precondition failed: ${uids}$`,
      );
      await expectError(client.update({ ...old, metadata }), 'Conflict', 409, message);
    }),
  );

  test(
    'without a version overwrites, but not custom resources',
    on(async ({ client, namespace }) => {
      await client.create(configMap(namespace, 'a'));
      expect((await client.update(configMap(namespace, 'a', { x: '1' }))).data).toEqual({ x: '1' });
      await client.create(application(namespace, 'a'));
      await expectError(
        client.update(application(namespace, 'a')),
        'Invalid',
        422,
        'applications.core.oam.dev "a" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
      );
    }),
  );

  test(
    'of what is not there is NotFound',
    on(({ client, namespace }) =>
      expectError(client.update(configMap(namespace, 'a')), 'NotFound', 404, 'configmaps "a" not found'),
    ),
  );

  test(
    'of a spec counts up the generation; of labels, annotations and status not',
    on(async ({ client, namespace }) => {
      for (const object of [ingress(namespace, 'a'), application(namespace, 'a', { components: [] })]) {
        const created = await client.create(object);
        const { metadata, spec } = created;
        const labelled = { ...metadata, labels: { x: '1' }, annotations: { x: '1' } };
        const second = await client.update({ ...created, metadata: labelled });
        expect(second.metadata.generation).toBe(1);
        const third = await client.update({ ...second, spec: { ...spec, ...changeOf(object) } });
        expect(third.metadata.generation).toBe(2);
        const fourth = await client.patch(refOf(object), 'merge', { status: STATUS }, 'status');
        expect(fourth.metadata.generation).toBe(2);
      }
    }),
  );
}

function patching(on: On): void {
  test(
    'merge: fields are set, and null removes them',
    on(async ({ client, namespace }) => {
      const created = await client.create(configMap(namespace, 'a', { x: '1', y: '1' }));
      const patched = await client.patch(refOf(created), 'merge', { data: { x: null, z: '1' } });
      expect(patched.data).toEqual({ y: '1', z: '1' });
    }),
  );

  test(
    'json: operations in their order, all or none',
    on(async ({ client, namespace }) => {
      const created = await client.create(configMap(namespace, 'a', {}, { annotations: { 'x/y': '1' } }));
      const patched = await client.patch(refOf(created), 'json', [
        { op: 'test', path: '/metadata/annotations/x~1y', value: '1' },
        { op: 'add', path: '/metadata/annotations/z', value: '2' },
        { op: 'remove', path: '/metadata/annotations/x~1y' },
      ]);
      expect(patched.metadata.annotations).toEqual({ z: '2' });
      const wrong = [
        { op: 'add', path: '/metadata/annotations/x', value: '3' },
        { op: 'test', path: '/metadata/annotations/z', value: '3' },
      ];
      await expectError(client.patch(refOf(created), 'json', wrong), 'Invalid', 422);
      const nowhere = [{ op: 'remove', path: '/metadata/annotations/nowhere' }];
      await expectError(client.patch(refOf(created), 'json', nowhere), 'Invalid', 422);
      expect((await client.get(refOf(created))).metadata.annotations).toEqual({ z: '2' });
    }),
  );

  test(
    'strategic: lists are merged by their keys',
    on(async ({ client, namespace }) => {
      const created = await client.create(deployment(namespace, 'a'));
      const containers = [
        { name: 'side', image: 'side:1' },
        { name: 'a', env: [{ name: 'X', value: '1' }] },
      ];
      const patched = await client.patch(refOf(created), 'strategic', {
        spec: { template: { spec: { containers } } },
      });
      expect(patched.spec?.['template'].spec.containers).toEqual([
        expect.objectContaining({ name: 'side', image: 'side:1' }),
        expect.objectContaining({ name: 'a', image: 'web-demo:0.4.0', env: [{ name: 'X', value: '1' }] }),
      ]);
      const removal = [{ name: 'side', $patch: 'delete' }];
      const again = await client.patch(refOf(created), 'strategic', {
        spec: { template: { spec: { containers: removal } } },
      });
      expect(again.spec?.['template'].spec.containers).toMatchObject([{ name: 'a' }]);
    }),
  );

  test(
    'custom resources take merge and json, not strategic',
    on(async ({ client, namespace }) => {
      const created = await client.create(
        application(namespace, 'a', { components: [{ name: 'x' }], old: 1 }),
      );
      const merged = await client.patch(refOf(created), 'merge', {
        spec: { components: [{ name: 'y' }], old: null },
      });
      expect(merged.spec).toEqual({ components: [{ name: 'y' }] });
      const operations = [{ op: 'add', path: '/spec/components/-', value: { name: 'z' } }];
      const patched = await client.patch(refOf(created), 'json', operations);
      expect(patched.spec).toEqual({ components: [{ name: 'y' }, { name: 'z' }] });
      await expectError(
        client.patch(refOf(created), 'strategic', { spec: {} }),
        'UnsupportedMediaType',
        415,
        /^the body of the request was in an unknown format/,
      );
    }),
  );

  test(
    'with a version is checked',
    on(async ({ client, namespace }) => {
      const { metadata } = await client.create(configMap(namespace, 'a'));
      const ref = { ...CONFIG_MAP, namespace, name: 'a' };
      const patch = (x: string) => ({ metadata: { resourceVersion: metadata.resourceVersion }, data: { x } });
      await client.patch(ref, 'merge', patch('1'));
      const message = `Operation cannot be fulfilled on configmaps "a": ${STALE}`;
      await expectError(client.patch(ref, 'merge', patch('2')), 'Conflict', 409, message);
    }),
  );

  test(
    'of what is not there is NotFound',
    on(({ client, namespace }) =>
      expectError(
        client.patch({ ...CONFIG_MAP, namespace, name: 'a' }, 'merge', {}),
        'NotFound',
        404,
        'configmaps "a" not found',
      ),
    ),
  );

  test(
    'cannot make an object another one',
    on(async ({ client, namespace }) => {
      const ref = refOf(await client.create(configMap(namespace, 'a')));
      const renamed = { metadata: { name: 'b' } };
      const moved = { metadata: { namespace: 'default' } };
      await expectError(
        client.patch(ref, 'merge', renamed),
        'BadRequest',
        400,
        'the name of the object (b) does not match the name on the URL (a)',
      );
      await expectError(
        client.patch(ref, 'merge', moved),
        'BadRequest',
        400,
        'the namespace of the provided object does not match the namespace sent on the request',
      );
      await expectError(
        client.patch(ref, 'merge', { kind: 'Nothing' }),
        'Invalid',
        422,
        /is invalid: .*Nothing/,
      );
      await expectError(client.patch(ref, 'merge', { apiVersion: 'v2' }), 'Invalid', 422, /is invalid: .*v2/);
    }),
  );

  test(
    'what it leaves must be valid',
    on(async ({ client, namespace }) => {
      const ref = refOf(await client.create(deployment(namespace, 'a')));
      const patch = { spec: { template: { metadata: { labels: { app: 'other' } } } } };
      await expectError(
        client.patch(ref, 'merge', patch),
        'Invalid',
        422,
        /^Deployment\.apps "a" is invalid: spec\.template\.metadata\.labels: Invalid value: \{"app":"other"\}: `selector` does not match template `labels`$/,
      );
    }),
  );
}

function reporting(on: On): void {
  test(
    'is written through its subresource, and only there',
    on(async ({ client, namespace }) => {
      for (const object of [ingress(namespace, 'a'), application(namespace, 'a', { components: [] })]) {
        const created = await client.create({ ...object, status: STATUS });
        expect(created.status ?? {}).not.toMatchObject(STATUS);
        const reported = await client.update({ ...created, spec: {}, status: STATUS }, 'status');
        expect(reported).toMatchObject({ spec: created.spec, status: STATUS });
        const { status: _, ...rest } = reported;
        const updated = await client.update({ ...rest, spec: { ...created.spec, ...changeOf(object) } });
        expect(updated.status).toEqual(reported.status);
        const patched = await client.patch(
          refOf(object),
          'merge',
          { spec: { x: 1 }, status: LATER },
          'status',
        );
        expect(patched).toMatchObject({ spec: updated.spec, status: LATER });
      }
    }),
  );

  test(
    'of a stale version is a conflict',
    on(async ({ client, namespace }) => {
      const old = await client.create(application(namespace, 'a'));
      await client.update({ ...old, status: STATUS }, 'status');
      const message = `Operation cannot be fulfilled on applications.core.oam.dev "a": ${STALE}`;
      await expectError(client.update({ ...old, status: LATER }, 'status'), 'Conflict', 409, message);
    }),
  );

  test(
    'takes annotations along, without a new generation; not those of custom resources',
    on(async ({ client, namespace }) => {
      for (const object of [deployment(namespace, 'a'), application(namespace, 'a')]) {
        const created = await client.create(object);
        const change = { metadata: { annotations: { x: '1' } }, status: STATUS };
        const reported = await client.patch(refOf(created), 'merge', change, 'status');
        expect(reported.metadata.generation).toBe(1);
        expect(reported.metadata.annotations?.['x']).toBe(object.kind === 'Deployment' ? '1' : undefined);
      }
    }),
  );

  test(
    'of a kind that has none is NotFound',
    on(async ({ client, namespace }) => {
      const created = await client.create(configMap(namespace, 'a'));
      const message = 'the server could not find the requested resource';
      await expectError(client.update(created, 'status'), 'NotFound', 404, message);
      await expectError(client.patch(refOf(created), 'merge', {}, 'status'), 'NotFound', 404, message);
    }),
  );
}

function deleting(on: On): void {
  test(
    'waits for the finalizers',
    on(async ({ client, namespace }) => {
      const finalizer = 'example.com/guard';
      const ref = refOf(await client.create(application(namespace, 'a', {}, { finalizers: [finalizer] })));
      await client.delete(ref);
      const marked = await client.get(ref);
      expect(marked.metadata).toMatchObject({
        deletionTimestamp: expect.stringMatching(/Z$/),
        deletionGracePeriodSeconds: 0,
        generation: 2,
      });
      await client.delete(ref);
      expect(await client.get(ref)).toEqual(marked);
      await expectError(
        client.patch(ref, 'merge', { metadata: { finalizers: [finalizer, 'example.com/late'] } }),
        'Invalid',
        422,
        /no new finalizers can be added if the object is being deleted, found new finalizers/,
      );
      const freed = await client.patch(ref, 'merge', { metadata: { finalizers: null } });
      expect(freed.metadata.name).toBe('a');
      await expectError(client.get(ref), 'NotFound', 404, 'applications.core.oam.dev "a" not found');
    }),
  );

  test(
    'of what is not there is NotFound; the namespace default stays',
    on(async ({ client, namespace }) => {
      const ref = { ...DEPLOYMENT, namespace, name: 'a' };
      await expectError(client.delete(ref), 'NotFound', 404, 'deployments.apps "a" not found');
      await expectError(
        client.delete({ ...NAMESPACE, name: 'default' }),
        'Forbidden',
        403,
        'namespaces "default" is forbidden: this namespace may not be deleted',
      );
    }),
  );

  test(
    'Background: the object goes at once, then its dependents',
    on(async stage => {
      const { client } = stage;
      const { owner, dependent, deleted } = await family(stage);
      await client.delete(refOf(owner), 'Background');
      await expectError(client.get(refOf(owner)), 'NotFound', 404, 'configmaps "owner" not found');
      await deleted(dependent);
    }),
  );

  test(
    'Foreground: its dependents go first',
    on(async stage => {
      const { owner, dependent, deleted, watcher } = await family(stage);
      await stage.client.delete(refOf(owner), 'Foreground');
      await deleted(owner);
      await deleted(dependent);
      expect(watcher.names('DELETED')).toEqual(['dependent', 'owner']);
    }),
  );

  test(
    'Orphan: its dependents stay, without their owner',
    on(async stage => {
      const { client } = stage;
      const { owner, dependent, deleted } = await family(stage);
      await client.delete(refOf(owner), 'Orphan');
      await deleted(owner);
      expect((await client.get(refOf(dependent))).metadata.ownerReferences ?? []).toEqual([]);
    }),
  );
}

/** An object, one that it owns, and someone who watches both. */
async function family({ client, namespace }: Stage) {
  const labels = { suite: 's' };
  const owner = await client.create(configMap(namespace, 'owner', {}, { labels }));
  const { apiVersion, kind, metadata } = owner;
  const reference = { apiVersion, kind, name: 'owner', uid: metadata.uid ?? '', blockOwnerDeletion: true };
  const dependent = await client.create(
    configMap(namespace, 'dependent', {}, { labels, ownerReferences: [reference] }),
  );
  const watcher = new Watcher(client, CONFIG_MAP, { namespace, labelSelector: 'suite=s' });
  await watcher.heard(2);
  const deleted = (object: KubeObject) =>
    watcher.until(event => event.type === 'DELETED' && event.object.metadata.uid === object.metadata.uid);
  return { owner, dependent, watcher, deleted };
}

function watching(on: On): void {
  const scope = (namespace: string) => ({ namespace, labelSelector: 'suite=s' });
  const member = (namespace: string, name: string, data: Record<string, string> = {}) =>
    configMap(namespace, name, data, { labels: { suite: 's' } });

  test(
    'begins with what is there, in order, and tells each change once, in order',
    on(async ({ client, namespace }) => {
      for (const name of ['b', 'a']) await client.create(member(namespace, name));
      const watcher = new Watcher(client, CONFIG_MAP, scope(namespace));
      await watcher.heard(2);
      await client.create(member(namespace, 'c'));
      await client.update(member(namespace, 'a', { x: '1' }));
      await client.delete(refOf(member(namespace, 'b')));
      await watcher.heard(5);
      expect(watcher.told).toEqual(['ADDED a', 'ADDED b', 'ADDED c', 'MODIFIED a', 'DELETED b']);
      expect(watcher.events[3]?.object).toEqual(await client.get(refOf(member(namespace, 'a'))));
      const versions = watcher.events.slice(2).map(({ object }) => versionOf(object));
      expect(versions).toEqual(versions.toSorted((a, b) => a - b));
      expect(new Set(versions).size).toBe(3);
      watcher.close();
    }),
  );

  test(
    'goes on from the version of a list, and from that of an event',
    on(async ({ client, namespace }) => {
      await client.create(member(namespace, 'a'));
      const { resourceVersion } = await client.list(CONFIG_MAP, scope(namespace));
      await client.create(member(namespace, 'b'));
      await client.delete(refOf(member(namespace, 'a')));
      await client.create(member(namespace, 'c'));
      const first = new Watcher(client, CONFIG_MAP, { ...scope(namespace), resourceVersion });
      await first.heard(3);
      expect(first.told).toEqual(['ADDED b', 'DELETED a', 'ADDED c']);
      const since = first.events[1]?.object.metadata.resourceVersion ?? '';
      const second = new Watcher(client, CONFIG_MAP, { ...scope(namespace), resourceVersion: since });
      await second.heard(1);
      expect(second.told).toEqual(['ADDED c']);
      first.close();
      second.close();
    }),
  );

  test(
    'of a selector: what comes to match is added, what ceases to is deleted',
    on(async ({ client, namespace }) => {
      const watcher = await watchFromNow(client, CONFIG_MAP, scope(namespace));
      const labelled = (suite: string, x: string) => configMap(namespace, 'a', { x }, { labels: { suite } });
      await client.create(labelled('other', '1'));
      await client.update(labelled('s', '1'));
      await client.update(labelled('s', '2'));
      await client.update(labelled('other', '2'));
      await client.delete(refOf(labelled('other', '2')));
      await client.create(member(namespace, 'last'));
      await watcher.until(({ object }) => object.metadata.name === 'last');
      expect(watcher.told).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a', 'ADDED last']);
      watcher.close();
    }),
  );

  test(
    'of one namespace hears nothing of others, of all hears both',
    on(async ({ client, namespace }) => {
      const other = `${namespace}-b`;
      const labels = { suite: namespace };
      await client.create({ ...NAMESPACE, metadata: { name: other } });
      const labelSelector = `suite=${namespace}`;
      const one = await watchFromNow(client, CONFIG_MAP, { namespace, labelSelector });
      const all = await watchFromNow(client, CONFIG_MAP, { labelSelector });
      await client.create(configMap(other, 'a', {}, { labels }));
      await client.create(configMap(namespace, 'b', {}, { labels }));
      await Promise.all([one.heard(1), all.heard(2)]);
      expect(one.told).toEqual(['ADDED b']);
      expect(all.told).toEqual(['ADDED a', 'ADDED b']);
      one.close();
      all.close();
    }),
  );

  test(
    'tells of finalizers and their end',
    on(async ({ client, namespace }) => {
      const finalizers = ['example.com/guard'];
      const watcher = await watchFromNow(client, APPLICATION, { namespace });
      const ref = refOf(await client.create(application(namespace, 'a', {}, { finalizers })));
      await client.delete(ref);
      await client.patch(ref, 'merge', { metadata: { finalizers: null } });
      await watcher.until(({ type }) => type === 'DELETED');
      expect(watcher.told).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
      const [, marked, gone] = watcher.events;
      expect(marked?.object.metadata.deletionTimestamp).toMatch(/Z$/);
      expect(gone?.object.metadata.deletionTimestamp).toBe(marked?.object.metadata.deletionTimestamp);
      watcher.close();
    }),
  );

  test(
    'that is closed hears nothing more, and is not told of its end',
    on(async ({ client, namespace }) => {
      const closed = new Watcher(client, CONFIG_MAP, scope(namespace));
      const open = new Watcher(client, CONFIG_MAP, scope(namespace));
      await client.create(member(namespace, 'a'));
      await Promise.all([closed.heard(1), open.heard(1)]);
      closed.close();
      closed.close();
      await client.create(member(namespace, 'b'));
      await open.heard(2);
      expect(closed.told).toEqual(['ADDED a']);
      expect(closed.ends).toEqual([]);
      open.close();
    }),
  );

  test(
    'from a version that is forgotten ends as Expired, without an event',
    on(async stage => {
      const resourceVersion = await stage.forgottenVersion();
      const watcher = new Watcher(stage.client, CONFIG_MAP, { resourceVersion });
      const error = await watcher.end();
      expect(error).toMatchObject({ reason: 'Expired', code: 410 });
      expect(error?.message).toMatch(/^too old resource version: \d+ \(\d+\)$/);
      expect(watcher.told).toEqual([]);
    }),
  );

  test.each<[string, ApiErrorParts, Kind, object]>([
    [
      'from a version that is none',
      [
        'InternalError',
        500,
        'resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax',
      ],
      CONFIG_MAP,
      { resourceVersion: 'x' },
    ],
    ['of a selector that is none', ['BadRequest', 400, /unable to parse/], SECRET, { labelSelector: 'a in' }],
    [
      'of a kind that is not served',
      ['NotFound', 404, 'no matches for kind "Pod" in version "v2"'],
      { apiVersion: 'v2', kind: 'Pod' },
      {},
    ],
  ])('%s is refused through its end', (_, [reason, code, message], kind, options) =>
    on(async ({ client }) => {
      const end = await new Watcher(client, kind, options).end();
      await expectError(Promise.reject(end), reason, code, message);
    })(),
  );
}

/** A watch that misses nothing from here on: one without a version begins with what there is when it gets there. */
async function watchFromNow(client: KubeClient, kind: Kind, scope: ListOptions): Promise<Watcher> {
  const { resourceVersion } = await client.list(kind, scope);
  return new Watcher(client, kind, { ...scope, resourceVersion });
}

/** What a watch hears, and promises of what it will hear. */
class Watcher {
  readonly events: WatchEvent[] = [];
  readonly ends: (ApiError | undefined)[] = [];
  readonly close: () => void;
  #changed: () => void = () => {};
  #change = new Promise<void>(resolve => {
    this.#changed = resolve;
  });

  constructor(client: KubeClient, kind: Kind, options: Parameters<KubeClient['watch']>[1]) {
    const watch = client.watch(kind, options, {
      event: event => this.#tell(() => this.events.push(event)),
      end: error => this.#tell(() => this.ends.push(error)),
    });
    this.close = () => watch.close();
  }

  get told(): string[] {
    return this.events.map(({ type, object }) => `${type} ${object.metadata.name}`);
  }

  names(type: WatchEvent['type']): string[] {
    return this.events.filter(event => event.type === type).map(({ object }) => object.metadata.name);
  }

  heard(count: number): Promise<void> {
    return this.#wait(() => this.events.length >= count);
  }

  until(condition: (event: WatchEvent) => boolean): Promise<void> {
    return this.#wait(() => this.events.some(condition));
  }

  async end(): Promise<ApiError | undefined> {
    await this.#wait(() => this.ends.length > 0);
    return this.ends[0];
  }

  async #wait(done: () => boolean): Promise<void> {
    while (!done()) {
      if (this.ends.length > 0)
        throw new Error(`the watch ended: ${this.ends[0]?.message ?? 'by the server'}`);
      await this.#change;
    }
  }

  #tell(note: () => void): void {
    note();
    this.#changed();
    this.#change = new Promise(resolve => {
      this.#changed = resolve;
    });
  }
}

type ApiErrorParts = readonly [reason: ApiError['reason'], code: number, message: string | RegExp];

async function expectError(
  call: Promise<unknown>,
  reason: ApiError['reason'],
  code: number,
  message: string | RegExp = '',
): Promise<void> {
  const error = await call.then(
    value => expect.unreachable(`expected ${reason}, got ${JSON.stringify(value)}`),
    error => error,
  );
  expect(error).toBeInstanceOf(ApiError);
  expect({ reason: error.reason, code: error.code, message: error.message }).toMatchObject({ reason, code });
  if (typeof message === 'string' && message !== '') expect(error.message).toBe(message);
  else expect(error.message).toMatch(message);
}

type Meta = Partial<ObjectMeta>;

function configMap(
  namespace: string,
  name: string,
  data: Record<string, string> = {},
  metadata: Meta = {},
): KubeObject {
  return { ...CONFIG_MAP, metadata: { namespace, ...metadata, name }, data };
}

function application(
  namespace: string,
  name: string,
  spec: Fields = { components: [] },
  metadata: Meta = {},
): KubeObject {
  return { ...APPLICATION, metadata: { namespace, ...metadata, name }, spec };
}

/** Without replicas, and paused: no controller changes it. */
function deployment(namespace: string, name: string, spec: Fields = {}, metadata: Meta = {}): KubeObject {
  const labels = { app: name };
  return {
    ...DEPLOYMENT,
    metadata: { namespace, ...metadata, name },
    spec: {
      replicas: 0,
      paused: true,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name, image: 'web-demo:0.4.0' }] } },
      ...spec,
    },
  };
}

function ingress(namespace: string, name: string): KubeObject {
  const backend = { service: { name, port: { number: 80 } } };
  return { ...INGRESS, metadata: { namespace, name }, spec: { defaultBackend: backend } };
}

/** A change of an Ingress's or an Application's spec. */
function changeOf({ kind }: KubeObject): Fields {
  const backend = { service: { name: 'other', port: { number: 80 } } };
  return kind === 'Ingress' ? { defaultBackend: backend } : { components: [{ name: 'other' }] };
}

/** What an Ingress may say of itself, and an Application too. */
const STATUS = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } };
const LATER = { loadBalancer: { ingress: [{ ip: '192.0.2.2' }] } };

function versionOf({ metadata }: KubeObject): number {
  return Number(metadata.resourceVersion);
}
