import { describe, expect, test } from 'vitest';
import { isTrue, NODE, nodeOf, POD } from '../../../src/kube/simulated/objects.ts';
import { ADDRESS, count, HOST, inCluster, named, phases, type Rig } from './rig.ts';

const restarts = (rig: Rig): number =>
  rig.pods.reduce((sum, pod) => sum + pod.status?.['containerStatuses'][0].restartCount, 0);

describe('pause', () => {
  test(
    'packets vanish; unpaused it serves at once, with everything in its place',
    inCluster(async rig => {
      await rig.deploy();
      rig.cluster.pause();
      rig.cluster.pause();
      expect(await rig.result()).toBe('timeout');
      const call = rig.cluster.client('hub').list(NODE);
      await expect(call).rejects.toMatchObject({ reason: 'Unreachable' });
      await rig.clock.sleep(600_000);
      rig.cluster.unpause();
      expect(await rig.result()).toBe(200);
      await rig.clock.sleep(60_000);
      expect(rig.cluster.ready).toBe(true);
      expect(restarts(rig)).toBe(0);
    }),
  );

  test(
    'what was under way goes on after it',
    inCluster(async rig => {
      await rig.deploy();
      rig.scale(8);
      await rig.clock.sleep(100);
      rig.cluster.pause();
      await rig.clock.sleep(60_000);
      expect(rig.deployment.status?.['readyReplicas']).toBe(5);
      rig.cluster.unpause();
      await rig.clock.sleep(5000);
      expect(rig.deployment.status?.['readyReplicas']).toBe(8);
    }),
  );
});

describe('stop and start', () => {
  test(
    'gives a black hole, refusals, 404, 503 and 200, in about 20 s after the start',
    inCluster(async rig => {
      await rig.deploy();
      const stop = rig.traffic(100, 1000);
      rig.cluster.stop();
      await rig.clock.sleep(60_000);
      const started = rig.clock.now();
      rig.cluster.start();
      await rig.clock.sleep(40_000);
      const samples = stop();
      expect(phases(samples)).toEqual(['timeout', 'refused', 404, 503, 200]);
      const back = samples.find(({ sent, result }) => sent > started && result === 200)?.sent ?? 0;
      expect(back - started).toBeGreaterThan(14_000);
      expect(back - started).toBeLessThan(26_000);
      expect(rig.deployment.status?.['readyReplicas']).toBe(5);
      expect(restarts(rig)).toBe(5);
    }),
  );

  test(
    'keeps what the API stored, and takes writes again',
    inCluster(async rig => {
      await rig.deploy();
      rig.cluster.stop();
      rig.cluster.stop();
      await rig.clock.sleep(1000);
      rig.cluster.start();
      rig.cluster.start();
      await rig.ready();
      rig.scale(2);
      await rig.clock.sleep(30_000);
      expect(rig.deployment.status?.['readyReplicas']).toBe(2);
      expect(await rig.result()).toBe(200);
    }),
  );

  test(
    'stopped in the middle of its start it comes up at the next start',
    inCluster(async rig => {
      await rig.deploy();
      for (const wait of [500, 3000, 8000, 10_000, 12_000, 16_000]) {
        rig.cluster.stop();
        rig.cluster.start();
        await rig.clock.sleep(wait);
      }
      await rig.clock.sleep(40_000);
      expect(await rig.result()).toBe(200);
      expect(rig.deployment.status?.['readyReplicas']).toBe(5);
    }),
  );
});

describe('without a control plane', () => {
  test(
    'traffic notices nothing',
    inCluster(async rig => {
      await rig.deploy();
      const stop = rig.traffic(50);
      rig.cluster.stopControlPlane();
      await rig.clock.sleep(400_000);
      rig.cluster.startControlPlane();
      await rig.clock.sleep(60_000);
      const samples = stop();
      expect(count(samples)).toEqual({ 200: samples.length });
      expect(rig.cluster.ready).toBe(true);
      expect(restarts(rig)).toBe(0);
    }),
  );

  test(
    'pods that die are restarted by their kubelet, and the API hears of it later',
    inCluster(async rig => {
      await rig.deploy();
      rig.cluster.stopControlPlane();
      expect(rig.cluster.killPods('all', named('demo', 'web-demo'))).toBe(5);
      expect(await rig.result()).toBe(502);
      await rig.clock.sleep(5000);
      expect(await rig.result()).toBe(200);
      rig.cluster.startControlPlane();
      await rig.clock.sleep(20_000);
      expect(restarts(rig)).toBe(5);
    }),
  );

  test(
    'no new pod is made: a node that goes takes its pods with it',
    inCluster(async rig => {
      await rig.deploy();
      rig.cluster.stopControlPlane();
      rig.cluster.stopNode('cluster1-beijing-node-1');
      await rig.clock.sleep(600_000);
      rig.cluster.startControlPlane();
      await rig.clock.sleep(30_000);
      const [lost] = rig.api.list(NODE);
      expect(lost && isTrue(lost, 'Ready')).toBe(true);
      expect(rig.pods).toHaveLength(5);
      await rig.clock.sleep(60_000);
      const [noticed] = rig.api.list(NODE);
      expect(noticed && isTrue(noticed, 'Ready')).toBe(false);
      expect(rig.deployment.status?.['readyReplicas']).toBeLessThan(5);
    }),
  );

  test(
    'its API refuses, and its ingress starts anew without knowing any host',
    inCluster(async rig => {
      await rig.deploy();
      rig.cluster.stopControlPlane();
      const call = rig.cluster.client('hub').list(NODE);
      await expect(call).rejects.toMatchObject({ reason: 'Unreachable' });
      rig.cluster.stopIngress();
      rig.cluster.startIngress();
      await rig.clock.sleep(60_000);
      expect(await rig.result()).toBe(404);
      rig.cluster.startControlPlane();
      await rig.clock.sleep(20_000);
      expect(await rig.result()).toBe(200);
    }),
  );
});

