import fc from 'fast-check';

/** Random cases for the engine and for the reference run of KubeVela: many are wrong somewhere, on purpose. */

// biome-ignore lint/suspicious/noExplicitAny: JSON documents, made up field by field
type Json = any;

const CLUSTERS = [
  { name: 'c1', labels: { city: 'beijing', tier: 'a' } },
  { name: 'c2', labels: { city: 'beijing' } },
  { name: 'c3', labels: { city: 'hangzhou' } },
];

const some = <T>(...values: T[]) => fc.constantFrom(...values);
/** Sometimes there: `weight` times of three more. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>, weight = 2) =>
  fc.oneof(
    { weight, arbitrary: arbitrary as fc.Arbitrary<T | undefined> },
    { weight: 3, arbitrary: fc.constant(undefined) },
  );
/** Mostly the one, now and then the other. */
const mostly = <T, U>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<U>) =>
  fc.oneof({ weight: 14, arbitrary: usual }, { weight: 1, arbitrary: rare as fc.Arbitrary<unknown> });
const record = (model: Record<string, fc.Arbitrary<unknown>>, required: string[] = []) =>
  fc.record(model, { requiredKeys: required }).map(withoutUndefined);

function withoutUndefined(value: Json): Json {
  return JSON.parse(JSON.stringify(value));
}

const text = some('a', 'b', 'x y', '', 'nginx:1', 'ü');
const wrong = some<unknown>(null, 1, 'text', true, [], {}, ['x']);

const json: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    some<unknown>(0, 1, -3, 2.5, 1e21, true, false, null, '', 'a', 'b'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(some('a', 'b', 'c', 'x.y'), tie('value'), { maxKeys: 3 }),
  ),
})).value;

const properties = mostly(
  fc.dictionary(some('a', 'b', 'c', 'image', 'env'), json, { maxKeys: 4 }),
  some<unknown>(undefined, {}),
);

const NAMES = ['web', 'db', 'cache', 'web-2', 'DB', '7'];
const PATTERNS = [...NAMES, 'we*', '*', '^web$', 'web|db', 'w.b', 'new', '[', '(', 'c+', '.', 'b-?2', 'X'];
const TYPES = ['ref-objects', 'webservice', 'worker'];

