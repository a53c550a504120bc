import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { ApiError, WatchEvent } from '../../src/kube/client.ts';
import { type RealClientOptions, type RealKubeClient, realClient } from '../../src/kube/client-real.ts';
import { type Answer, type Asked, kubeconfig, respond, ScriptedApi, status } from './scripted-api.ts';

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };
const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment' };
const NODE = { apiVersion: 'v1', kind: 'Node' };
const ref = { ...CONFIG_MAP, namespace: 'demo', name: 'a' };
const configMap = { ...CONFIG_MAP, metadata: { namespace: 'demo', name: 'a' }, data: { x: '1' } };

interface Scene {
  readonly api: ScriptedApi;
  readonly client: RealKubeClient;
}

/** A client of an API that answers so. */
function scene(
  answer: Answer,
  play: (scene: Scene) => Promise<void>,
  options: Partial<RealClientOptions> = {},
): () => Promise<void> {
  return async () => {
    await using api = await ScriptedApi.start(answer);
    const client = realClient({ kubeconfig: kubeconfig(api.url), timeoutMs: 5000, ...options });
    try {
      await play({ api, client });
    } finally {
      client.close();
    }
  };
}

const echo: Answer = ({ body }, response) => respond(response, 200, { ...configMap, ...(body as object) });

describe('a call', () => {
  const calls: readonly [string, (client: RealKubeClient) => Promise<unknown>, Partial<Asked>][] = [
    ['get', client => client.get(ref), { method: 'GET', path: '/api/v1/namespaces/demo/configmaps/a' }],
    [
      'get in no namespace',
      client => client.get({ ...CONFIG_MAP, name: 'a' }),
      { path: '/api/v1/namespaces/default/configmaps/a' },
    ],
    [
      'get of a kind without namespaces',
      client => client.get({ ...NODE, namespace: 'demo', name: 'a' }),
      { path: '/api/v1/nodes/a' },
    ],
    [
      'create',
      client => client.create(configMap),
      { method: 'POST', path: '/api/v1/namespaces/demo/configmaps', body: configMap },
    ],
    [
      'update of the status',
      client => client.update({ ...DEPLOYMENT, metadata: { namespace: 'demo', name: 'a' } }, 'status'),
      { method: 'PUT', path: '/apis/apps/v1/namespaces/demo/deployments/a/status' },
    ],
    ['delete', client => client.delete(ref), { method: 'DELETE', body: { ...deleteOptions() } }],
    [
      'delete in the foreground',
      client => client.delete(ref, 'Foreground'),
      { body: { ...deleteOptions(), propagationPolicy: 'Foreground' } },
    ],
  ];
  test.each(calls)('%s', (_, call, expected) =>
    scene(echo, async ({ api, client }) => {
      await call(client);
      expect(api.asked).toMatchObject([expected]);
    })(),
  );

  test.each([
    ['merge', 'application/merge-patch+json', { data: { x: null } }],
    ['json', 'application/json-patch+json', [{ op: 'remove', path: '/data/x' }]],
    ['strategic', 'application/strategic-merge-patch+json', { data: { x: null } }],
  ] as const)('patch, %s', (type, contentType, patch) =>
    scene(
      (_, response) => respond(response, 200, configMap),
      async ({ api, client }) => {
        await client.patch(ref, type, patch);
        expect(api.asked).toMatchObject([{ method: 'PATCH', body: patch }]);
        expect(api.asked[0]?.headers['content-type']).toBe(contentType);
      },
    )(),
  );

  test(
    'lists what a selector matches, completes and orders it',
    scene(
      (_, response) => {
        const item = (namespace: string, name: string) => ({
          metadata: { namespace, name, managedFields: [{}] },
        });
        const items = [item('demo-b', 'a'), item('demo', 'b'), item('demo', 'a')];
        respond(response, 200, { kind: 'ConfigMapList', metadata: { resourceVersion: '7' }, items });
      },
      async ({ api, client }) => {
        const { resourceVersion, items } = await client.list(CONFIG_MAP, {
          labelSelector: 'app in (a, b),!c',
        });
        expect(api.asked).toMatchObject([
          { path: '/api/v1/configmaps', query: { labelSelector: 'app in (a, b),!c' } },
        ]);
        expect(resourceVersion).toBe('7');
        expect(items).toEqual([
          { ...CONFIG_MAP, metadata: { namespace: 'demo', name: 'a' } },
          { ...CONFIG_MAP, metadata: { namespace: 'demo', name: 'b' } },
          { ...CONFIG_MAP, metadata: { namespace: 'demo-b', name: 'a' } },
        ]);
      },
    ),
  );

  test(
    'keeps times as text and leaves out who wrote which field',
    scene(
      (_, response) => {
        const metadata = {
          ...configMap.metadata,
          creationTimestamp: '2026-01-01T00:00:00Z',
          managedFields: [{}],
        };
        respond(response, 200, { ...configMap, metadata });
      },
      async ({ client }) => {
        const metadata = { ...configMap.metadata, creationTimestamp: '2026-01-01T00:00:00Z' };
        expect(await client.get(ref)).toEqual({ ...configMap, metadata });
      },
    ),
  );

  test(
    'asks once for the resource of a kind that it does not know',
    scene(
      ({ path }, response) => {
        if (path === '/apis/example.com/v1') {
          const resources = [
            { name: 'things/status', kind: 'Thing', namespaced: true },
            { name: 'things', kind: 'Thing', namespaced: true },
          ];
          respond(response, 200, { kind: 'APIResourceList', resources });
        } else respond(response, 200, configMap);
      },
      async ({ api, client }) => {
        const thing = { apiVersion: 'example.com/v1', kind: 'Thing', namespace: 'demo', name: 'a' };
        await client.get(thing);
        await client.get(thing);
        expect(api.asked.map(({ path }) => path)).toEqual([
          '/apis/example.com/v1',
          '/apis/example.com/v1/namespaces/demo/things/a',
          '/apis/example.com/v1/namespaces/demo/things/a',
        ]);
        await expect(client.get({ ...thing, kind: 'Other' })).rejects.toMatchObject({
          reason: 'NotFound',
          message: 'no matches for kind "Other" in version "example.com/v1"',
        });
      },
    ),
  );

  test('says who it is', async () => {
    await using api = await ScriptedApi.start(echo);
    const client = realClient({ kubeconfig: kubeconfig(api.url, { token: 'secret' }), timeoutMs: 5000 });
    await client.get(ref);
    client.close();
    expect(api.asked[0]?.headers).toMatchObject({
      authorization: 'Bearer secret',
      accept: 'application/json',
    });
  });
});

