import { describe, expect, it } from 'vitest';
import { getApplications, getFrom, type Hub, managedClusters } from '../../../src/engine/kubectl/amc.ts';
import { operate } from '../../../src/engine/kubectl/operators.ts';
import { durationText } from '../../../src/engine/kubectl/tables.ts';
import { APP, CENTRES, Fleet } from '../controller/fleet.ts';

const WHAT = { namespace: 'demo', cluster: 'all' };
const now = Number.MAX_SAFE_INTEGER;

function hubOf(fleet: Fleet): Hub {
  const clusters = CENTRES.map((alias, index) => ({
    name: `managedcluster-c${index}`,
    alias,
    client: fleet.client(alias),
  }));
  return { client: fleet.client('hub'), clusters: clusters.reverse() };
}

/** Without the ages, which depend on when one looks. */
const ageless = (text: string) => text.replace(/ +(AGE|\d+[a-z0-9]*|<unknown>)$/gm, '');

async function waiting(test: (fleet: Fleet, hub: Hub) => Promise<void>): Promise<void> {
  const fleet = new Fleet();
  await fleet.run(async () => {
    fleet.engine();
    await fleet.apply();
    await fleet.until('workflowSuspending');
    await test(fleet, hubOf(fleet));
  });
}

describe('amc', () => {
  it('lists the managed clusters', () => {
    expect(managedClusters(hubOf(new Fleet()))).toBe(
      [
        'Name                Alias               HubAccepted',
        'managedcluster-c2   cluster1-hangzhou   true',
        'managedcluster-c1   cluster2-beijing    true',
        'managedcluster-c0   cluster1-beijing    true',
        '',
      ].join('\n'),
    );
  });

  it('shows what each cluster has, as the article prints it', () =>
    waiting(async (_fleet, hub) => {
      const text = await getFrom(hub, { ...WHAT, resource: 'deployment', name: 'web-demo' }, now);
      expect(ageless(text)).toBe(
        [
          'Run on ManagedCluster managedcluster-c2 (cluster1-hangzhou)',
          'No resources found in demo namespace',
          'Run on ManagedCluster managedcluster-c1 (cluster2-beijing)',
          'No resources found in demo namespace',
          'Run on ManagedCluster managedcluster-c0 (cluster1-beijing)',
          'NAME       READY   UP-TO-DATE   AVAILABLE',
          'web-demo   5/5     5            5',
          '',
        ].join('\n'),
      );
      const one = await getFrom(hub, { ...WHAT, resource: 'ing', cluster: 'cluster1-beijing' }, now);
      expect(ageless(one)).toMatch(/NAME +CLASS +HOSTS +ADDRESS +PORTS\nweb-demo +\S+ +web-demo.example.com/);
    }));

  it('says which cluster does not answer, and goes on with the others', () =>
    waiting(async (fleet, hub) => {
      fleet.lose('cluster2-beijing');
      const text = await getFrom(hub, { ...WHAT, resource: 'deployment' }, now);
      expect(text).toMatch(/\(cluster2-beijing\)\nerror: /);
      expect(text).toMatch(/web-demo +5\/5/);
    }));

  it('resumes a workflow, and prints the application', () =>
    waiting(async (fleet, hub) => {
      const app = { name: 'web-demo', namespace: 'demo' };
      expect(ageless(await getApplications(hub, app, now))).toMatch(
        /web-demo +deployment +ref-objects +workflowSuspending/,
      );
      await expect(operate(hub.client, APP, 'terminate', 'deploy-cluster2-beijing')).rejects.toThrow(
        'terminate is for a whole workflow, not for a step of it (deploy-cluster2-beijing)',
      );
      expect(await operate(hub.client, APP, 'resume')).toBe('Successfully resume workflow: web-demo');
      await fleet.until('running');
      expect(ageless(await getApplications(hub, app, now))).toMatch(
        /NAME +COMPONENT +TYPE +PHASE +HEALTHY +STATUS\nweb-demo +deployment +ref-objects +running +true +Ready:5\/5/,
      );
    }));

  it('does not know all kinds and clusters', () =>
    waiting(async (_fleet, hub) => {
      await expect(getFrom(hub, { ...WHAT, resource: 'zebra' }, now)).rejects.toThrow(
        'resource type "zebra"',
      );
      await expect(getFrom(hub, { ...WHAT, resource: 'pod', cluster: 'x' }, now)).rejects.toThrow(
        'no managed cluster "x"; there are "managedcluster-c2"',
      );
    }));
});

describe('ages', () => {
  it.each([
    [59, '59s'],
    [119, '119s'],
    [150, '2m30s'],
    [600, '10m'],
    [3 * 3600, '3h'],
    [47 * 3600 + 1800, '47h'],
    [48 * 3600, '2d'],
    [53 * 3600, '2d5h'],
    [9 * 86400, '9d'],
    [800 * 86400, '2y70d'],
  ])('of %i seconds are %s', (seconds, text) => {
    expect(durationText(seconds * 1000)).toBe(text);
  });
});