/** A merge alone: components and the overrides that are laid over them. */
export const mergeCase: fc.Arbitrary<Json> = fc
  .record({
    components: fc.uniqueArray(
      fc.record({
        name: some(...NAMES),
        type: some(...TYPES),
        properties,
        traits: maybe(
          fc.array(fc.record({ type: some('env', 'scaler', 'labels'), properties }), { maxLength: 3 }),
        ),
      }),
      { maxLength: 4, selector: ({ name }) => name },
    ),
    overrides: fc.array(
      fc.record({
        components: maybe(
          fc.array(
            fc.record({
              name: maybe(some(...PATTERNS), 6),
              type: maybe(some(...TYPES), 2),
              properties: maybe(properties, 4),
              traits: maybe(
                fc.array(
                  fc.record({
                    type: some('env', 'scaler', 'labels', 'sidecar'),
                    properties: maybe(properties, 3),
                    disable: maybe(fc.boolean(), 1),
                  }),
                  { maxLength: 3 },
                ),
              ),
            }),
            { maxLength: 3 },
          ),
          8,
        ),
        selector: maybe(fc.array(some(...NAMES, 'new'), { maxLength: 3 }), 1),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(merge => withoutUndefined({ merge, options: { mode: 'merge' } }));

const container = (name: string) =>
  record(
    {
      name: fc.constant(name),
      image: some('nginx:1', 'busybox'),
      args: maybe(fc.uniqueArray(some('-a', '-b', '-c'), { maxLength: 3 })),
      command: maybe(fc.constant(['run'])),
      env: maybe(
        fc.uniqueArray(
          fc.oneof(
            fc.record({ name: some('A', 'B', 'C'), value: some('1', '2', '') }),
            fc.record({
              name: some('A', 'S'),
              valueFrom: fc.constant({ secretKeyRef: { name: 's', key: 'k' } }),
            }),
          ),
          { maxLength: 3, selector: ({ name }) => name },
        ),
      ),
      resources: maybe(some({ limits: { cpu: 1 } }, { requests: { memory: '1Gi' } }), 1),
      volumeMounts: maybe(some([{ name: 'workdir', mountPath: '/x' }], [{ name: 'v', mountPath: '/v' }]), 1),
    },
    ['name'],
  );

const deployment = (name: string) =>
  fc
    .record({
      replicas: maybe(some(0, 1, 3), 6),
      main: container(name),
      others: fc
        .uniqueArray(some('side', 'log'), { maxLength: 2 })
        .chain(names => fc.tuple(...names.map(container))),
      labels: maybe(some({ app: 'web' }, { app: 'web', 'app.oam.dev/name': 'x' })),
      annotations: maybe(some({ a: '1' }, { 'kubectl.kubernetes.io/last-applied-configuration': '{}' }), 1),
      volumes: maybe(some([{ name: 'workdir', emptyDir: {} }], [{ name: 'v', hostPath: { path: '/' } }]), 1),
      hostAliases: maybe(some([{ ip: '1.1.1.1', hostnames: ['a'] }]), 1),
      template: maybe(fc.constant({ app: 'web' }), 5),
    })
    .map(({ replicas, main, others, labels, annotations, volumes, hostAliases, template }) =>
      withoutUndefined({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, namespace: 'demo', labels, annotations, uid: 'u', resourceVersion: undefined },
        spec: {
          replicas,
          selector: { matchLabels: { app: 'web' } },
          template: {
            metadata: template === undefined ? undefined : { labels: template },
            spec: { containers: [main, ...others], volumes, hostAliases },
          },
        },
      }),
    );

const hub = fc.tuple(deployment('web'), deployment('db')).map(([web, db]) => [
  web,
  db,
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'conf', namespace: 'demo', labels: { app: 'x' } },
    data: { a: '1', b: '2' },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'svc', namespace: 'demo', labels: { app: 'x' } },
    spec: { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ports: [{ port: 80, nodePort: 30080 }] },
  },
  {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'job', namespace: 'demo' },
    spec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: 'job', image: 'j' }] } } } } },
  },
]);

const envVariables = fc.array(
  record({
    name: mostly(some('A', 'B'), wrong),
    value: maybe(mostly(some('1', ''), wrong)),
    valueFrom: maybe(
      some(
        { secretKeyRef: { name: 's', key: 'k' } },
        { configMapKeyRef: { name: 'c' } },
        { fieldRef: { fieldPath: 'x' } },
      ),
      1,
    ),
  }),
  { maxLength: 2 },
);
const probe = record({
  exec: maybe(some({ command: ['x'] }, { command: 'x' }), 1),
  httpGet: maybe(
    some({ path: '/', port: 80 }, { path: '/', port: 80, host: 'h', scheme: 'HTTPS' }, { port: 1 }),
    2,
  ),
  tcpSocket: maybe(fc.constant({ port: 1 }), 1),
  periodSeconds: maybe(mostly(some(1, 5), wrong)),
});

const names = mostly(some('web', 'side', 'db', 'nope', ''), wrong);
const strings = fc.array(mostly(some('-a', '-b', '-d', 'x'), wrong), { maxLength: 3 });
const texts = fc.dictionary(
  some('A', 'B', 'C', 'app', 'z', 'app.oam.dev/name'),
  mostly(text, some(null, 1)),
  { maxKeys: 3 },
);
const whole = (...values: number[]) => mostly(some(...values), some<unknown>(1.5, '3', null, -1));

/** Several containers or one, as many traits have it. */
const perContainer = (fields: Record<string, fc.Arbitrary<unknown>>) =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: record({ containerName: maybe(names), ...fields, extra: maybe(some(1), 1) }).map(dropExtra),
    },
    {
      weight: 1,
      arbitrary: fc
        .array(record({ containerName: maybe(names, 8), ...fields }), { maxLength: 2 })
        .map(containers => ({ containers })),
    },
  );