function deleteOptions() {
  return { apiVersion: 'v1', kind: 'DeleteOptions' };
}

describe('a refusal', () => {
  const answers: readonly [string, number, unknown, object][] = [
    [
      'keeps the words of the API',
      409,
      status(409, 'AlreadyExists', 'configmaps "a" already exists', { name: 'a' }),
      { reason: 'AlreadyExists', code: 409, message: 'configmaps "a" already exists' },
    ],
    [
      'tells an object from a resource that is not there',
      404,
      status(404, 'NotFound', 'configmaps "a" not found', { name: 'a', kind: 'configmaps' }),
      { reason: 'NotFound', code: 404, message: 'configmaps "a" not found' },
    ],
    [
      'names the kind that is not served',
      404,
      '404 page not found\n',
      { reason: 'NotFound', code: 404, message: 'no matches for kind "ConfigMap" in version "v1"' },
    ],
    [
      'of a server that fails',
      500,
      status(500, 'InternalError', 'etcdserver: request timed out'),
      { reason: 'InternalError', code: 500, message: 'etcdserver: request timed out' },
    ],
    [
      'that is not in the words of the API',
      500,
      'panic: out of memory\n',
      { reason: 'InternalError', code: 500, message: 'HTTP 500: panic: out of memory' },
    ],
    ['without a body', 503, '', { reason: 'ServiceUnavailable', code: 503, message: 'HTTP 503' }],
    [
      'for too many requests',
      429,
      status(429, 'TooManyRequests', 'too many requests, please try again later'),
      { reason: 'TooManyRequests', code: 429 },
    ],
    [
      'with a reason that nobody knows',
      403,
      status(403, 'Moody', 'not today'),
      { reason: 'Forbidden', code: 403, message: 'not today' },
    ],
    [
      'of who is unknown',
      401,
      status(401, 'Unauthorized', 'Unauthorized'),
      { reason: 'Unauthorized', code: 401, message: 'Unauthorized' },
    ],
    [
      'by something that is not an API',
      200,
      '<html>login</html>',
      {
        reason: 'InternalError',
        message: expect.stringMatching(/^the API of kind-hub at http.* answered what is not JSON: <html>/),
      },
    ],
  ];
  test.each(answers)('%s', (_, code, body, expected) =>
    scene(
      (_, response) => respond(response, code, body),
      ({ client }) => expect(client.get(ref)).rejects.toMatchObject({ name: 'ApiError', ...expected }),
    )(),
  );

  const denied = 'deployments.apps "web-demo" is forbidden: User "admin" cannot patch resource "deployments"';
  const ending =
    'pods "a" is forbidden: unable to create new content in namespace demo because it is being terminated';
  test.each([
    ['who may do everything: the API is still reading its roles', true, denied, 'Unreachable'],
    ['anybody else', false, denied, 'Forbidden'],
    ['who may do everything, by what guards the objects', true, ending, 'Forbidden'],
  ])('that denies it to %s', (_, administrator, message, reason) =>
    scene(
      (_asked, response) => respond(response, 403, status(403, 'Forbidden', message)),
      ({ client }) => expect(client.get(ref)).rejects.toMatchObject({ name: 'ApiError', reason }),
      { administrator },
    )(),
  );
});

