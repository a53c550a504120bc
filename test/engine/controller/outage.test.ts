import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../src/engine/controller/backoff.ts';
import { resume } from '../../../src/engine/kubectl/operators.ts';
import { RESOURCE_TRACKER } from '../../../src/engine/model.ts';
import { ApiError, type KubeClient } from '../../../src/kube/client.ts';
import { APP, CENTRES, CONFIG_MAP, DEPLOYMENT, edit, Fleet, manifests, published } from './fleet.ts';

const [FIRST, SECOND, THIRD] = CENTRES as [string, string, string];
const hub = (fleet: Fleet) => fleet.client('hub');

async function rolledOut(fleet: Fleet): Promise<void> {
  await fleet.apply();
  await fleet.until('workflowSuspending');
  await resume(hub(fleet), APP);
  await fleet.until('running');
}

describe('a centre that cannot be reached', () => {
  it('holds the steps after it back, and the workflow goes on when it returns', async () => {
    const fleet = new Fleet();
    await fleet.run(async () => {
      fleet.engine();
      fleet.lose(FIRST);
      await fleet.apply();
      await fleet.clock.sleep(30_000);
      expect(fleet.status.status).toBe('runningWorkflow');
      expect(fleet.steps).toEqual(['cluster1-beijing failed']);
      expect(fleet.status.workflow?.steps[0]?.message).toMatch(
        /error encountered in cluster cluster1-beijing: .*did not answer/,
      );
      fleet.regain(FIRST);
      await fleet.until('workflowSuspending', 60_000);
      expect(fleet.names(FIRST)).toHaveLength(4);
    });
  });

  it('does not keep the other centres of its step from being served', async () => {
    const fleet = new Fleet();
    const together = edit(manifests(), 'Workflow', object => ({
      ...object,
      steps: [{ name: 'all', type: 'deploy', properties: { policies: [FIRST, SECOND, THIRD] } }],
    }));
    await fleet.run(async () => {
      fleet.engine();
      fleet.lose(SECOND);
      await fleet.apply(together);
      await fleet.clock.sleep(60_000);
      expect(fleet.names(FIRST)).toHaveLength(4);
      expect(fleet.names(THIRD)).toHaveLength(4);
      fleet.regain(SECOND);
      await fleet.until('running');
      expect(fleet.names(SECOND)).toHaveLength(4);
    });
  });

  it('makes the workflow fail at the 11th try; only a new version or a restart goes on', async () => {
    const fleet = new Fleet();
    await fleet.run(async () => {
      fleet.engine();
      fleet.lose(FIRST);
      await fleet.apply();
      await fleet.until('workflowFailed', 300_000);
      expect(fleet.status.workflow).toMatchObject({ finished: true, terminated: true, status: 'failed' });
      expect(fleet.steps).toEqual([
        'cluster1-beijing failed',
        'cluster2-beijing skipped',
        'cluster1-hangzhou skipped',
      ]);
      fleet.regain(FIRST);
      await fleet.clock.sleep(3_600_000);
      expect(fleet.names(FIRST)).toEqual([]);
      await fleet.apply(published(manifests(), 'version9'));
      await fleet.until('workflowSuspending');
    });
  });

  it('may be waited for without end', async () => {
    const fleet = new Fleet();
    await fleet.run(async () => {
      fleet.engine({ settings: { retryLimit: Number.POSITIVE_INFINITY, maxFailedWaitMs: 30_000 } });
      fleet.lose(FIRST);
      await fleet.apply();
      await fleet.clock.sleep(7_200_000);
      fleet.regain(FIRST);
      await fleet.until('workflowSuspending', 40_000);
    });
  });

  it('takes an approval with it: the step asks again', async () => {
    const fleet = new Fleet();
    await fleet.run(async () => {
      fleet.engine();
      await fleet.apply();
      await fleet.until('workflowSuspending');
      fleet.lose(SECOND);
      await resume(hub(fleet), APP);
      await fleet.until('runningWorkflow');
      await fleet.until('workflowSuspending');
      fleet.regain(SECOND);
      await fleet.clock.sleep(600_000);
      expect(fleet.names(SECOND)).toEqual([]);
      await resume(hub(fleet), APP);
      await fleet.until('running');
    });
  });

  it('after the release does not show in the application’s phase or health', async () => {
    const fleet = new Fleet();
    await fleet.run(async () => {
      fleet.engine();
      await rolledOut(fleet);
      fleet.lose(SECOND);
      await fleet.clock.sleep(700_000);
      expect(fleet.status.status).toBe('running');
      expect(fleet.status.services?.every(({ healthy }) => healthy)).toBe(true);
      expect(fleet.status.conditions).toContainEqual(
        expect.objectContaining({ type: 'StateKeep', status: 'False' }),
      );
      fleet.regain(SECOND);
      await fleet.clock.sleep(700_000);
      expect(fleet.status.conditions).toContainEqual(
        expect.objectContaining({ type: 'StateKeep', status: 'True' }),
      );
    });
  });

  it('is asked again ever more rarely: ten waits of 104.8 s in all', () => {
    const waits = Array.from({ length: 10 }, (_, index) => backoffMs(index + 1, 300_000));
    expect(waits).toEqual([1000, 1000, 1000, 1000, 1600, 3200, 6400, 12_800, 25_600, 51_200]);
    expect(waits.reduce((sum, wait) => sum + wait)).toBe(104_800);
  });
});