function dropExtra(value: Json): Json {
  return value;
}

const amounts = record({
  cpu: maybe(mostly(some<unknown>(1, '500m', 0.5), wrong), 4),
  memory: maybe(mostly(some('1Gi', '512Mi'), some<unknown>('1G1', 5)), 4),
});

const operations = fc.array(
  record(
    {
      op: mostly(some('add', 'replace', 'remove', 'test', 'copy', 'move'), some('nope')),
      path: some(
        '/spec/replicas',
        '/metadata/generateName',
        '/spec/template/spec/containers/0/image',
        '/spec/template/spec/containers/-',
        '/spec/nope/x',
        '/data/a',
        '/x~1y',
      ),
      value: maybe(some<unknown>(3, 'x', { name: 'n' }, null), 6),
      from: maybe(some('/spec/replicas', '/metadata/labels', '/data/b'), 3),
    },
    ['op', 'path'],
  ),
  { maxLength: 3 },
);

const mergePatch: fc.Arbitrary<unknown> = fc.oneof(
  fc
    .dictionary(some('spec', 'metadata', 'data', 'extra'), json, { maxKeys: 2 })
    .map(patch => ({ ...patch, ...(typeof patch['metadata'] === 'object' ? {} : { metadata: undefined }) }))
    .map(withoutUndefined)
    .map(({ metadata: _, ...rest }: Json) => rest),
  some<unknown>(
    { spec: { replicas: 7 } },
    { spec: { replicas: null } },
    { metadata: { labels: { app: null, x: 'y' } } },
    { metadata: { name: 'renamed' } },
    { metadata: { namespace: 'other' } },
    { spec: { template: { spec: { containers: [{ name: 'web', image: 'z' }] } } } },
    { data: { a: null, c: '3' } },
    {},
  ),
);