describe('an API that is not reached', () => {
  const unreachable = (message: RegExp) => ({
    name: 'ApiError',
    reason: 'Unreachable',
    code: 0,
    message: expect.stringMatching(message),
  });

  test(
    'because it does not answer',
    scene(
      () => {},
      async ({ client }) => {
        const late = /^the API of kind-hub at http:\/\/127\.0\.0\.1:\d+ did not answer within 0\.1 s$/;
        await expect(client.get(ref)).rejects.toMatchObject(unreachable(late));
        await expect(client.create(configMap)).rejects.toMatchObject(unreachable(late));
      },
      { timeoutMs: 100 },
    ),
  );

  test(
    'because it stops in the middle of its answer',
    scene(
      (_, response) => {
        response.writeHead(200);
        response.write('{"apiVersion":');
      },
      ({ client }) =>
        expect(client.get(ref)).rejects.toMatchObject(unreachable(/did not answer within 0\.1 s$/)),
      { timeoutMs: 100 },
    ),
  );

  test(
    'because it breaks the connection',
    scene(
      (_, response) => response.destroy(),
      ({ client }) => expect(client.get(ref)).rejects.toMatchObject(unreachable(/broke the connection$/)),
    ),
  );

  test('because nothing listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    server.close();
    await once(server, 'close');
    const client = realClient({ kubeconfig: kubeconfig(`http://127.0.0.1:${port}`), timeoutMs: 5000 });
    await expect(client.get(ref)).rejects.toMatchObject(unreachable(/refused the connection/));
    const end = await new Promise(resolve => client.watch(CONFIG_MAP, {}, { event() {}, end: resolve }));
    expect(end).toMatchObject(unreachable(/refused the connection/));
    client.close();
  });

  test('because it does not speak TLS', async () => {
    await using api = await ScriptedApi.start(echo);
    const client = realClient({
      kubeconfig: kubeconfig(`https://127.0.0.1:${api.port}`, {}, {}),
      timeoutMs: 5000,
    });
    await expect(client.get(ref)).rejects.toMatchObject(
      unreachable(/does not speak TLS as the kubeconfig says/),
    );
    client.close();
  });

  test(
    'because the client was closed',
    scene(
      () => {},
      async ({ client }) => {
        const call = client.get(ref);
        client.close();
        await expect(call).rejects.toMatchObject(unreachable(/this client is closed$/));
        await expect(client.get(ref)).rejects.toMatchObject(unreachable(/this client is closed$/));
      },
    ),
  );

  test('answers again when it is back', async () => {
    let lost = true;
    const answer: Answer = (asked, response) => (lost ? response.destroy() : echo(asked, response));
    await scene(answer, async ({ client }) => {
      await expect(client.get(ref)).rejects.toMatchObject({ reason: 'Unreachable' });
      lost = false;
      expect(await client.get(ref)).toMatchObject(configMap);
    })();
  });
});

