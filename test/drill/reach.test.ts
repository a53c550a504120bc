import { expect, test } from 'vitest';
import { reachesOf } from '../../src/drill/reach.ts';
import { DrillRecord } from '../../src/drill/record.ts';
import { BEIJING, HANGZHOU, Story } from './journal-builder.ts';

/** Outage of both Beijing centres from 100 s on. */
function awayWith(...published: readonly (readonly [number, readonly string[]])[]) {
  const story = new Story()
    .timeline()
    .fault('outage', BEIJING, { inject: 100_000, injected: 100_000 })
    .end(900_000);
  for (const [at, centres] of published) story.publish(at, centres);
  const drill = new DrillRecord(story.events);
  return reachesOf(drill, drill.faults, 'honest')[0]?.away;
}

test('the load of a fault is away from its leaving the answers until clients have heard that it is back', () => {
  // TTL 60 s and a lookup's timeout, requests of 5 s.
  const heard = 66_000;
  const away = [
    { from: 142_000, until: 300_000 + heard },
    { from: 400_000, until: Number.POSITIVE_INFINITY },
  ];
  const first = [0, BEIJING] as const;
  expect(awayWith(first, [142_000, [HANGZHOU]], [300_000, BEIJING], [400_000, [HANGZHOU]])).toEqual(away);
  // One centre of two holds the load.
  expect(awayWith(first, [142_000, BEIJING.slice(1)])).toEqual([]);
});

test('no load is away that was not there when the fault struck', () => {
  expect(awayWith([0, [HANGZHOU]], [200_000, [HANGZHOU]])).toEqual([]);
  expect(awayWith([0, BEIJING], [50_000, [HANGZHOU]])).toEqual([]);
});

/** Of an outage of one Beijing centre from 200 s on, after one of both from 100 s on. */
function awayOfSecond(healed: number, ...published: readonly (readonly [number, readonly string[]])[]) {
  const story = new Story()
    .timeline()
    .publish(0, BEIJING)
    .fault('first', BEIJING, { inject: 100_000, injected: 100_000, heal: healed, healed })
    .fault('second', BEIJING.slice(0, 1), { inject: 200_000, injected: 200_000 })
    .end(900_000);
  for (const [at, centres] of published) story.publish(at, centres);
  const drill = new DrillRecord(story.events);
  return reachesOf(drill, drill.faults, 'honest')[1]?.away;
}

test('the load that an earlier fault has moved is kept away by one that strikes there before it is back', () => {
  const [failover, failback] = [
    [142_000, [HANGZHOU]],
    [400_000, BEIJING],
  ] as const;
  const away = [{ from: 200_000, until: 466_000 }];
  expect(awayOfSecond(300_000, failover, failback)).toEqual(away);
  // Also by one that strikes after the healing of the first.
  expect(awayOfSecond(150_000, failover, failback)).toEqual(away);
  // It is back, though not all clients have heard of it.
  expect(awayOfSecond(150_000, failover, [190_000, BEIJING])).toEqual([]);
});

test('a request can meet a fault of a centre or of the name servers, not one of the hub or of vantage points', () => {
  const story = new Story().timeline().end(900_000);
  const targets = [HANGZHOU, 'gtm', 'hub', 'nanjing-mobile'];
  for (const [i, target] of targets.entries())
    story.fault(target, [target], { inject: 1000 + i, injected: 1000 + i });
  const drill = new DrillRecord(story.events);
  const met = reachesOf(drill, drill.faults, 'honest').filter(({ meetsClients }) => meetsClients);
  expect(met.map(({ fault }) => fault.name)).toEqual([HANGZHOU, 'gtm']);
});

test('clients hear of a return when their own caches and connections have, too', () => {
  const story = new Story()
    .clients([
      { name: 'fresh', share: 0.5, timeout: 5000 },
      { name: 'jvm', share: 0.5, timeout: 5000, cache: 30_000 },
    ])
    .timeline()
    .publish(0, BEIJING)
    .fault('outage', BEIJING, { inject: 100_000, injected: 100_000 })
    .publish(142_000, [HANGZHOU])
    .publish(300_000, BEIJING)
    .end(900_000);
  const drill = new DrillRecord(story.events);
  const until = ['fresh', 'jvm'].map(name => reachesOf(drill, drill.faults, name)[0]?.away[0]?.until);
  expect(until).toEqual([366_000, 396_000]);
});