/** Parameters of each trait. */
const TRAITS: Record<string, fc.Arbitrary<unknown>> = {
  env: perContainer({
    env: maybe(texts, 12),
    replace: maybe(mostly(fc.boolean(), wrong), 1),
    unset: maybe(
      strings.map(all => all.map(each => (each === '-a' ? 'A' : each))),
      1,
    ),
  }),
  scaler: record({ replicas: maybe(whole(0, 1, 4, 9), 8), more: maybe(some(1), 1) }),
  'json-merge-patch': mergePatch,
  'json-patch': operations.map(all => ({ operations: all })),
  labels: texts,
  annotations: texts,
  command: perContainer({
    command: maybe(mostly(strings, wrong)),
    args: maybe(strings),
    addArgs: maybe(strings, 1),
    delArgs: maybe(strings, 1),
  }),
  'container-image': perContainer({
    image: mostly(some('new:2', ''), wrong),
    imagePullPolicy: maybe(mostly(some('Always', 'Never', ''), wrong)),
  }),
  resource: fc.oneof(
    amounts,
    record({
      requests: maybe(amounts),
      limits: maybe(amounts),
      cpu: maybe(some(1), 1),
      memory: maybe(some('1Gi'), 1),
    }),
  ),
  sidecar: record(
    {
      name: mostly(some('extra', 'side', 'web'), wrong),
      image: mostly(some('s:1', 'busybox'), wrong),
      cmd: maybe(strings),
      args: maybe(strings),
      env: maybe(envVariables),
      volumes: maybe(some([{ name: 'v', path: '/p' }], [{ name: 'v' }]), 1),
      livenessProbe: maybe(probe, 1),
      readinessProbe: maybe(probe, 1),
    },
    ['name', 'image'],
  ),
  'init-container': record(
    {
      name: some('init'),
      image: some('i:1'),
      cmd: maybe(strings),
      mountName: some('workdir', 'v'),
      appMountPath: some('/app', '/x'),
      initMountPath: some('/init'),
      extraVolumeMounts: maybe(some([{ name: 'e', mountPath: '/e' }], []), 1),
      imagePullPolicy: maybe(mostly(some('Never'), wrong), 1),
      env: maybe(envVariables, 1),
    },
    ['name', 'image', 'mountName', 'appMountPath', 'initMountPath'],
  ),
  cpuscaler: record({
    min: maybe(whole(1, 2)),
    max: maybe(whole(5)),
    cpuUtil: maybe(whole(60)),
    targetAPIVersion: maybe(text, 1),
    targetKind: maybe(text, 1),
  }),
  hpa: record({
    min: maybe(whole(1, 2)),
    max: maybe(whole(5)),
    cpu: maybe(
      record({ type: maybe(mostly(some('AverageValue', 'Utilization'), wrong)), value: maybe(whole(60)) }),
    ),
    mem: maybe(record({ type: maybe(some('AverageValue', 'Utilization')), value: maybe(whole(10)) })),
    podCustomMetrics: maybe(some([{ name: 'm', value: '1' }], [{ name: 'm', value: 1 }], [{ name: 'm' }]), 1),
  }),
  expose: record({
    port: maybe(fc.array(whole(80, 81), { maxLength: 2 }), 3),
    ports: maybe(
      fc.array(
        record(
          {
            port: whole(80, 443),
            name: maybe(some('http')),
            protocol: maybe(mostly(some('TCP', 'UDP'), wrong)),
            nodePort: maybe(whole(30080), 1),
          },
          ['port'],
        ),
        { maxLength: 2 },
      ),
    ),
    annotations: maybe(some({ a: 'b' }, { a: 1 }), 1),
    matchLabels: maybe(some({ app: 'web' }), 1),
    type: maybe(mostly(some('ClusterIP', 'NodePort'), wrong)),
  }),
  gateway: record({
    domain: maybe(mostly(some('x.y'), wrong)),
    http: maybe(mostly(some({ '/': 80 }, { '/a': 81, '/b': 80 }, {}), some<unknown>({ '/': '80' }, 1)), 10),
    class: maybe(some('traefik'), 1),
    classInSpec: maybe(mostly(fc.boolean(), wrong), 1),
    secretName: maybe(some('s'), 1),
    gatewayHost: maybe(some('h'), 1),
    name: maybe(some('n'), 1),
    pathType: maybe(mostly(some('Prefix', 'Exact'), wrong), 1),
    annotations: maybe(some({ a: 'b' }, { a: 1 }), 1),
    labels: maybe(some({ a: 'b' }), 1),
    existingServiceName: maybe(some('old'), 1),
  }),
  hostalias: record({
    hostAliases: maybe(
      fc.array(
        record({ ip: some('1.1.1.1', '2.2.2.2'), hostnames: some<unknown>(['a'], ['b', 'c'], 'a') }, [
          'ip',
          'hostnames',
        ]),
        { maxLength: 2 },
      ),
      8,
    ),
  }),
  lifecycle: record({
    postStart: maybe(
      some({ exec: { command: ['x'] } }, { httpGet: { port: 80 } }, { httpGet: { port: 0 } }, { nope: 1 }),
    ),
    preStop: maybe(some({ tcpSocket: { port: 1 } }, { exec: {} }), 1),
  }),
  'service-account': record(
    {
      name: some('sa', 'sb', 'sc', 'sd', 'se', 'sf'),
      create: maybe(fc.boolean()),
      privileges: maybe(
        some(
          [{ verbs: ['get'], resources: ['pods'], apiGroups: [''] }],
          [{ verbs: ['get'], scope: 'cluster' }],
          [{ verbs: 'get' }],
          [],
        ),
        2,
      ),
    },
    ['name'],
  ),
};

const trait = fc
  .constantFrom(...Object.keys(TRAITS))
  .chain(type =>
    mostly(TRAITS[type] as fc.Arbitrary<unknown>, wrong).map(given => ({ type, properties: given })),
  )
  .chain(made =>
    NEEDS.has(made.type) ? fc.constant(made) : fc.constantFrom(made, made, made, made, { type: made.type }),
  );