describe('the ingress', () => {
  test(
    'refuses while it is down and answers 404 until it has read the API',
    inCluster(async rig => {
      await rig.deploy();
      const stop = rig.traffic(100);
      await rig.clock.sleep(1000);
      rig.cluster.stopIngress();
      await rig.clock.sleep(10_000);
      rig.cluster.startIngress();
      await rig.clock.sleep(10_000);
      expect(phases(stop()).filter(result => result !== 'reset')).toEqual([200, 'refused', 404, 200]);
    }),
  );

  test(
    'breaks the connections that are open when it goes',
    inCluster(async rig => {
      await rig.deploy();
      const asked = rig.result();
      await rig.clock.sleep(50);
      rig.cluster.stopIngress();
      expect(await asked).toBe('reset');
    }),
  );

  test(
    'stays down over a restart of the machine while the fault lasts',
    inCluster(async rig => {
      await rig.deploy();
      rig.cluster.stopIngress();
      rig.cluster.stop();
      rig.cluster.start();
      await rig.clock.sleep(60_000);
      expect(await rig.result()).toBe('refused');
      rig.cluster.startIngress();
      await rig.clock.sleep(20_000);
      expect(await rig.result()).toBe(200);
    }),
  );

  test(
    'gives 404 for a host that no rule names',
    inCluster(async rig => {
      await rig.deploy();
      const request = { from: 'clients/a', address: ADDRESS, port: 80, path: '/', timeoutMs: 1000 };
      const ask = (host: string) =>
        new Promise(resolve =>
          rig.network.http({ ...request, host }, ({ response }) => resolve(response?.status)),
        );
      expect([await ask('unknown.example.com'), await ask(HOST)]).toEqual([404, 200]);
    }),
  );
});

describe('killed pods', () => {
  test(
    'are restarted by the kubelet; the others serve meanwhile',
    inCluster(async rig => {
      await rig.deploy();
      const stop = rig.traffic(50);
      const ready: number[] = [];
      rig.api.subscribe(POD, () => ready.push(rig.pods.filter(pod => isTrue(pod, 'Ready')).length));
      expect(rig.cluster.killPods(2, named('demo', 'web-demo'))).toBe(2);
      await rig.clock.sleep(5000);
      expect(Math.min(...ready)).toBeLessThan(5);
      expect(rig.deployment.status?.['readyReplicas']).toBe(5);
      expect(restarts(rig)).toBe(2);
      const samples = stop();
      expect(count(samples)).toEqual({ 200: samples.length });
    }),
  );

  test(
    'that die again and again wait longer each time',
    inCluster(async rig => {
      await rig.deploy(1);
      const outages: number[] = [];
      for (let round = 0; round < 4; round++) {
        const killed = rig.clock.now();
        expect(rig.cluster.killPods('all', named('demo', 'web-demo'))).toBe(1);
        await rig.clock.sleep(1500);
        while ((await rig.result()) !== 200) await rig.clock.sleep(500);
        outages.push(Math.round((rig.clock.now() - killed) / 10_000));
      }
      expect(outages).toEqual([0, 1, 2, 4]);
    }),
  );

  test(
    'are those of the Deployment, in the namespace',
    inCluster(async rig => {
      await rig.deploy();
      expect(rig.cluster.killPods('all', named('demo', 'web'))).toBe(0);
      expect(rig.cluster.killPods('all', named('default', 'web-demo'))).toBe(0);
      expect(rig.cluster.killPods(99, named('demo', 'web-demo'))).toBe(5);
      expect(rig.cluster.killPods('all', named('demo', 'web-demo'))).toBe(0);
    }),
  );
});

