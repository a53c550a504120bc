import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kube/objects.ts';
import type { ApiServer } from '../../../src/kube/simulated/api-server.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import {
  CONFIG_MAP,
  configMap,
  DEPLOYMENT,
  deployment,
  expectError,
  NAMESPACE,
  owner,
  POD,
  pod,
  serverAt,
} from './server.ts';

interface Scene {
  readonly api: ApiServer;
  /** Lets the collector do all that it has to do. */
  settle(): Promise<void>;
  /** Names of what is there, deleted or not. */
  names(): string[];
  /** A ConfigMap that belongs to these. */
  dependent(name: string, ...owners: KubeObject[]): KubeObject;
}

function scene(play: (scene: Scene) => Promise<void>): () => Promise<void> {
  return () => {
    const clock = new VirtualClock();
    const api = serverAt(clock);
    return clock.run(() =>
      play({
        api,
        settle: () => clock.sleep(1000),
        names: () =>
          [DEPLOYMENT, CONFIG_MAP, POD]
            .flatMap(kind => api.list(kind))
            .map(
              ({ metadata }) =>
                metadata.name + (metadata.deletionTimestamp === undefined ? '' : ' (deleted)'),
            ),
        dependent: (name, ...owners) =>
          api.create(
            configMap(
              name,
              {},
              { ownerReferences: owners.map(object => owner(object, { blockOwnerDeletion: true })) },
            ),
          ),
      }),
    );
  };
}

const web = { ...DEPLOYMENT, namespace: 'demo', name: 'web-demo' };

test(
  'what belongs to a deleted owner goes after it, and what belongs to that',
  scene(async ({ api, settle, names, dependent }) => {
    const root = api.create(deployment());
    const child = dependent('child', root);
    dependent('grandchild', child);
    api.create(configMap('stranger'));
    api.delete(web);
    expect(names()).toEqual(['child', 'grandchild', 'stranger']);
    await settle();
    expect(names()).toEqual(['stranger']);
  }),
);

test(
  'an owner that is left keeps its dependent, which forgets the other',
  scene(async ({ api, settle, dependent }) => {
    const [one, two] = [api.create(deployment('one')), api.create(deployment('two'))];
    dependent('child', one, two);
    api.delete({ ...web, name: 'one' });
    await settle();
    const child = api.get({ ...CONFIG_MAP, namespace: 'demo', name: 'child' });
    expect(child?.metadata.ownerReferences?.map(({ name }) => name)).toEqual(['two']);
  }),
);

test(
  'what names an owner that never was goes too; so it does when another of that name is made',
  scene(async ({ api, settle, names, dependent }) => {
    const old = api.create(deployment());
    api.delete(web);
    api.create(deployment());
    dependent('child', old);
    await settle();
    expect(names()).toEqual(['web-demo']);
  }),
);

test(
  'an owner that is deleted in the foreground waits for its dependents',
  scene(async ({ api, settle, names, dependent }) => {
    const root = api.create(deployment());
    const running = pod(
      'p',
      { nodeName: 'n' },
      { ownerReferences: [owner(root, { blockOwnerDeletion: true })] },
    );
    api.create(running);
    dependent('child', root);
    api.delete(web, { propagation: 'Foreground' });
    await settle();
    expect(names()).toEqual(['web-demo (deleted)', 'p (deleted)']);
    api.delete({ ...POD, namespace: 'demo', name: 'p' }, { gracePeriodSeconds: 0 });
    await settle();
    expect(names()).toEqual([]);
  }),
);

test(
  'does not wait for dependents that do not block it',
  scene(async ({ api, settle, names }) => {
    const root = api.create(deployment());
    api.create(pod('p', { nodeName: 'n' }, { ownerReferences: [owner(root)] }));
    api.delete(web, { propagation: 'Foreground' });
    await settle();
    expect(names()).toEqual(['p (deleted)']);
  }),
);

test(
  'an owner that is deleted with Orphan leaves its dependents behind',
  scene(async ({ api, settle, names, dependent }) => {
    dependent('child', api.create(deployment()));
    api.delete(web, { propagation: 'Orphan' });
    await settle();
    expect(names()).toEqual(['child']);
    expect(api.get({ ...CONFIG_MAP, namespace: 'demo', name: 'child' })?.metadata.ownerReferences).toEqual(
      [],
    );
  }),
);

test(
  'a deleted namespace takes nothing in, is emptied, and goes when the last pod has ended',
  scene(async ({ api, settle, names }) => {
    const demo = { ...NAMESPACE, name: 'demo' };
    api.create(deployment());
    api.create(configMap('a'));
    api.create(pod('p', { nodeName: 'n' }));
    api.create(configMap('elsewhere', {}, { namespace: 'default' }));
    api.delete(demo);
    expect(api.get(demo)?.status).toEqual({ phase: 'Terminating' });
    expectError(() => api.create(configMap('b')), 'Forbidden', 'it is being terminated');
    await settle();
    expect(names()).toEqual(['elsewhere', 'p (deleted)']);
    api.delete({ ...POD, namespace: 'demo', name: 'p' }, { gracePeriodSeconds: 0 });
    await settle();
    expect(api.get(demo)).toBeUndefined();
    api.create({ ...NAMESPACE, metadata: { name: 'demo' } });
    expect(names()).toEqual(['elsewhere']);
  }),
);

test(
  'nothing is collected while the server is down, and all of it afterwards',
  scene(async ({ api, settle, names, dependent }) => {
    dependent('child', api.create(deployment()));
    api.delete(web);
    api.down();
    await settle();
    api.up();
    expect(names()).toEqual(['child']);
    await settle();
    expect(names()).toEqual([]);
  }),
);

test(
  'a collector that is stopped catches up when it is started',
  scene(async ({ api, settle, names, dependent }) => {
    api.collector.stop();
    dependent('child', api.create(deployment()));
    api.delete(web);
    await settle();
    expect(names()).toEqual(['child']);
    api.collector.start();
    await settle();
    expect(names()).toEqual([]);
  }),
);