/** Traits that cannot do without properties: without, KubeVela joins types with what is there (docs/engine.md). */
const NEEDS = new Set(['sidecar', 'init-container', 'container-image', 'service-account', 'env', 'command']);

/** What each component may refer to: no two have an object in common, whose last writer KubeVela leaves to chance. */
const HOME: Readonly<Record<string, readonly Json[]>> = {
  web: [
    { apiVersion: 'apps/v1', kind: 'Deployment' },
    { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    { apiVersion: 'v1', kind: 'Service', name: 'svc' },
    { resource: 'Deployments', group: 'apps', name: 'web' },
    { resource: 'service', labelSelector: { app: 'x' } },
  ],
  db: [
    { apiVersion: 'apps/v1', kind: 'Deployment' },
    { resource: 'deployment' },
    { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { app: 'no' } },
  ],
  aux: [
    { apiVersion: 'v1', kind: 'ConfigMap', name: 'conf' },
    { apiVersion: 'batch/v1', kind: 'CronJob', name: 'job' },
    { resource: 'configmap', labelSelector: { app: 'x' } },
  ],
};

const mounts = fc.array(
  record(
    {
      name: some('v', 'w'),
      mountPath: some('/m'),
      subPath: maybe(some('s'), 1),
      claimName: maybe(some('c'), 6),
      cmName: maybe(some('c'), 6),
      secretName: maybe(some('c'), 6),
      path: maybe(some('/p'), 6),
      defaultMode: maybe(whole(256), 1),
      medium: maybe(some('Memory', 'x'), 1),
      items: maybe(some([{ key: 'k', path: 'p' }], [{ key: 'k', path: 'p', mode: 5 }], [{ key: 1 }]), 1),
    },
    ['name', 'mountPath'],
  ),
  { maxLength: 2 },
);

const workload = record(
  {
    image: mostly(some('nginx:1'), wrong),
    cmd: maybe(strings, 1),
    args: maybe(strings, 1),
    env: maybe(envVariables, 1),
    cpu: maybe(mostly(some('0.5', '1'), wrong)),
    memory: maybe(mostly(some('1Gi'), wrong)),
    limit: maybe(some({ cpu: '2' }, { memory: '2Gi' }, { cpu: 1 }), 1),
    port: maybe(whole(80), 1),
    ports: maybe(
      fc.array(
        record(
          {
            port: whole(80, 443),
            containerPort: maybe(whole(8080), 1),
            name: maybe(some('n'), 1),
            protocol: maybe(mostly(some('UDP', 'TCP'), wrong), 1),
            expose: maybe(fc.boolean(), 4),
            nodePort: maybe(whole(30000), 1),
          },
          ['port'],
        ),
        { maxLength: 2 },
      ),
    ),
    exposeType: maybe(mostly(some('NodePort', 'ClusterIP'), wrong), 1),
    imagePullPolicy: maybe(mostly(some('Always'), wrong), 1),
    imagePullSecrets: maybe(some<unknown>(['a'], ['a', 'b'], 'a'), 1),
    labels: maybe(
      some({ x: 'y' }, { x: 1 }, { 'app.oam.dev/name': 'other' }, { 'app.oam.dev/name': 'demo' }),
      1,
    ),
    annotations: maybe(some({ x: 'y' }), 1),
    volumes: maybe(
      fc.array(
        record(
          {
            name: some('v'),
            mountPath: some('/m'),
            type: maybe(some('pvc', 'configMap', 'secret', 'emptyDir', 'nope')),
            claimName: maybe(some('c'), 6),
            cmName: maybe(some('c'), 6),
            secretName: maybe(some('s'), 6),
            medium: maybe(some('Memory'), 1),
          },
          ['name', 'mountPath'],
        ),
        { maxLength: 2 },
      ),
      1,
    ),
    volumeMounts: maybe(
      record({
        pvc: maybe(mounts, 1),
        configMap: maybe(mounts, 1),
        secret: maybe(mounts, 1),
        emptyDir: maybe(mounts, 1),
        hostPath: maybe(mounts, 1),
      }),
      1,
    ),
    livenessProbe: maybe(probe, 1),
    readinessProbe: maybe(probe, 1),
    hostAliases: maybe(some([{ ip: '1.1.1.1', hostnames: ['a'] }]), 1),
  },
  ['image'],
);

const literal = (name: string) =>
  some<Json>(
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `lit-${name}` }, data: { k: 'v' } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `lit2-${name}`, namespace: 'other' }, data: {} },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `lit3-${name}` }, data: { m: '1', n: '2' } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: `lit-${name}` },
      spec: { replicas: 2, template: { spec: { containers: [{ name: 'web', image: 'x' }] } } },
    },
  );