describe('an application that is deleted while a centre cannot be reached', () => {
  const REST = ['ConfigMap web-demo', 'Deployment web-demo', 'Ingress web-demo', 'Service web-demo'];
  const trackers = (fleet: Fleet) => fleet.server('hub').list(RESOURCE_TRACKER).length;
  const isGone = (fleet: Fleet) => () => fleet.server('hub').get(APP) === undefined;

  it('goes from the others at once, and altogether when it has waited for some forty minutes', async () => {
    const fleet = new Fleet();
    await fleet.run(async () => {
      fleet.engine();
      await rolledOut(fleet);
      fleet.lose(SECOND);
      await hub(fleet).delete(APP);
      await fleet.clock.sleep(30_000);
      expect([fleet.names(FIRST), fleet.names(THIRD)]).toEqual([[], []]);
      await fleet.clock.sleep(30 * 60_000);
      expect(fleet.status.status).toBe('deleting');
      expect(fleet.status.conditions).toContainEqual(
        expect.objectContaining({ type: 'Ready', message: expect.stringContaining('did not answer') }),
      );
      await fleet.untilSo(isGone(fleet), 15 * 60_000);
      const left = REST.map(name => `${SECOND}: ${name}`).sort();
      expect(fleet.events.flatMap(event => (event.kind === 'error' ? event.message : []))).toEqual([
        expect.stringMatching(/^deleted without what is in clusters that do not answer: /),
      ]);
      const told = fleet.events.find(({ kind }) => kind === 'error') as { message: string };
      expect(
        told.message
          .replace(/^.*?: /, '')
          .split(', ')
          .sort(),
      ).toEqual(left);
      expect(fleet.names(SECOND)).toEqual(REST);
      expect(trackers(fleet)).toBe(1);
    });
  });

  it('and leaves what one of its name collects that no longer goes there', async () => {
    const fleet = new Fleet();
    await fleet.run(async () => {
      fleet.engine({ settings: { deletionLimit: 3 } });
      await rolledOut(fleet);
      fleet.lose(SECOND);
      await hub(fleet).delete(APP);
      await fleet.untilSo(isGone(fleet));
      fleet.regain(SECOND);
      const steps = [{ name: 'first', type: 'deploy', properties: { policies: [FIRST] } }];
      await fleet.apply(
        edit(published(manifests(), 'version9'), 'Workflow', object => ({ ...object, steps })),
      );
      await fleet.until('running');
      await fleet.clock.sleep(10_000);
      expect([fleet.names(FIRST), fleet.names(SECOND)]).toEqual([REST, []]);
      expect(trackers(fleet)).toBe(1);
    });
  });

  it('waits without end for a centre that answers, and refuses', async () => {
    const fleet = new Fleet();
    const refusing = (client: KubeClient): KubeClient => ({
      ...client,
      delete: () => Promise.reject(new ApiError('Forbidden', 403, 'no one may delete here')),
    });
    await fleet.run(async () => {
      fleet.engine({ settings: { deletionLimit: 3 } }, (client, cluster) =>
        cluster === SECOND ? refusing(client) : client,
      );
      await rolledOut(fleet);
      await hub(fleet).delete(APP);
      await fleet.clock.sleep(3 * 3_600_000);
      expect(fleet.status.status).toBe('deleting');
      expect(fleet.status.conditions).toContainEqual(
        expect.objectContaining({ message: expect.stringContaining('no one may delete here') }),
      );
    });
  });
});

describe('a hub that cannot be reached', () => {
  it('is waited for', async () => {
    const fleet = new Fleet();
    await fleet.run(async () => {
      fleet.engine();
      await fleet.apply();
      await fleet.until('workflowSuspending');
      fleet.lose('hub');
      await fleet.clock.sleep(400_000);
      fleet.regain('hub');
      await fleet.clock.sleep(30_000);
      await resume(hub(fleet), APP);
      await fleet.until('running', 60_000);
    });
  });
});