describe('a watch', () => {
  const event = (type: string, name: string, more: object = {}) =>
    `${JSON.stringify({ type, object: { ...CONFIG_MAP, metadata: { namespace: 'demo', name, ...more } } })}\n`;

  /** Watches from version 5 what the API says; resolves at its end. */
  async function heard(
    client: RealKubeClient,
  ): Promise<{ told: string[]; events: WatchEvent[]; error: unknown }> {
    const events: WatchEvent[] = [];
    const error = await new Promise<ApiError | undefined>(resolve =>
      client.watch(
        CONFIG_MAP,
        { namespace: 'demo', resourceVersion: '5' },
        { event: e => events.push(e), end: resolve },
      ),
    );
    return { told: events.map(({ type, object }) => `${type} ${object.metadata.name}`), events, error };
  }

  test(
    'tells events in their order, however they are cut into packets, and ends with the answer',
    scene(
      (_, response) => {
        const bytes = Buffer.from(
          event('ADDED', 'a', { annotations: { city: '北京' } }) +
            event('BOOKMARK', '') +
            event('MODIFIED', 'a'),
        );
        let at = 0;
        const next = () => {
          response.write(bytes.subarray(at, at + 1), () => setImmediate(++at < bytes.length ? next : last));
        };
        const last = () => response.end(event('DELETED', 'a') + event('ADDED', 'b'));
        next();
      },
      async ({ api, client }) => {
        const { told, events, error } = await heard(client);
        expect(told).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a', 'ADDED b']);
        expect(events[0]?.object.metadata.annotations).toEqual({ city: '北京' });
        expect(error).toBeUndefined();
        expect(api.asked).toMatchObject([
          {
            path: '/api/v1/namespaces/demo/configmaps',
            query: { watch: 'true', resourceVersion: '5', allowWatchBookmarks: 'true' },
          },
        ]);
      },
    ),
  );

  test(
    'lists first when it is to begin with what is there',
    scene(
      ({ query }, response) => {
        const item = (name: string) => ({ metadata: { namespace: 'demo', name } });
        if (query['watch'] === undefined) {
          respond(response, 200, { metadata: { resourceVersion: '7' }, items: [item('b'), item('a')] });
        } else response.end(event('MODIFIED', 'a'));
      },
      async ({ api, client }) => {
        const told: string[] = [];
        await new Promise<unknown>(resolve =>
          client.watch(
            CONFIG_MAP,
            { labelSelector: 'app=x' },
            { event: ({ type, object }) => told.push(`${type} ${object.metadata.name}`), end: resolve },
          ),
        );
        expect(told).toEqual(['ADDED a', 'ADDED b', 'MODIFIED a']);
        expect(api.asked.map(({ query }) => query)).toMatchObject([
          { labelSelector: 'app=x' },
          { labelSelector: 'app=x', watch: 'true', resourceVersion: '7' },
        ]);
      },
    ),
  );

  const expired = status(410, 'Expired', 'too old resource version: 5 (9)');
  const endings: readonly [string, Answer, string[], object][] = [
    [
      'an answer that ends in the middle of an event',
      (_, response) => response.end(event('ADDED', 'a') + event('ADDED', 'b').slice(0, 30)),
      ['ADDED a'],
      {
        reason: 'Unreachable',
        message: expect.stringMatching(/cut the connection in the middle of an event$/),
      },
    ],
    [
      'a connection that breaks in the middle of an event',
      (_, response) =>
        response.write(event('ADDED', 'a') + event('ADDED', 'b').slice(0, 30), () =>
          setImmediate(() => response.destroy()),
        ),
      ['ADDED a'],
      { reason: 'Unreachable', message: expect.stringMatching(/broke the connection$/) },
    ],
    [
      'a version that is forgotten, said in the stream',
      (_, response) =>
        response.end(`${event('ADDED', 'a')}{"type":"ERROR","object":${JSON.stringify(expired)}}\n`),
      ['ADDED a'],
      { reason: 'Expired', code: 410, message: expired.message },
    ],
    [
      'a version that is forgotten, said at once, in the older word',
      (_, response) => respond(response, 410, status(410, 'Gone', expired.message)),
      [],
      { reason: 'Expired', code: 410, message: expired.message },
    ],
    [
      'a server that fails',
      (_, response) => respond(response, 500, status(500, 'InternalError', 'etcd is down')),
      [],
      { reason: 'InternalError', code: 500, message: 'etcd is down' },
    ],
    [
      'a kind that is not served',
      (_, response) => respond(response, 404, '404 page not found'),
      [],
      { reason: 'NotFound', code: 404, message: 'no matches for kind "ConfigMap" in version "v1"' },
    ],
    [
      'what is not JSON',
      (_, response) => response.end(`${event('ADDED', 'a')}<html>\n`),
      ['ADDED a'],
      { reason: 'InternalError', message: expect.stringMatching(/answered what is not JSON: <html>$/) },
    ],
    [
      'an answer that does not begin in time',
      () => {},
      [],
      { reason: 'Unreachable', message: expect.stringMatching(/did not answer within 0\.2 s$/) },
    ],
    [
      'silence',
      (_, response) => response.write(event('ADDED', 'a')),
      ['ADDED a'],
      { reason: 'Unreachable', message: expect.stringMatching(/said nothing for 0\.3 s$/) },
    ],
  ];
  test.each(endings)('ends with %s', (_, answer, told, error) =>
    scene(
      answer,
      async ({ client }) => {
        const end = await heard(client);
        expect(end.told).toEqual(told);
        expect(end.error).toMatchObject(error);
      },
      { timeoutMs: 200, watchSilenceMs: 300 },
    )(),
  );

  test(
    'outlives the time limit of calls',
    scene(
      (_, response) => {
        response.write(event('ADDED', 'a'));
        setTimeout(() => response.end(event('ADDED', 'b')), 1500);
      },
      async ({ client }) => {
        const { told, error } = await heard(client);
        expect(told).toEqual(['ADDED a', 'ADDED b']);
        expect(error).toBeUndefined();
      },
      { timeoutMs: 1000 },
    ),
  );

  test('that is closed hears nothing more, not even what came with the last event, and leaves the API', async () => {
    const left = Promise.withResolvers<void>();
    const answer: Answer = (_, response) => {
      response.write(event('ADDED', 'a') + event('ADDED', 'b'));
      response.on('close', left.resolve);
    };
    await scene(answer, async ({ client }) => {
      const told: string[] = [];
      const watch = client.watch(
        CONFIG_MAP,
        { resourceVersion: '5' },
        {
          event({ object }) {
            told.push(object.metadata.name);
            watch.close();
          },
          end: () => told.push('the end'),
        },
      );
      await left.promise;
      expect(told).toEqual(['a']);
    })();
  });

  test(
    'closed before it began asks nothing',
    scene(echo, async ({ api, client }) => {
      const told: unknown[] = [];
      client.watch(CONFIG_MAP, {}, { event: e => told.push(e), end: e => told.push(e) }).close();
      await client.get(ref);
      expect(told).toEqual([]);
      expect(api.asked).toHaveLength(1);
    }),
  );

  test('ends with its client, untold', async () => {
    const [begun, left] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const answer: Answer = (_, response) => {
      response.write(event('ADDED', 'a'));
      response.on('close', left.resolve);
    };
    await scene(answer, async ({ client }) => {
      const ends: unknown[] = [];
      client.watch(
        CONFIG_MAP,
        { resourceVersion: '5' },
        { event: () => begun.resolve(), end: e => ends.push(e) },
      );
      await begun.promise;
      client.close();
      await left.promise;
      expect(ends).toEqual([]);
    })();
  });
});