const component = (name: string): fc.Arbitrary<Json> =>
  fc
    .oneof(
      {
        weight: 5,
        arbitrary: fc
          .uniqueArray(some(...(HOME[name] ?? [])), {
            minLength: 1,
            maxLength: 2,
            selector: each => JSON.stringify(each),
          })
          .map(objects => ({ type: 'ref-objects', properties: { objects } })),
      },
      {
        weight: 2,
        arbitrary: fc
          .uniqueArray(literal(name), { minLength: 1, maxLength: 2, selector: each => each.metadata.name })
          .map(objects => ({ type: 'k8s-objects', properties: { objects } })),
      },
      { weight: 2, arbitrary: workload.map(given => ({ type: 'webservice', properties: given })) },
      { weight: 1, arbitrary: workload.map(given => ({ type: 'worker', properties: given })) },
    )
    .chain(base =>
      fc
        .array(trait, { maxLength: 2 })
        .map(traits => ({ name, ...base, ...(traits.length > 0 ? { traits } : {}) })),
    );

const topology = mostly(
  some<unknown>(
    { clusters: ['c1'] },
    { clusters: ['c2'] },
    { clusters: ['c1', 'c2'] },
    { clusters: ['c3'], namespace: 'prod' },
    { clusterLabelSelector: { city: 'beijing' } },
  ),
  some<unknown>(
    { clusters: [] },
    { clusters: ['ghost'] },
    { clusterLabelSelector: {} },
    { clusterLabelSelector: { city: 'no' } },
    { clusterLabelSelector: { city: 'no' }, allowEmpty: true },
    {},
    { cluster: 'x' },
    { clusters: ['local'], namespace: 'prod' },
  ),
);

const override = fc
  .record({
    components: maybe(
      fc.array(
        fc.record({
          name: maybe(mostly(some('web', 'db', 'aux', '*'), some('we', 'new', 'a|b')), 8),
          properties: maybe(some<unknown>({ image: 'over:1' }, { cpu: '2' }, {}, { replicas: 1 }), 1),
          traits: maybe(
            fc.array(
              trait.chain(made =>
                maybe(fc.boolean(), 1).map(disable => withoutUndefined({ ...made, disable })),
              ),
              { maxLength: 2 },
            ),
            6,
          ),
        }),
        { minLength: 1, maxLength: 2 },
      ),
      12,
    ),
    selector: maybe(some(['web'], ['web', 'db'], ['ghost']), 1),
  })
  .map(withoutUndefined);

const rules = some<unknown>(
  [{ selector: { resourceTypes: ['Deployment'] } }],
  [{ selector: { componentNames: ['web'] } }],
  [{ selector: { resourceNames: ['conf'] } }],
  [{ selector: {} }],
);

