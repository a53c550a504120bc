import { beforeAll, describe, expect, test } from 'vitest';
import { judge } from '../../src/judge/judge.ts';
import { DrillRecord } from '../../src/judge/record.ts';
import { recoveriesOf } from '../../src/judge/recovery.ts';
import { type Journal, smallDrill } from '../faults/small-drill.ts';

/*
 * Killed processes come back by themselves, and the engine mends a changed object: the recovery is the system's own,
 * and has a time like any other.
 */
describe('a fault that strikes and passes', () => {
  const on = ['cluster1-beijing'];
  let journal: Journal;
  let drill: DrillRecord;
  beforeAll(async () => {
    const nobody = { spec: { replicas: 0 } };
    const deployment = { apiVersion: 'apps/v1', kind: 'Deployment' };
    journal = await smallDrill(
      [
        { at: '20s', fault: 'pod-kill', name: 'kill', on, count: 'all' },
        { at: '60s', fault: 'config-drift', name: 'drift', on, object: deployment, patch: nobody },
        { at: '90s', fault: 'hub-down', for: '1s' },
        { at: '150s', fault: 'pod-kill', name: 'late', on: ['cluster1-hangzhou'], count: 'all' },
      ],
      '170s',
    );
    drill = new DrillRecord(journal.events);
  });

  test('is never healed', () => {
    expect(journal.of('fault').filter(({ name, step }) => name !== 'hub-down' && step === 'heal')).toEqual(
      [],
    );
    const times = drill.faults.map(({ name, inject, healed }) => [
      name,
      journal.time(inject),
      healed === undefined ? undefined : journal.time(healed),
    ]);
    expect(times).toEqual([
      ['kill', 20, undefined],
      ['drift', 60, undefined],
      ['hub-down', 90, expect.closeTo(91, 0)],
      ['late', 150, undefined],
    ]);
  });

  test('has an RTO, from its strike to the last request that failed at its centre', () => {
    const [kill, drift] = recoveriesOf(drill).get('people') ?? [];
    const failed = (from: number, until: number) =>
      journal.requests(on[0], from, until).filter(({ status }) => status !== 200);
    const lastError = failed(60, 150).at(-1)?.at ?? 0;
    expect(kill).toMatchObject({ fault: 'kill', ended: true });
    expect(kill?.rto).toBeLessThan(5000);
    expect(drift).toMatchObject({ fault: 'drift', ended: true });
    expect(drift?.rto).toBe(lastError - (drill.faults[1]?.injected ?? 0));
    expect(drift?.rto).toBeGreaterThan(30_000);
  });

  test('is over, for the table of periods, when clients have recovered', () => {
    expect(judge(journal.events).periods.map(({ name }) => name)).toEqual([
      'before kill',
      // No client met it.
      'after kill',
      'during drift',
      'during drift and hub-down',
      'during drift',
      'after drift',
      'during late',
      'after late',
    ]);
  });

  test('is not what took a centre out of the answers that a later fault struck', async () => {
    const beside = await smallDrill(
      [
        { at: '20s', fault: 'pod-kill', name: 'kill', on, count: 'all' },
        { at: '60s', fault: 'ingress-down', name: 'outage', on },
      ],
      '150s',
    );
    const recoveries = recoveriesOf(new DrillRecord(beside.events)).get('people') ?? [];
    expect(recoveries.map(({ fault, phases }) => [fault, phases.publish.ms === null])).toEqual([
      ['kill', true],
      ['outage', false],
    ]);
    expect(recoveries[0]?.rto).toBeLessThan(5000);
  });

  test('has windows: during lasts to the next strike, after begins with its own', () => {
    const window = (when: string) => {
      const { from, until } = drill.window({ when, settle: 0 }) as { from: number; until: number };
      return [Math.floor(journal.time(from)), Math.floor(journal.time(until))];
    };
    expect(window('before kill')).toEqual([0, 20]);
    expect(window('during kill')).toEqual([20, 60]);
    expect(window('after kill')).toEqual([20, 170]);
    expect(window('during drift')).toEqual([60, 150]);
    expect(window('during late')).toEqual([150, 170]);
  });
});
