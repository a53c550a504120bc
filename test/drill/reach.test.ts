import { expect, test } from 'vitest';
import { reachOf } from '../../src/drill/reach.ts';
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
  const [outage] = drill.faults;
  return outage && reachOf(drill, outage, 'honest').away;
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