const policies = fc
  .record({
    t1: topology,
    t2: topology,
    o1: override,
    o2: override,
    more: fc.array(
      fc.oneof(
        some<Json>(
          { name: 'gc', type: 'garbage-collect', properties: { keepLegacyResource: true } },
          {
            name: 'gc',
            type: 'garbage-collect',
            properties: { rules: [{ selector: { resourceTypes: ['ConfigMap'] }, strategy: 'never' }] },
          },
          {
            name: 'gc',
            type: 'garbage-collect',
            properties: { rules: [{ selector: { componentNames: ['web'] }, strategy: 'onAppDelete' }] },
          },
          { name: 'gc', type: 'garbage-collect', properties: { order: 'dependency' } },
          { name: 'ao', type: 'apply-once', properties: { enable: true } },
          {
            name: 'ao',
            type: 'apply-once',
            properties: {
              enable: true,
              rules: [{ selector: { resourceTypes: ['Deployment'] }, strategy: { path: ['spec.replicas'] } }],
            },
          },
          {
            name: 'ru',
            type: 'resource-update',
            properties: {
              rules: [{ selector: { resourceTypes: ['Deployment'] }, strategy: { op: 'replace' } }],
            },
          },
        ),
        some('shared-resource', 'take-over').chain(type =>
          rules.map(all => ({ name: type, type, properties: { rules: all } })),
        ),
      ),
      { maxLength: 1 },
    ),
  })
  .map(({ t1, t2, o1, o2, more }) => [
    { name: 't1', type: 'topology', properties: t1 },
    { name: 't2', type: 'topology', properties: t2 },
    { name: 'o1', type: 'override', properties: o1 },
    { name: 'o2', type: 'override', properties: o2 },
    ...more,
  ]);

const condition = some(
  'always',
  'status.s0.succeeded',
  'status.s0.failed',
  'status["s0"].phase == "succeeded"',
  'context.name == "demo"',
  '!status.s0.failed && context.namespace != "x"',
  'status.ghost.failed',
  'nonsense(',
  '1',
  'context.appLabels.env == "prod" || true',
  'status.s1.skipped == false',
);

const stepBase = (index: number, prefix = 's') =>
  fc.oneof(
    {
      weight: 8,
      arbitrary: record(
        {
          name: fc.constant(`${prefix}${index}`),
          type: fc.constant('deploy'),
          properties: record(
            {
              policies: fc.uniqueArray(mostly(some('t1', 't2', 'o1', 'o2'), some('ext', 'ghost')), {
                maxLength: 3,
              }),
              auto: maybe(some(false, true), 1),
              parallelism: maybe(mostly(some(1, 5), some(0)), 1),
            },
            ['policies'],
          ),
          if: maybe(condition, 1),
          dependsOn: maybe(some(['s0'], ['s1'], ['s2']), 1),
        },
        ['name', 'type', 'properties'],
      ),
    },
    {
      weight: 1,
      arbitrary: record(
        {
          name: fc.constant(`${prefix}${index}`),
          type: fc.constant('suspend'),
          properties: maybe(some({ message: 'm' }), 1),
          if: maybe(condition, 1),
        },
        ['name', 'type'],
      ),
    },
    {
      weight: 1,
      arbitrary: record(
        {
          name: fc.constant(`${prefix}${index}`),
          type: fc.constant('apply-component'),
          properties: some(
            { component: 'web' },
            { component: 'web', cluster: 'c1' },
            { component: 'web', cluster: 'c2', namespace: 'prod' },
          ),
        },
        ['name', 'type', 'properties'],
      ),
    },
  );

const step = (index: number): fc.Arbitrary<Json> =>
  fc.oneof(
    { weight: 9, arbitrary: stepBase(index) },
    {
      weight: 1,
      arbitrary: fc.tuple(stepBase(0, `g${index}-`), stepBase(1, `g${index}-`)).chain(subSteps =>
        record(
          {
            name: fc.constant(`s${index}`),
            type: fc.constant('step-group'),
            mode: maybe(some('DAG', 'StepByStep'), 1),
            if: maybe(condition, 1),
            subSteps: fc.constant(subSteps),
          },
          ['name', 'type', 'subSteps'],
        ),
      ),
    },
  );

const workflow = fc
  .record({
    steps: fc
      .integer({ min: 1, max: 3 })
      .chain(count => fc.tuple(...Array.from({ length: count }, (_, index) => step(index)))),
    mode: maybe(some({ steps: 'DAG' }, { steps: 'StepByStep', subSteps: 'StepByStep' }), 1),
  })
  .map(withoutUndefined);