describe('a kubeconfig that cannot be used', () => {
  const config = (change: object) =>
    JSON.stringify({ ...JSON.parse(kubeconfig('http://127.0.0.1:1')), ...change });
  test.each([
    ['is not YAML', ': [', undefined, /^the kubeconfig cannot be used: /],
    ['is empty', '', undefined, /^the kubeconfig cannot be used: (it is no map|.*empty)/],
    ['has no context', '{}', undefined, /it has no current-context, and no context was asked for$/],
    ['has not the one asked for', config({}), 'kind-x', /it has no context kind-x; it has kind-hub$/],
    [
      'misses the cluster',
      config({ clusters: [] }),
      undefined,
      /names the cluster kind-hub, which is missing$/,
    ],
    ['misses the user', config({ users: [] }), undefined, /names the user kind-hub, which is missing$/],
    [
      'has a server that is none',
      kubeconfig('nowhere'),
      undefined,
      /the server of cluster kind-hub is not a URL$/,
    ],
    [
      'goes through a proxy',
      kubeconfig('http://127.0.0.1:1', {}, { 'proxy-url': 'http://127.0.0.1:2' }),
      undefined,
      /cluster kind-hub has a proxy-url; its API must be reached directly$/,
    ],
    [
      'would send secrets in the clear',
      kubeconfig('http://127.0.0.1:1', {}, {}),
      undefined,
      /must be an https: URL, not http:/,
    ],
  ])('%s', (_, kubeconfig, context, message) => {
    expect(() => realClient({ kubeconfig, timeoutMs: 1000, ...(context && { context }) })).toThrow(message);
  });
});