describe('drift', () => {
  it('is repaired at the next look: known fields restored, others’ kept, deleted objects back', async () => {
    const fleet = new Fleet();
    await fleet.run(async () => {
      fleet.engine();
      await rolledOut(fleet);
      const beijing = fleet.client(FIRST);
      await beijing.patch(DEPLOYMENT, 'merge', { spec: { replicas: 1, paused: true } });
      await beijing.patch(CONFIG_MAP, 'merge', { data: { 'config.json': 'drifted', extra: 'kept' } });
      await fleet.client(THIRD).delete({ ...CONFIG_MAP, apiVersion: 'v1', kind: 'Service' });
      await fleet.clock.sleep(310_000);
      expect(fleet.deployment(FIRST).spec).toMatchObject({ replicas: 5, paused: true });
      expect(fleet.server(FIRST).get(CONFIG_MAP)?.data).toMatchObject({
        'config.json': expect.stringContaining('beijing-db'),
        extra: 'kept',
      });
      expect(fleet.names(THIRD)).toContain('Service web-demo');
    });
  });

  it('is repaired while a person is awaited, too', async () => {
    const fleet = new Fleet();
    await fleet.run(async () => {
      fleet.engine();
      await fleet.apply();
      await fleet.until('workflowSuspending');
      await fleet.client(FIRST).patch(DEPLOYMENT, 'merge', { spec: { replicas: 1 } });
      await fleet.clock.sleep(310_000);
      expect(fleet.deployment(FIRST).spec?.['replicas']).toBe(5);
    });
  });
});

describe('a component that loses its health after the release', () => {
  it('makes the application unhealthy at the next look, until it is well again', async () => {
    const fleet = new Fleet();
    await fleet.run(async () => {
      fleet.engine();
      await rolledOut(fleet);
      const healthy = fleet.deployment(FIRST);
      const status = { ...healthy.status, readyReplicas: 3 };
      const ill = fleet.server(FIRST).update({ ...healthy, status }, 'status');
      await fleet.until('unhealthy', 310_000);
      expect(fleet.status.services).toContainEqual(
        expect.objectContaining({ cluster: FIRST, name: 'deployment', healthy: false, message: 'Ready:3/5' }),
      );
      fleet.server(FIRST).update({ ...ill, status: healthy.status ?? {} }, 'status');
      await fleet.until('running', 310_000);
    });
  });
});

describe('objects of others', () => {
  it('are not touched: the step says whose they are', async () => {
    const fleet = new Fleet();
    await fleet.run(async () => {
      const foreign = { ...CONFIG_MAP, metadata: { name: 'web-demo', namespace: 'demo' }, data: { a: '1' } };
      fleet.server(FIRST).create(foreign);
      fleet.engine();
      await fleet.apply();
      await fleet.clock.sleep(20_000);
      expect(fleet.status.workflow?.steps[0]?.message).toContain(
        'ConfigMap demo/web-demo exists but not managed by any application now',
      );
      expect(fleet.server(FIRST).get(CONFIG_MAP)?.data).toEqual({ a: '1' });
      expect(fleet.names(FIRST)).toEqual([
        'ConfigMap web-demo',
        'Deployment web-demo',
        'Ingress web-demo',
        'Service web-demo',
      ]);
    });
  });

  it('are not deleted with the application', async () => {
    const fleet = new Fleet();
    await fleet.run(async () => {
      fleet.engine();
      await rolledOut(fleet);
      const owner = { labels: { 'app.oam.dev/name': 'another' } };
      await fleet.client(FIRST).patch(CONFIG_MAP, 'merge', { metadata: owner });
      await hub(fleet).delete(APP);
      await fleet.untilSo(() => fleet.server('hub').get(APP) === undefined);
      expect(fleet.names(FIRST)).toEqual(['ConfigMap web-demo']);
    });
  });
});

describe('an application that cannot be read', () => {
  it('is in phase rendering, says why, and goes on when it is put right', async () => {
    const fleet = new Fleet();
    await fleet.run(async () => {
      fleet.engine();
      const lacking = manifests().filter(({ metadata }) => metadata.name !== 'override-env-cluster2-beijing');
      await fleet.apply(lacking);
      await fleet.until('rendering');
      expect(fleet.status.conditions?.[0]?.message).toContain('override-env-cluster2-beijing not found');
      await fleet.apply();
      await fleet.until('workflowSuspending');
    });
  });
});
