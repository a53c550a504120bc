import { describe, expect, it } from 'vitest';
import { restart, resume, suspend, terminate } from '../../../src/engine/kubectl/operators.ts';
import { APP, CENTRES, Fleet } from '../controller/fleet.ts';

const [FIRST] = CENTRES as [string, string, string];

async function suspended(test: (fleet: Fleet) => Promise<void>): Promise<void> {
  const fleet = new Fleet();
  await fleet.run(async () => {
    fleet.engine();
    await fleet.apply();
    await fleet.until('workflowSuspending');
    await test(fleet);
  });
}

describe('resume', () => {
  it('of a named step resumes that step; an unknown one is an error', () =>
    suspended(async fleet => {
      const hub = fleet.client('hub');
      await expect(resume(hub, APP, 'zzz')).rejects.toThrow('can not find step zzz');
      expect(fleet.status.status).toBe('workflowSuspending');
      await resume(hub, APP, 'deploy-cluster2-beijing');
      await fleet.until('running');
    }));

  it('of a workflow that is not suspended says so', () =>
    suspended(async fleet => {
      const hub = fleet.client('hub');
      await resume(hub, APP);
      await fleet.until('running');
      expect(await resume(hub, APP)).toBe('workflow web-demo is not suspended');
    }));
});

describe('terminate', () => {
  it('ends the workflow; what was applied stays', () =>
    suspended(async fleet => {
      const hub = fleet.client('hub');
      expect(await terminate(hub, APP)).toBe('Successfully terminate workflow: web-demo');
      await fleet.until('workflowTerminated');
      expect(fleet.steps).toEqual([
        'cluster1-beijing succeeded',
        'cluster2-beijing failed',
        'cluster1-hangzhou skipped',
      ]);
      expect(fleet.names(FIRST)).toHaveLength(4);
      await expect(resume(hub, APP)).rejects.toThrow('can not resume a terminated workflow');
    }));
});

describe('restart', () => {
  it('runs the workflow anew, and sends nothing again that is healthy', () =>
    suspended(async fleet => {
      const hub = fleet.client('hub');
      await resume(hub, APP);
      await fleet.until('running');
      const writes = fleet.writes.length;
      expect(await restart(hub, APP)).toBe('Successfully restart workflow: web-demo');
      await fleet.until('workflowSuspending');
      await resume(hub, APP);
      await fleet.until('running');
      expect(fleet.writes).toHaveLength(writes);
    }));

  it('goes on after a failed workflow', () =>
    suspended(async fleet => {
      const hub = fleet.client('hub');
      await terminate(hub, APP);
      await fleet.until('workflowTerminated');
      await restart(hub, APP);
      await fleet.until('workflowSuspending');
    }));
});

describe('suspend', () => {
  it('stops a running step until it is resumed', async () => {
    const fleet = new Fleet();
    fleet.readyMs = 60_000;
    await fleet.run(async () => {
      fleet.engine();
      await fleet.apply();
      await fleet.until('runningWorkflow');
      expect(await suspend(fleet.client('hub'), APP)).toBe('Successfully suspend workflow: web-demo');
      await fleet.until('workflowSuspending');
      await fleet.clock.sleep(600_000);
      expect(fleet.steps).toEqual(['cluster1-beijing suspending']);
      await resume(fleet.client('hub'), APP);
      await fleet.untilSo(() => fleet.steps.includes('cluster2-beijing suspending'));
    });
  });

  it('of a finished workflow changes its phase until it is resumed', () =>
    suspended(async fleet => {
      const hub = fleet.client('hub');
      await resume(hub, APP);
      await fleet.until('running');
      await suspend(hub, APP);
      await fleet.until('workflowSuspending');
      await resume(hub, APP);
      await fleet.until('running');
    }));
});
