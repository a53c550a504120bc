import { describe, expect, it } from 'vitest';
import { resume } from '../../../src/engine/kubectl/operators.ts';
import { differences } from '../../../src/engine/plan/comparison.ts';
import { planManifests } from '../../../src/engine/plan/manifests.ts';
import { expectedObjects } from '../../../src/engine/plan/objects.ts';
import { expectedPages } from '../../../src/engine/plan/pages.ts';
import type { Plan } from '../../../src/engine/plan/plan.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { APP, ARTICLE, CENTRES, edit, Fleet, hasArticle, manifests, published } from './fleet.ts';

const [FIRST, SECOND, THIRD] = CENTRES as [string, string, string];
const BEIJING = '{\n  database-host: "beijing-db.pg.aliyun.com"\n}\n';
const HANGZHOU = '{\n  database-address: "hangzhou-db.pg.aliyun.com"\n}\n';

function planned(objects: readonly KubeObject[]): Plan {
  return planManifests(
    objects,
    CENTRES.map(name => ({ name })),
  );
}

async function rolledOut(fleet: Fleet, objects = manifests()): Promise<void> {
  await fleet.apply(objects);
  await fleet.until('workflowSuspending');
  await resume(fleet.client('hub'), APP);
  await fleet.until('running');
}

describe('the article’s rollout', () => {
  it('stops for approval before anything reaches cluster2-beijing, then serves all three', async () => {
    const fleet = new Fleet();
    await fleet.run(async () => {
      fleet.engine();
      await fleet.apply();
      await fleet.until('workflowSuspending');
      expect(fleet.steps).toEqual(['cluster1-beijing succeeded', 'cluster2-beijing suspending']);
      await fleet.clock.sleep(900_000);
      expect(fleet.names(SECOND)).toEqual([]);
      expect(fleet.names(THIRD)).toEqual([]);
      expect(await resume(fleet.client('hub'), APP)).toBe('Successfully resume workflow: web-demo');
      await fleet.until('running');
      expect(fleet.shows(FIRST)).toEqual({ env: FIRST, replicas: 5, config: BEIJING });
      expect(fleet.shows(SECOND)).toEqual({ env: SECOND, replicas: 5, config: BEIJING });
      expect(fleet.shows(THIRD)).toEqual({ env: THIRD, replicas: 1, config: HANGZHOU });
      expect(
        fleet.status.services?.map(({ cluster, name, message }) => [cluster, name, message]),
      ).toContainEqual([THIRD, 'deployment', 'Ready:1/1']);
    });
  });

  it.skipIf(!hasArticle)(`is the same with the article’s own files (${ARTICLE})`, () => {
    expect(planned(manifests(ARTICLE))).toEqual(planned(manifests()));
  });

  it('leaves in each centre what the plan says, and nothing else', async () => {
    const fleet = new Fleet();
    await fleet.run(async () => {
      fleet.engine();
      await rolledOut(fleet);
      for (const [centre, objects] of expectedObjects(planned(manifests()))) {
        expect(fleet.names(centre)).toHaveLength(objects.length);
        for (const object of objects) {
          const live = fleet.objects(centre).find(({ kind }) => kind === object.kind);
          expect(differences(object, live)).toEqual([]);
        }
      }
    });
  });

  it('tells what each centre will show', () => {
    expect(expectedPages(planned(manifests()))).toEqual([
      { centre: FIRST, env: FIRST, config: BEIJING },
      { centre: SECOND, env: SECOND, config: BEIJING },
      { centre: THIRD, env: THIRD, config: HANGZHOU },
    ]);
  });

  it('does nothing more once it is done', async () => {
    const fleet = new Fleet();
    await fleet.run(async () => {
      fleet.engine();
      await rolledOut(fleet);
      const versions = () => ['hub', ...CENTRES].map(name => fleet.server(name).resourceVersion);
      const before = versions();
      await fleet.clock.sleep(3_600_000);
      expect(versions()).toEqual(before);
    });
  });
});

