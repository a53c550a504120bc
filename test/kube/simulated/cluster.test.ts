import { describe, expect, test } from 'vitest';
import type { Fields } from '../../../src/kube/objects.ts';
import type { Condition } from '../../../src/kube/simulated/objects.ts';
import { INGRESS, isTrue, NODE, nodeOf, REPLICA_SET } from '../../../src/kube/simulated/objects.ts';
import {
  ADDRESS,
  configMap,
  count,
  deployment,
  inCluster,
  ingress,
  named,
  PAGE,
  phases,
  type Rig,
  service,
} from './rig.ts';

const REVISION = 'deployment.kubernetes.io/revision';

describe('a cluster that comes up', () => {
  test(
    'is ready within seconds: nodes Ready, ingress class there, ingress listening without routes',
    inCluster(async rig => {
      expect(rig.cluster.ready).toBe(false);
      await rig.boot();
      expect(rig.clock.now()).toBeGreaterThan(3000);
      expect(rig.clock.now()).toBeLessThan(20_000);
      const nodes = rig.api.list(NODE);
      expect(nodes.map(node => node.metadata.name)).toEqual([1, 2, 3].map(n => `cluster1-beijing-node-${n}`));
      expect(nodes.every(node => isTrue(node, 'Ready'))).toBe(true);
      expect(rig.api.list({ apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass' })).toHaveLength(1);
      expect(await rig.result()).toBe(404);
    }),
  );
});

describe("the article's application", () => {
  test(
    'is served at one port; nobody listens at another',
    inCluster(async rig => {
      await rig.deploy();
      expect(await rig.ask(2000, 9999)).toEqual({ failure: 'refused' });
      const attempt = { from: 'clients/a', address: ADDRESS, timeoutMs: 2000 };
      const dialled = (port: number) =>
        new Promise(resolve => rig.network.tcp({ ...attempt, port }, resolve));
      expect(await dialled(9999)).toBe('refused');
      expect(await dialled(80)).toBeUndefined();
    }),
  );

  test(
    'gets 5 of 5 ready and serves its page',
    inCluster(async rig => {
      await rig.deploy();
      expect(rig.deployment.status).toMatchObject({
        replicas: 5,
        updatedReplicas: 5,
        readyReplicas: 5,
        availableReplicas: 5,
        observedGeneration: rig.deployment.metadata.generation,
      });
      const conditions: Condition[] = rig.deployment.status?.['conditions'];
      expect(conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`)).toEqual([
        'Available=True MinimumReplicasAvailable',
        'Progressing=True NewReplicaSetAvailable',
      ]);
      expect(await rig.page()).toBe(PAGE);
    }),
  );

  test(
    'is spread over the nodes',
    inCluster(async rig => {
      await rig.deploy();
      const perNode = new Map<string, number>();
      for (const pod of rig.pods) perNode.set(nodeOf(pod) ?? '', (perNode.get(nodeOf(pod) ?? '') ?? 0) + 1);
      expect([...perNode.values()].sort()).toEqual([1, 2, 2]);
    }),
  );

  test(
    "shows the cluster's address in its Ingress after some seconds",
    inCluster(async rig => {
      await rig.deploy();
      expect(rig.current(ingress).status).toEqual({ loadBalancer: { ingress: [{ ip: '192.0.2.11' }] } });
    }),
  );

  test(
    'waits for its ConfigMap',
    inCluster(async rig => {
      await rig.boot();
      for (const object of [deployment, service, ingress]) rig.api.create(object);
      await rig.clock.sleep(20_000);
      expect(rig.pods.map(pod => pod.status?.['phase'])).toEqual(Array(5).fill('Pending'));
      expect(await rig.result()).toBe(503);
      rig.api.create(configMap);
      await rig.clock.sleep(40_000);
      expect(await rig.page()).toBe(PAGE);
    }),
  );

  test(
    'shows a changed ConfigMap within a minute, without a restart',
    inCluster(async rig => {
      await rig.deploy();
      rig.api.update({ ...rig.current(configMap), data: { 'config.json': 'changed\n' } });
      await rig.clock.sleep(500);
      expect(await rig.page()).toBe(PAGE);
      await rig.clock.sleep(61_000);
      for (let request = 0; request < 5; request++) {
        expect(await rig.page()).toBe('This is env cluster1-beijing !\nConfig file is changed\n');
      }
      expect(rig.pods.every(pod => pod.status?.['containerStatuses'][0].restartCount === 0)).toBe(true);
    }),
  );

  test(
    'answers 502 after a scale to 0 for as long as the last pods are going, then the 503 page of the article',
    inCluster(async rig => {
      await rig.deploy();
      const stop = rig.traffic(100);
      await rig.clock.sleep(1000);
      rig.scale(0);
      await rig.clock.sleep(10_000);
      const samples = stop();
      // As on real clusters: the exited pods' addresses refuse, then swallow, until the proxy hears that they went.
      const { 200: served, 502: gone } = Object.groupBy(samples, ({ result }) => result);
      expect(served?.length).toBeLessThan(15);
      expect(gone?.length).toBeGreaterThan(10);
      expect(phases(samples)).toEqual([200, 502, 503]);
      expect(rig.pods).toEqual([]);
      expect((await rig.ask()).response?.body).toBe(
        [
          '<html>',
          '<head><title>503 Service Temporarily Unavailable</title></head>',
          '<body>',
          '<center><h1>503 Service Temporarily Unavailable</h1></center>',
          '<hr><center>nginx</center>',
          '</body>',
          '</html>',
          '',
        ].join('\n'),
      );
      rig.scale(5);
      await rig.clock.sleep(5000);
      expect(await rig.result()).toBe(200);
    }),
  );

  test(
    'goes with its Deployment',
    inCluster(async rig => {
      await rig.deploy();
      rig.api.delete({ ...rig.deployment, namespace: 'demo', name: 'web-demo' });
      await rig.clock.sleep(10_000);
      expect(rig.api.list(REPLICA_SET)).toEqual([]);
      expect(rig.pods).toEqual([]);
      expect(await rig.result()).toBe(503);
    }),
  );
});

describe('a rolling update', () => {
  test(
    'loses no request and ends with the new pods only',
    inCluster(async rig => {
      await rig.deploy();
      const stop = rig.traffic(20);
      rig.setEnvironment('next');
      await rig.clock.sleep(60_000);
      const samples = stop();
      expect(count(samples)).toEqual({ 200: samples.length });
      expect(rig.pods).toHaveLength(5);
      expect(await rig.page()).toContain('This is env next !');
      const sets = rig.api.list(REPLICA_SET);
      expect(sets.map(set => set.spec?.['replicas']).sort()).toEqual([0, 5]);
    }),
  );

  test(
    'keeps to its budget: never more than 7 pods nor fewer than 4 available',
    inCluster(async rig => {
      await rig.deploy();
      let most = 0;
      let fewest = 5;
      rig.api.subscribe(deployment, ({ object }) => {
        most = Math.max(most, object.status?.['replicas'] ?? 0);
        fewest = Math.min(fewest, object.status?.['availableReplicas'] ?? 0);
      });
      rig.setEnvironment('next');
      await rig.clock.sleep(60_000);
      expect({ most, fewest }).toEqual({ most: 7, fewest: 4 });
    }),
  );

  test(
    'back to an earlier template uses its ReplicaSet again, under a new revision',
    inCluster(async rig => {
      await rig.deploy();
      const [first] = rig.api.list(REPLICA_SET);
      rig.setEnvironment('next');
      await rig.clock.sleep(60_000);
      rig.setEnvironment('cluster1-beijing');
      await rig.clock.sleep(60_000);
      const sets = rig.api.list(REPLICA_SET).map(({ metadata, spec }) => ({
        name: metadata.name,
        revision: metadata.annotations?.[REVISION],
        replicas: spec?.['replicas'],
      }));
      expect(sets).toHaveLength(2);
      expect(sets).toContainEqual({ name: first?.metadata.name, revision: '3', replicas: 5 });
      expect(rig.deployment.metadata.annotations?.[REVISION]).toBe('3');
    }),
  );

  test(
    'that cannot get on says so after its deadline, and the old pods stay',
    inCluster(async rig => {
      await rig.deploy();
      const patch = {
        spec: { progressDeadlineSeconds: 60, template: { spec: { nodeSelector: { disk: 'none' } } } },
      };
      rig.api.patch({ ...deployment, namespace: 'demo', name: 'web-demo' }, 'merge', patch);
      await rig.clock.sleep(50_000);
      expect(isTrue(rig.deployment, 'Progressing')).toBe(true);
      await rig.clock.sleep(20_000);
      expect(rig.deployment.status?.['conditions']).toContainEqual(
        expect.objectContaining({ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }),
      );
      expect(rig.pods.filter(pod => isTrue(pod, 'Ready'))).toHaveLength(4);
      expect(rig.pods.filter(pod => nodeOf(pod) === undefined)).toHaveLength(3);
      expect(await rig.result()).toBe(200);
    }),
  );

  test(
    'of type Recreate starts the new pods when the last old one has gone',
    inCluster(async rig => {
      await rig.deploy();
      rig.api.patch({ ...deployment, namespace: 'demo', name: 'web-demo' }, 'merge', {
        spec: { strategy: { type: 'Recreate', rollingUpdate: null } },
      });
      await rig.clock.sleep(1000);
      const stop = rig.traffic(100);
      await rig.clock.sleep(1000);
      rig.setEnvironment('next');
      await rig.clock.sleep(20_000);
      // Whether the ingress sees the gap as well depends on when it reads its routes.
      const served = stop().map(sample => ({ ...sample, result: sample.result === 200 ? 'served' : 'not' }));
      expect(phases(served)).toEqual(['served', 'not', 'served']);
      expect(await rig.page()).toContain('This is env next !');
    }),
  );
});

describe('a Deployment', () => {
  const sizes = (rig: Rig) =>
    rig.api
      .list(REPLICA_SET)
      .toSorted(
        (a, b) => Number(a.metadata.annotations?.[REVISION]) - Number(b.metadata.annotations?.[REVISION]),
      )
      .map(({ spec, status }) => [spec?.['replicas'], status?.['availableReplicas'] ?? 0]);
  const patch = (rig: Rig, spec: Fields) =>
    rig.api.patch({ ...deployment, namespace: 'demo', name: 'web-demo' }, 'merge', { spec });
  const progress = (rig: Rig) => {
    const conditions: Condition[] = rig.deployment.status?.['conditions'];
    const { status, reason } = conditions.find(({ type }) => type === 'Progressing') ?? {};
    return `${status} ${reason}`;
  };
  /** A version of which no pod comes up. */
  const stuck = { template: { spec: { nodeSelector: { disk: 'none' } } } };

  test(
    'that is paused is scaled all the same, and rolls nothing out',
    inCluster(async rig => {
      await rig.deploy();
      patch(rig, { paused: true });
      rig.setEnvironment('next');
      rig.scale(7);
      await rig.clock.sleep(20_000);
      expect(sizes(rig)).toEqual([[7, 7]]);
      expect(progress(rig)).toBe('Unknown DeploymentPaused');
      rig.scale(0);
      await rig.clock.sleep(20_000);
      expect(await rig.result()).toBe(503);
      rig.scale(2);
      patch(rig, { paused: false });
      await rig.clock.sleep(60_000);
      expect(sizes(rig)).toEqual([
        [0, 0],
        [2, 2],
      ]);
      expect(progress(rig)).toBe('True NewReplicaSetAvailable');
    }),
  );

  test(
    'that is scaled in a rollout gives each version its share',
    inCluster(async rig => {
      await rig.deploy(10);
      patch(rig, { strategy: { rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } }, ...stuck });
      await rig.clock.sleep(30_000);
      expect(sizes(rig)).toEqual([
        [8, 8],
        [5, 0],
      ]);
      rig.scale(15);
      await rig.clock.sleep(30_000);
      expect(sizes(rig)).toEqual([
        [11, 11],
        [7, 0],
      ]);
      expect(rig.deployment.status).toMatchObject({
        replicas: 18,
        availableReplicas: 11,
        unavailableReplicas: 7,
      });
    }),
  );

  test(
    'that gets a new version and more replicas at once grows in the old one first',
    inCluster(async rig => {
      await rig.deploy(2);
      patch(rig, { replicas: 8, ...stuck });
      await rig.clock.sleep(30_000);
      expect(sizes(rig)).toEqual([
        [6, 6],
        [4, 0],
      ]);
    }),
  );

  test(
    'counts a pod as available when it has been ready for minReadySeconds',
    inCluster(async rig => {
      await rig.boot();
      rig.api.create(configMap);
      rig.api.create({ ...deployment, spec: { ...deployment.spec, replicas: 2, minReadySeconds: 30 } });
      await rig.clock.sleep(20_000);
      expect(rig.deployment.status).toMatchObject({ readyReplicas: 2, unavailableReplicas: 2 });
      expect(progress(rig)).toBe('True ReplicaSetUpdated');
      await rig.clock.sleep(30_000);
      expect(rig.deployment.status).toMatchObject({ readyReplicas: 2, availableReplicas: 2 });
      patch(rig, { minReadySeconds: 0 });
      rig.scale(3);
      await rig.clock.sleep(20_000);
      expect(rig.deployment.status?.['availableReplicas']).toBe(3);
    }),
  );

  test(
    'whose rollout is done stays so when its pods go; only a spec counts up its generation',
    inCluster(async rig => {
      await rig.deploy();
      expect(rig.deployment.metadata).toMatchObject({ generation: 1, annotations: { [REVISION]: '1' } });
      patch(rig, { progressDeadlineSeconds: 20 });
      for (const node of [1, 2, 3]) rig.cluster.stopNode(`cluster1-beijing-node-${node}`);
      await rig.clock.sleep(120_000);
      expect(isTrue(rig.deployment, 'Available')).toBe(false);
      expect(progress(rig)).toBe('True NewReplicaSetAvailable');
      expect(rig.deployment.metadata.generation).toBe(2);
    }),
  );
});

describe('load', () => {
  test(
    'up to a pod’s capacity is served: 4 at once, 160 ms each, 25 per second',
    inCluster(async rig => {
      await rig.deploy(1);
      const stop = rig.traffic(42);
      await rig.clock.sleep(60_000);
      const samples = stop();
      expect(count(samples)).toEqual({ 200: samples.length });
    }),
  );

  test(
    'beyond it waits, then fails; what is served is the capacity all the same',
    inCluster(async rig => {
      await rig.deploy(1);
      const stop = rig.traffic(20, 10_000);
      await rig.clock.sleep(60_000);
      const { 200: served = 0, 502: refused = 0, ...rest } = count(stop());
      expect(rest).toEqual({});
      expect(served / 60).toBeGreaterThan(24);
      expect(served / 60).toBeLessThan(26);
      expect(refused).toBeGreaterThan(1000);
    }),
  );

  test(
    'that waits longer than its client makes time-outs',
    inCluster(async rig => {
      await rig.deploy(1);
      const stop = rig.traffic(20, 1000);
      await rig.clock.sleep(30_000);
      expect(count(stop())['timeout']).toBeGreaterThan(100);
    }),
  );
});

describe('the same seed', () => {
  const story = (seed: number) =>
    inCluster(async rig => {
      const events: string[] = [];
      rig.api.subscribeAll(({ type, object }) => {
        events.push(`${rig.clock.now()} ${type} ${JSON.stringify(object)}`);
      });
      await rig.deploy();
      const stop = rig.traffic(50);
      rig.cluster.setApplication({ errorShare: 0.3 });
      rig.cluster.killPods(2, named('demo', 'web-demo'));
      await rig.clock.sleep(20_000);
      rig.cluster.stop();
      rig.cluster.start();
      await rig.clock.sleep(40_000);
      return JSON.stringify({ events, samples: stop() });
    }, seed)();

  test('gives the same story, another seed another one', async () => {
    const [first, again, other] = [await story(7), await story(7), await story(8)];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });
});

test(
  'an Ingress of another class is left alone',
  inCluster(async rig => {
    await rig.deploy();
    rig.api.patch({ ...ingress, namespace: 'demo', name: 'web-demo' }, 'merge', {
      spec: { ingressClassName: 'alb' },
    });
    await rig.clock.sleep(1000);
    expect(await rig.result()).toBe(404);
    expect(rig.api.list(INGRESS)).toHaveLength(1);
  }),
);
