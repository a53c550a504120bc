import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiError, KubeClient } from '../../src/kube/client.ts';
import { type RealKubeClient, realClient } from '../../src/kube/client-real.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { clientContract, type On } from '../kube/client-contract.ts';
import { rolloutContract } from '../kube/rollout-contract.ts';
import { OneCluster, whyNoCluster } from './one-cluster.ts';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' };
const APPLICATION = { apiVersion: 'core.oam.dev/v1beta1', kind: 'Application' };

const definition: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'applications.core.oam.dev' },
  spec: {
    group: 'core.oam.dev',
    scope: 'Namespaced',
    names: {
      kind: 'Application',
      plural: 'applications',
      singular: 'application',
      listKind: 'ApplicationList',
    },
    versions: [
      {
        name: 'v1beta1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

const missing = await whyNoCluster();
const name = `the client of a real cluster${missing === undefined ? '' : ` (skipped: ${missing})`}`;

// Controllers come back some time after the API server was killed: they elect a leader first.
describe.skipIf(missing !== undefined)(name, { timeout: 60_000 }, () => {
  const cluster = new OneCluster('liangdi-test-client');
  let kubeconfig = '';
  let client: RealKubeClient;
  /** How a watch ended when its API server was killed. */
  let killed: ApiError | undefined;

  beforeAll(async () => {
    kubeconfig = await cluster.create();
    client = realClient({ kubeconfig, timeoutMs: 10_000 });
    await client.create(definition);
    await answering(() => client.list(APPLICATION));
    killed = await endOfWatch(client, () => cluster.onNode('pkill', '-KILL', 'kube-apiserver'));
    await answering(() => client.get({ ...NAMESPACE, name: 'default' }));
    await answering(() => client.list(APPLICATION));
  }, 300_000);

  afterAll(async () => {
    client?.close();
    await cluster.delete();
  }, 60_000);

  let cases = 0;
  const real: On = play => async () => {
    const namespace = `contract-${++cases}`;
    await client.create({ ...NAMESPACE, metadata: { name: namespace } });
    // An API server remembers nothing of before its start.
    await play({ client, namespace, forgottenVersion: async () => '1' });
  };
  clientContract(real);
  rolloutContract(play =>
    real(stage =>
      play({
        ...stage,
        time: () => `${new Date().toISOString().slice(0, 19)}Z`,
        sleep: ms => sleep(ms),
      }),
    ),
  );

  test('a watch ends when the API server is killed', () => {
    expect(killed).toMatchObject({ reason: 'Unreachable', code: 0 });
  });

  test('a paused cluster is Unreachable; a watch outlives the pause and misses nothing', async () => {
    const impatient = realClient({ kubeconfig, timeoutMs: 1000 });
    const heard = Promise.withResolvers<string>();
    const begun = Promise.withResolvers<void>();
    const watch = client.watch(
      NAMESPACE,
      {},
      {
        event({ type, object }) {
          if (object.metadata.name === 'default') begun.resolve();
          if (object.metadata.name === 'after-the-pause') heard.resolve(type);
        },
        end: error => heard.reject(error),
      },
    );
    await begun.promise;
    await cluster.pause();
    try {
      await expect(impatient.get({ ...NAMESPACE, name: 'default' })).rejects.toMatchObject({
        reason: 'Unreachable',
        message: expect.stringMatching(
          /^the API of kind-liangdi-test-client at .* did not answer within 1 s$/,
        ),
      });
    } finally {
      await cluster.unpause();
    }
    await impatient.get({ ...NAMESPACE, name: 'default' });
    await client.create({ ...NAMESPACE, metadata: { name: 'after-the-pause' } });
    expect(await heard.promise).toBe('ADDED');
    watch.close();
    impatient.close();
  });

  test('a certificate that the kubeconfig does not vouch for is told as such', async () => {
    const doubtful = realClient({
      kubeconfig: kubeconfig.replace(/certificate-authority-data:.*/, ''),
      timeoutMs: 5000,
    });
    await expect(doubtful.list(NAMESPACE)).rejects.toMatchObject({
      reason: 'Unreachable',
      message: expect.stringMatching(/shows a certificate that the kubeconfig does not trust \(/),
    });
    doubtful.close();
  });

  test('a client that nobody knows is refused', async () => {
    const stranger = realClient({
      kubeconfig: kubeconfig
        .replace(/client-certificate-data:.*/, 'token: unknown')
        .replace(/client-key-data:.*/, ''),
      timeoutMs: 5000,
    });
    await expect(stranger.list(NAMESPACE)).rejects.toMatchObject({ reason: 'Unauthorized', code: 401 });
    stranger.close();
  });
});

/** Asks until there is an answer; what a server says while it starts does not count. */
async function answering(ask: () => Promise<unknown>): Promise<void> {
  const until = performance.now() + 120_000;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (performance.now() > until) throw error;
    }
    await sleep(200);
  }
}

/** How a watch ends after this was done to its API, once it had begun. */
async function endOfWatch(client: KubeClient, act: () => Promise<unknown>): Promise<ApiError | undefined> {
  const { resourceVersion } = await client.list(NAMESPACE);
  const begun = Promise.withResolvers<void>();
  const end = new Promise<ApiError | undefined>(resolve =>
    client.watch(NAMESPACE, { resourceVersion }, { event: () => begun.resolve(), end: resolve }),
  );
  await client.create({ ...NAMESPACE, metadata: { name: 'before-the-end' } });
  await begun.promise;
  await act();
  return end;
}
