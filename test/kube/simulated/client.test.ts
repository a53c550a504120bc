import { describe, expect, test } from 'vitest';
import type { ApiError, KubeClient } from '../../../src/kube/client.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import type { ApiServer } from '../../../src/kube/simulated/api-server.ts';
import { simulatedClient } from '../../../src/kube/simulated/client.ts';
import type { SimulatedNetwork } from '../../../src/runtime/network.ts';
import { simulatedNetwork } from '../../../src/runtime/network-simulated.ts';
import { seededRandom } from '../../../src/runtime/random-seeded.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import { CONFIG_MAP, configMap, serverAt } from './server.ts';

interface Scene {
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
  readonly api: ApiServer;
  readonly client: KubeClient;
  /** Whether packets reach the machine. */
  gone: boolean;
}

/** The hub's client of a cluster that is 20 ms away. */
function scene(play: (scene: Scene) => Promise<void>): () => Promise<void> {
  return () => {
    const clock = new VirtualClock();
    const network = simulatedNetwork(clock, seededRandom(1));
    network.rule('*', '*', { latencyMs: 20 });
    const api = serverAt(clock);
    const places = { from: 'hub', to: 'cluster1-beijing' };
    const client = simulatedClient({
      ...places,
      network,
      timeoutMs: 5000,
      api: () => (scene.gone ? undefined : api),
    });
    const scene: Scene = { clock, network, api, client, gone: false };
    return clock.run(() => play(scene));
  };
}

const ref = { ...CONFIG_MAP, namespace: 'demo', name: 'a' };
const unreachable = expect.objectContaining({ reason: 'Unreachable', code: 0 });

describe('a call', () => {
  test(
    'takes the way there and back',
    scene(async ({ clock, client }) => {
      expect((await client.create(configMap('a', { x: '1' }))).data).toEqual({ x: '1' });
      expect(clock.now()).toBe(40);
      expect((await client.get(ref)).data).toEqual({ x: '1' });
      const { items, resourceVersion } = await client.list(CONFIG_MAP, { namespace: 'demo' });
      expect(items).toHaveLength(1);
      expect((await client.patch(ref, 'merge', { data: { y: '2' } })).data).toEqual({ x: '1', y: '2' });
      const changed = await client.get(ref);
      expect(Number(changed.metadata.resourceVersion)).toBeGreaterThan(Number(resourceVersion));
      await client.update({ ...changed, data: {} });
      await client.delete(ref);
      await expect(client.get(ref)).rejects.toMatchObject({
        reason: 'NotFound',
        message: 'configmaps "a" not found',
      });
    }),
  );

  test(
    'copies what it is handed, and hands over what nobody can change',
    scene(async ({ client }) => {
      const given = configMap('a', { x: '1' });
      const creation = client.create(given);
      if (given.data) given.data['x'] = 'changed on the way';
      const got = await creation;
      expect(() => Object.assign(got.data ?? {}, { x: 'changed afterwards' })).toThrow(TypeError);
      expect((await client.get(ref)).data).toEqual({ x: '1' });
    }),
  );

  test(
    'over a cut link ends after the timeout',
    scene(async ({ clock, client, network }) => {
      const heal = network.rule('hub', 'cluster1-beijing', { cut: true });
      await expect(client.get(ref)).rejects.toEqual(unreachable);
      expect(clock.now()).toBe(5000);
      heal();
      await expect(client.get(ref)).rejects.toMatchObject({ reason: 'NotFound' });
    }),
  );

  test(
    'to a machine that is gone ends after the timeout, to an API that is down at once',
    scene(async stage => {
      stage.gone = true;
      await expect(stage.client.list(CONFIG_MAP)).rejects.toEqual(unreachable);
      expect(stage.clock.now()).toBe(5000);
      stage.gone = false;
      stage.api.down();
      await expect(stage.client.list(CONFIG_MAP)).rejects.toEqual(unreachable);
      expect(stage.clock.now()).toBe(5040);
    }),
  );

  test(
    'whose answer is lost may have been served',
    scene(async ({ client, network, api }) => {
      network.rule('cluster1-beijing', 'hub', { cut: true });
      await expect(client.create(configMap('a'))).rejects.toEqual(unreachable);
      expect(api.get(ref)).toBeDefined();
    }),
  );
});