describe('a new version', () => {
  const changed = edit(manifests(), 'ConfigMap', object => ({ ...object, data: { 'config.json': 'new' } }));

  it('of the hub’s objects counts only under a new publishVersion', async () => {
    const fleet = new Fleet();
    await fleet.run(async () => {
      fleet.engine();
      await rolledOut(fleet);
      await fleet.apply(changed);
      await fleet.clock.sleep(700_000);
      expect(fleet.shows(FIRST).config).toBe(BEIJING);
      await rolledOut(fleet, published(changed, 'version9'));
      expect(fleet.status.latestRevision?.name).toBe('web-demo-v2');
      expect([FIRST, SECOND, THIRD].map(centre => fleet.shows(centre).config)).toEqual([
        'new',
        'new',
        HANGZHOU,
      ]);
    });
  });

  it('restarts a workflow that waits for approval', async () => {
    const fleet = new Fleet();
    await fleet.run(async () => {
      fleet.engine();
      await fleet.apply();
      await fleet.until('workflowSuspending');
      await fleet.apply(published(changed, 'version9'));
      await fleet.untilSo(() => fleet.status.workflow?.appRevision === 'version9');
      expect(fleet.names(SECOND)).toEqual([]);
      await fleet.until('workflowSuspending');
      await resume(fleet.client('hub'), APP);
      await fleet.until('running');
      expect(fleet.shows(SECOND).config).toBe('new');
    });
  });

  it('takes away what it no longer has, when it has succeeded', async () => {
    const fleet = new Fleet();
    await fleet.run(async () => {
      fleet.engine();
      await rolledOut(fleet);
      const smaller = edit(published(manifests(), 'version9'), 'Application', object => ({
        ...object,
        spec: { ...object.spec, components: object.spec?.['components'].slice(0, 2) },
      }));
      await fleet.apply(smaller);
      await fleet.until('workflowSuspending');
      expect(fleet.names(FIRST)).toContain('Ingress web-demo');
      await resume(fleet.client('hub'), APP);
      await fleet.until('running');
      await fleet.clock.sleep(10_000);
      for (const centre of CENTRES)
        expect(fleet.names(centre)).toEqual(['ConfigMap web-demo', 'Deployment web-demo']);
      expect(fleet.status.services).toHaveLength(6);
      const trackers = fleet
        .server('hub')
        .list({ apiVersion: 'core.oam.dev/v1beta1', kind: 'ResourceTracker' });
      expect(trackers.map(({ metadata }) => metadata.name)).toEqual(['web-demo-version9-demo']);
    });
  });

  it('without publishVersion is any change of spec, policies or workflow', async () => {
    const fleet = new Fleet();
    const unpublished = edit(
      manifests(),
      'Application',
      ({ metadata, ...object }) =>
        ({
          ...object,
          metadata: { name: metadata.name, namespace: 'demo' },
        }) as KubeObject,
    );
    await fleet.run(async () => {
      fleet.engine();
      await rolledOut(fleet, unpublished);
      expect(fleet.status.workflow?.appRevision).toBe('web-demo-v1');
      const renamed = edit(unpublished, 'Application', object => ({
        ...object,
        spec: {
          ...object.spec,
          workflow: {
            steps: [{ name: 'only', type: 'deploy', properties: { policies: ['cluster1-hangzhou'] } }],
          },
        },
      }));
      await fleet.apply(renamed);
      await fleet.untilSo(() => fleet.status.workflow?.appRevision === 'web-demo-v2');
      await fleet.until('running');
      await fleet.untilSo(() => fleet.names(FIRST).length === 0 && fleet.names(SECOND).length === 0);
      expect(fleet.shows(THIRD)).toEqual({ env: FIRST, replicas: 5, config: BEIJING });
    });
  });
});

describe('deletion', () => {
  it('takes the application’s objects and records along', async () => {
    const fleet = new Fleet();
    await fleet.run(async () => {
      fleet.engine();
      await rolledOut(fleet);
      await fleet.client('hub').delete(APP);
      await fleet.untilSo(() => fleet.server('hub').get(APP) === undefined);
      await fleet.clock.sleep(10_000);
      for (const centre of CENTRES) expect(fleet.names(centre)).toEqual([]);
      for (const kind of ['ResourceTracker', 'ApplicationRevision']) {
        expect(fleet.server('hub').list({ apiVersion: 'core.oam.dev/v1beta1', kind })).toEqual([]);
      }
    });
  });

  it('waits for a centre that cannot be reached', async () => {
    const fleet = new Fleet();
    await fleet.run(async () => {
      fleet.engine();
      await rolledOut(fleet);
      fleet.lose(SECOND);
      await fleet.client('hub').delete(APP);
      await fleet.clock.sleep(300_000);
      expect(fleet.status.status).toBe('deleting');
      expect(fleet.names(FIRST)).toEqual([]);
      fleet.regain(SECOND);
      await fleet.untilSo(() => fleet.server('hub').get(APP) === undefined);
      expect(fleet.names(SECOND)).toEqual([]);
    });
  });
});