const application = fc
  .record({
    components: fc
      .subarray(['db', 'aux'])
      .chain(all => fc.tuple(...['web', ...all].map(component)))
      .chain(all =>
        mostly(
          fc.constant(all),
          fc.constant(all.map((each, index) => (index > 0 ? { ...each, dependsOn: [all[0]?.name] } : each))),
        ),
      ),
    policies,
    workflow: maybe(workflow, 12),
    labels: maybe(some({ env: 'prod' }, { app: 'mine' }), 1),
    annotations: maybe(
      some<Json>(
        { 'app.oam.dev/publishVersion': 'pv1' },
        { note: 'n' },
        { 'filter.oam.dev/label-keys': 'app' },
      ),
      1,
    ),
  })
  .map(({ components, policies: all, workflow: flow, labels, annotations }) =>
    withoutUndefined({
      apiVersion: 'core.oam.dev/v1beta1',
      kind: 'Application',
      metadata: { name: 'demo', namespace: 'demo', labels, annotations },
      spec: { components, policies: all, workflow: flow },
    }),
  );

const external = override.map(given => [
  {
    apiVersion: 'core.oam.dev/v1alpha1',
    kind: 'Policy',
    metadata: { name: 'ext', namespace: 'demo' },
    type: 'override',
    properties: given,
  },
]);

const world = fc
  .record({ application, policies: external, hubObjects: hub })
  .map(all => ({ ...all, clusters: CLUSTERS }));

export const planCase: fc.Arbitrary<Json> = world.map(all => ({ ...all, options: { mode: 'plan' } }));

const unhealthy = fc.array(
  record({ cluster: maybe(some('c1', 'c2')), kind: maybe(some('Deployment'), 1), ready: maybe(some(1), 1) }),
  { maxLength: 1 },
);

const action: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ op: 'settle' }) },
  {
    weight: 2,
    arbitrary: some<Json>(
      { op: 'resume' },
      { op: 'restart' },
      { op: 'terminate' },
      { op: 'suspend' },
      { op: 'rollback' },
    ),
  },
  {
    weight: 2,
    arbitrary: some('c1', 'c2').chain(cluster =>
      some({ op: 'cluster', cluster, unreachable: true }, { op: 'cluster', cluster, unreachable: false }),
    ),
  },
  { weight: 1, arbitrary: unhealthy.map(health => ({ op: 'health', health })) },
  {
    weight: 1,
    arbitrary: some<Json>(
      {
        op: 'patch',
        cluster: 'c1',
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        namespace: 'demo',
        name: 'web',
        patch: { spec: { replicas: 8, minReadySeconds: 3 } },
      },
      {
        op: 'patch',
        apiVersion: 'v1',
        kind: 'ConfigMap',
        namespace: 'demo',
        name: 'conf',
        patch: { data: { a: '9', b: null } },
      },
      { op: 'delete', cluster: 'c1', apiVersion: 'v1', kind: 'ConfigMap', namespace: 'demo', name: 'conf' },
    ),
  },
  { weight: 2, arbitrary: application.map(given => ({ op: 'update', application: given })) },
  { weight: 1, arbitrary: fc.constant({ op: 'deleteApp' }) },
);

export const runCase: fc.Arbitrary<Json> = world.chain(all =>
  fc
    .record({ script: maybe(fc.array(action, { minLength: 1, maxLength: 5 }), 2), unhealthy })
    .map(({ script, unhealthy: sick }) => ({
      ...all,
      ...(script === undefined ? {} : { script: [{ op: 'settle' }, ...reachable(script), { op: 'settle' }] }),
      options: { mode: 'run', stepErrorRetryTimes: 3, ...(sick.length > 0 ? { unhealthy: sick } : {}) },
    })),
);

/** A cluster that is away when the application is deleted is a deliberate difference. */
function reachable(script: Json[]): Json[] {
  const isDeleted = script.some(({ op }) => op === 'deleteApp');
  return isDeleted ? script.filter(({ unreachable }) => unreachable !== true) : script;
}