describe('an application', () => {
  test(
    'that fails answers 500 for that share of requests',
    inCluster(async rig => {
      await rig.deploy();
      rig.cluster.setApplication({ errorShare: 0.2 });
      const stop = rig.traffic(50);
      await rig.clock.sleep(60_000);
      const { 500: failed = 0, 200: fine = 0, ...rest } = count(stop());
      expect(rest).toEqual({});
      expect(failed / (failed + fine)).toBeCloseTo(0.2, 1);
      rig.cluster.setApplication({});
      expect(await rig.result()).toBe(200);
    }),
  );

  test(
    'that is slow takes longer by that much',
    inCluster(async rig => {
      await rig.deploy();
      rig.cluster.setApplication({ delayMs: 1000 });
      const asked = rig.clock.now();
      expect(await rig.result()).toBe(200);
      expect(rig.clock.now() - asked).toBeGreaterThanOrEqual(1144);
      expect(rig.clock.now() - asked).toBeLessThanOrEqual(1220);
    }),
  );
});

describe('a node that goes silent', () => {
  const node = 'cluster1-beijing-node-2';
  const isReady = (rig: Rig): boolean =>
    rig.api.list(NODE).some(n => n.metadata.name === node && isTrue(n, 'Ready'));
  const here = (rig: Rig) => rig.pods.filter(pod => nodeOf(pod) === node);

  test(
    'is NotReady after 40 to 60 s, and its pods with it; after 300 s they are replaced elsewhere',
    inCluster(async rig => {
      await rig.deploy();
      rig.cluster.stopNode(node);
      await rig.clock.sleep(29_000);
      expect(isReady(rig)).toBe(true);
      await rig.clock.sleep(31_000);
      expect(isReady(rig)).toBe(false);
      expect(here(rig).some(pod => isTrue(pod, 'Ready'))).toBe(false);
      await rig.clock.sleep(330_000);
      expect(here(rig).every(pod => pod.metadata.deletionTimestamp !== undefined)).toBe(true);
      expect(rig.deployment.status?.['readyReplicas']).toBe(5);
    }),
  );

  test(
    'costs a request to its pods the connect time-out of the proxy, until they are out of the endpoints',
    inCluster(async rig => {
      await rig.deploy();
      rig.cluster.stopNode(node);
      const stop = rig.traffic(1000, 12_000);
      await rig.clock.sleep(90_000);
      expect(count(stop())['timeout']).toBeUndefined();
      expect(await rig.result(1000)).toBe(200);
    }),
  );

  test(
    'takes pods again when it is back',
    inCluster(async rig => {
      await rig.deploy();
      rig.cluster.stopNode(node);
      await rig.clock.sleep(400_000);
      rig.cluster.startNode(node);
      await rig.clock.sleep(30_000);
      expect(isReady(rig)).toBe(true);
      expect(rig.pods).toHaveLength(5);
      rig.scale(9);
      await rig.clock.sleep(20_000);
      expect(here(rig)).toHaveLength(3);
    }),
  );
});

test(
  'pods that no node takes wait for one, over a restart of the control plane too',
  inCluster(async rig => {
    await rig.deploy();
    for (const { metadata } of rig.api.list(NODE)) {
      rig.api.patch({ ...NODE, name: metadata.name }, 'merge', { spec: { unschedulable: true } });
    }
    rig.scale(6);
    await rig.clock.sleep(5000);
    const [waiting] = rig.pods.filter(pod => nodeOf(pod) === undefined);
    expect(waiting?.status?.['conditions']).toContainEqual(
      expect.objectContaining({ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }),
    );
    rig.cluster.stopControlPlane();
    rig.cluster.startControlPlane();
    await rig.ready();
    rig.api.patch({ ...NODE, name: 'cluster1-beijing-node-1' }, 'merge', { spec: { unschedulable: null } });
    await rig.clock.sleep(10_000);
    expect(rig.deployment.status?.['readyReplicas']).toBe(6);
  }),
);

describe('faults over faults', () => {
  test(
    'each heals alone: pause over stop, control plane over stop',
    inCluster(async rig => {
      await rig.deploy();
      rig.cluster.stopControlPlane();
      rig.cluster.stop();
      rig.cluster.start();
      await rig.clock.sleep(60_000);
      expect(await rig.result()).toBe('refused');
      rig.cluster.pause();
      rig.cluster.startControlPlane();
      await rig.clock.sleep(60_000);
      expect(await rig.result()).toBe('timeout');
      rig.cluster.unpause();
      await rig.clock.sleep(40_000);
      expect(await rig.result()).toBe(200);
    }),
  );
});