describe('a watch', () => {
  function watching({ client, clock }: Scene, options: Parameters<KubeClient['watch']>[1] = {}) {
    const heard: string[] = [];
    const ends: (ApiError | undefined)[] = [];
    const watch = client.watch(CONFIG_MAP, options, {
      event: ({ type, object }) => heard.push(`${clock.now()} ${type} ${object.metadata.name}`),
      end: error => ends.push(error),
    });
    return { heard, ends, close: () => watch.close() };
  }

  test(
    'begins with what is there and tells of changes as they arrive',
    scene(async stage => {
      stage.api.create(configMap('a'));
      const { heard } = watching(stage);
      await stage.clock.sleep(1000);
      stage.api.create(configMap('b'));
      await stage.clock.sleep(1000);
      expect(heard).toEqual(['40 ADDED a', '1020 ADDED b']);
    }),
  );

  test(
    'keeps the order on a link that does not',
    scene(async stage => {
      stage.network.rule('*', '*', { latencyMs: 20, jitterMs: 200 });
      const names: string[] = [];
      stage.client.watch(
        CONFIG_MAP,
        {},
        { event: ({ object }) => names.push(object.metadata.name), end() {} },
      );
      const expected = Array.from({ length: 50 }, (_, index) => `c-${index}`);
      for (const name of expected) {
        stage.api.create(configMap(name));
        await stage.clock.sleep(7);
      }
      await stage.clock.sleep(2000);
      expect(names).toEqual(expected);
    }),
  );

  test(
    'goes on from the version of a list',
    scene(async stage => {
      stage.api.create(configMap('a'));
      const { resourceVersion } = await stage.client.list(CONFIG_MAP);
      stage.api.create(configMap('b'));
      const { heard } = watching(stage, { resourceVersion });
      await stage.clock.sleep(1000);
      expect(heard).toEqual(['80 ADDED b']);
    }),
  );

  test(
    'outlives a cut in which nothing happened',
    scene(async stage => {
      const { heard, ends } = watching(stage);
      await stage.clock.sleep(100);
      const heal = stage.network.rule('*', '*', { cut: true });
      await stage.clock.sleep(60_000);
      heal();
      stage.api.create(configMap('a'));
      await stage.clock.sleep(100);
      expect(heard).toEqual(['60120 ADDED a']);
      expect(ends).toEqual([]);
    }),
  );

  test(
    'ends when something happened that could not be told',
    scene(async stage => {
      const { heard, ends } = watching(stage);
      await stage.clock.sleep(100);
      const heal = stage.network.rule('cluster1-beijing', 'hub', { cut: true });
      stage.api.create(configMap('a'));
      await stage.clock.sleep(10_000);
      heal();
      stage.api.create(configMap('b'));
      await stage.clock.sleep(100);
      expect(heard).toEqual([]);
      expect(ends).toEqual([unreachable]);
    }),
  );

  test(
    'ends when the API goes down, and when it cannot be opened',
    scene(async stage => {
      const open = watching(stage);
      await stage.clock.sleep(100);
      stage.api.down();
      await stage.clock.sleep(20);
      expect(open.ends).toEqual([unreachable]);
      const refused = watching(stage);
      const expired = watching(stage, { resourceVersion: 'x' });
      await stage.clock.sleep(100);
      expect(refused.ends).toEqual([unreachable]);
      expect(expired.ends).toEqual([unreachable]);
    }),
  );

  test(
    'that is closed hears nothing more, not even what is on its way',
    scene(async stage => {
      const { heard, ends, close } = watching(stage);
      await stage.clock.sleep(100);
      stage.api.create(configMap('a'));
      close();
      stage.api.down();
      await stage.clock.sleep(100);
      expect(heard).toEqual([]);
      expect(ends).toEqual([]);
    }),
  );

  test(
    'hands over what nobody can change',
    scene(async stage => {
      const heard: KubeObject[] = [];
      stage.client.watch(CONFIG_MAP, {}, { event: ({ object }) => heard.push(object), end() {} });
      stage.api.create(configMap('a', { x: '1' }));
      await stage.clock.sleep(100);
      expect(heard).toHaveLength(1);
      expect(() => Object.assign(heard[0] ?? {}, { data: {} })).toThrow(TypeError);
    }),
  );
});
