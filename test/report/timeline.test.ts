import { describe, expect, test } from 'vitest';
import { Timeline } from '../../src/report/timeline.ts';
import type { FaultEvent, JournalEvent } from '../../src/runtime/journal.ts';
import { request } from './sample.ts';

const beijing = { address: '203.0.113.11', centre: 'cluster1-beijing' };

function told(events: JournalEvent[], width = 100): string {
  const timeline = new Timeline({ color: false, width });
  return events
    .flatMap(event => timeline.lines(event))
    .map(line => `${line}\n`)
    .join('');
}

test('a drill says first what it runs on, and which engine if it is not the usual one', () => {
  const title = (scenario: object) =>
    told([
      { at: 0, kind: 'drill', format: 1, version: '0.1.0', lab: 'kind', seed: 1, timeScale: 7.5, scenario },
    ]);
  const name = 'steady';
  expect(title({ name: 'ste\u001b[2Jady\u202e' })).toMatch(/^ste \[2Jady {2}on the kind lab/);
  const plain = 'steady on the kind lab, seed 1, 7.5 times as fast\n\n';
  expect(title({ name })).toBe(plain);
  expect(title({ name, topology: { engine: 'liangdi', cities: [] } })).toBe(plain);
  expect(title({ name, topology: { engine: 'kubevela', cities: [] } })).toBe(
    'steady on the kind lab with kubevela, seed 1, 7.5 times as fast\n\n',
  );
});

test('a drill reads as a story', () => {
  const scenario = {
    name: 'beijing-down',
    proves: 'When Beijing is gone, Hangzhou serves everybody',
    topology: { cities: [{ centres: [{ name: 'cluster1-hangzhou', address: '203.0.113.31' }] }] },
  };
  const route = {
    strategy: 'web-demo',
    available: { DEFAULT: 0, FAILOVER: 1 },
    reason: 'primary below its minimum',
  };
  const outage: Omit<FaultEvent, 'at' | 'step'> = {
    kind: 'fault',
    name: 'outage',
    fault: 'application-down',
    targets: ['cluster1-beijing'],
  };
  expect(
    told([
      { at: 0, kind: 'drill', format: 1, version: '0.1.0', lab: 'simulated', seed: 7, scenario },
      { at: 0, kind: 'lab', step: 'clusters up', detail: '3 centres and the hub' },
      { at: 12_040, kind: 'deploy', application: 'web-demo', publishVersion: 'version8' },
      {
        at: 12_100,
        kind: 'workflow',
        application: 'web-demo',
        publishVersion: 'version8',
        phase: 'runningWorkflow',
        steps: { one: 'running' },
      },
      {
        at: 15_000,
        kind: 'object',
        centre: 'cluster1-beijing',
        verb: 'MODIFIED',
        object: 'Deployment demo/web-demo',
        replicas: 5,
        ready: 5,
      },
      {
        at: 16_000,
        kind: 'workflow',
        application: 'web-demo',
        publishVersion: 'version8',
        phase: 'workflowSuspending',
        steps: { one: 'succeeded', two: 'suspending' },
      },
      { at: 26_000, kind: 'approval', application: 'web-demo', step: 'two', publishVersion: 'version8' },
      { at: 60_000, kind: 'timeline', addresses: { 'cluster1-hangzhou': '203.0.113.31' } },
      request({ at: 60_100, status: 200, ...beijing }),
      { ...outage, at: 160_000, step: 'inject' },
      { ...outage, at: 160_000, step: 'injected' },
      {
        at: 160_050,
        kind: 'object',
        centre: 'cluster1-beijing',
        verb: 'MODIFIED',
        object: 'Deployment demo/web-demo',
        replicas: 0,
        ready: 0,
      },
      ...[160_200, 190_000].map(at => request({ at, status: 503, ...beijing })),
      { at: 205_000, kind: 'health', ...beijing, status: 'ALERT', failing: 5, nodes: 5 },
      { ...route, at: 205_000, kind: 'route', set: 'FAILOVER', addresses: ['203.0.113.31'] },
      {
        at: 205_000,
        kind: 'switch',
        strategy: 'web-demo',
        from: 'DEFAULT',
        to: 'FAILOVER',
        reason: route.reason,
      },
      { at: 207_000, kind: 'publish', strategy: 'web-demo', set: 'FAILOVER', addresses: ['203.0.113.31'] },
      ...[209_000, 238_000, 265_461].map(at => request({ at, status: 503, ...beijing })),
      request({ at: 300_000, status: 200, ...beijing }),
      { ...outage, at: 460_000, step: 'heal' },
      { ...outage, at: 463_000, step: 'healed' },
      { at: 760_000, kind: 'end', reason: 'finished' },
    ]),
  ).toBe(`\
beijing-down on the simulated lab, seed 7
When Beijing is gone, Hangzhou serves everybody

  00:00.0   lab      clusters up: 3 centres and the hub
  00:12.0   deploy   web-demo version8 applied to the hub
  00:12.1   workflow web-demo version8 is runningWorkflow
  00:15.0   pods     cluster1-beijing: Deployment demo/web-demo 5 of 5 pods ready
  00:16.0   workflow web-demo version8 is workflowSuspending, one succeeded, two suspending
  00:26.0   approval two of web-demo version8 approved
T+00:00.0   timeline begins: clients ask from now on
T+01:40.0   fault    outage (application-down) strikes cluster1-beijing
T+01:40.0   pods     cluster1-beijing: Deployment demo/web-demo 0 of 0 pods ready
T+01:40.2   clients  first error: 503 from cluster1-beijing (honest)
T+02:25.0   health   cluster1-beijing ALERT: 5 of 5 vantage points see it down
T+02:25.0   switch   primary -> backup: primary below its minimum
T+02:27.0   publish  the name servers answer cluster1-hangzhou (backup set)
T+03:55.4   clients  no error for 30 s; 5 errors from T+01:40.2 to T+03:25.4 (105.3 s)
T+06:40.0   fault    outage (application-down) is being healed on cluster1-beijing
T+06:43.0   fault    outage is healed
T+11:40.0   end      finished
`);
});

describe('errors', () => {
  const start: JournalEvent = { at: 0, kind: 'timeline', addresses: {} };
  const errors = (events: JournalEvent[]) =>
    told([start, ...events])
      .split('\n')
      .slice(1)
      .join('\n');

  test('come in spells: 30 s without one end a spell', () => {
    const at = [1_000, 30_999, 61_000, 95_000];
    expect(errors(at.map(at => request({ at, failure: 'timeout', ...beijing })))).toBe(`\
T+00:01.0   clients  first error: timeout at cluster1-beijing (honest)
T+01:00.9   clients  no error for 30 s; 2 errors from T+00:01.0 to T+00:30.9 (30.0 s)
T+01:01.0   clients  first error: timeout at cluster1-beijing (honest)
T+01:31.0   clients  no error for 30 s; 1 error at T+01:01.0
T+01:35.0   clients  first error: timeout at cluster1-beijing (honest)
`);
  });

  test('that last to the end are not called over', () => {
    expect(
      errors([
        request({ at: 1_000, status: 503, ...beijing }),
        { at: 9_000, kind: 'end', reason: 'finished' },
      ]),
    ).toBe(`\
T+00:01.0   clients  first error: 503 from cluster1-beijing (honest)
T+00:09.0   clients  not quiet for 30 s yet: 1 error at T+00:01.0
T+00:09.0   end      finished
`);
  });

  test('are not called over because time goes by in which nobody asks', () => {
    expect(
      errors([
        request({ at: 1_000, status: 503, ...beijing }),
        { at: 9_000, kind: 'timeline-end' },
        { at: 69_000, kind: 'end', reason: 'finished' },
      ]),
    ).toBe(`\
T+00:01.0   clients  first error: 503 from cluster1-beijing (honest)
T+00:09.0   clients  not quiet for 30 s yet: 1 error at T+00:01.0
T+00:09.0   timeline ends: clients ask no more
T+01:09.0   end      finished
`);
  });

  test.each([
    [{ failure: 'dns' as const }, 'the name could not be resolved'],
    [{ failure: 'refused' as const, address: '203.0.113.99' }, 'connection refused by 203.0.113.99'],
    [{ failure: 'reset' as const, ...beijing }, 'connection reset by cluster1-beijing'],
  ])('say what went wrong: %o', (fields, words) => {
    expect(errors([request({ at: 1, ...fields })])).toContain(`first error: ${words} (honest)`);
  });
});

test('a rollout tells what changed, not every pod', () => {
  const workflow = (at: number, publishVersion: string, phase: string, one: string): JournalEvent => ({
    at,
    kind: 'workflow',
    application: 'web-demo',
    publishVersion,
    phase,
    steps: { one },
  });
  const pods = (at: number, ready: number, replicas = 5): JournalEvent => ({
    at,
    kind: 'object',
    centre: 'cluster1-beijing',
    verb: 'MODIFIED',
    object: 'Deployment demo/web-demo',
    replicas,
    ready,
  });
  const rollout = [pods(0, 0), pods(1, 3), pods(2, 5), workflow(3, 'v1', 'running', 'succeeded')];
  const next = [
    workflow(100, 'v2', 'running', 'succeeded'),
    workflow(200, 'v2', 'runningWorkflow', 'running'),
    ...[4, 5, 4, 5].map((ready, index) => pods(300 + index, ready)),
    workflow(400, 'v2', 'running', 'succeeded'),
    pods(500, 0, 0),
  ];
  expect(told([...rollout, ...next])).toBe(`\
  00:00.0   pods     cluster1-beijing: Deployment demo/web-demo 5 of 5 pods ready
  00:00.0   workflow web-demo v1 is running, one succeeded
  00:00.2   workflow web-demo v2 is runningWorkflow
  00:00.4   workflow web-demo v2 is running, one succeeded
  00:00.5   pods     cluster1-beijing: Deployment demo/web-demo 0 of 0 pods ready
`);
});

test('an interrupted drill says why it ended', () => {
  expect(told([{ at: 1_234, kind: 'end', reason: 'interrupted', detail: 'stopped by SIGINT' }])).toBe(
    '  00:01.2   end      interrupted: stopped by SIGINT\n',
  );
});

test('a long line goes on under its text, and names carry no control characters to the terminal', () => {
  const event: JournalEvent = {
    at: 0,
    kind: 'lab',
    step: 'pull',
    detail: `\u001b[31mred ${'image '.repeat(8)}`,
  };
  expect(told([event], 50)).toBe(`\
  00:00.0   lab      pull: [31mred image image
                     image image image image image
                     image
`);
});
