import { expect, test } from 'vitest';
import { reachesOf } from '../../src/judge/reach.ts';
import { DrillRecord } from '../../src/judge/record.ts';
import { addressOf, BEIJING, HANGZHOU, Story } from './journal-builder.ts';

/** By centre, when its load was away for the first fault: "from-until", in seconds. */
function awayIn({ events }: Story): Readonly<Record<string, string>> {
  const drill = new DrillRecord(events);
  const away = reachesOf(drill, drill.faults, 'honest')[0]?.away ?? [];
  return Object.fromEntries(
    [...BEIJING, HANGZHOU].flatMap(centre => {
      const own = away.filter(({ address }) => address === addressOf(centre));
      return own.length > 0
        ? [[centre, own.map(({ from, until }) => `${from / 1000}-${until / 1000}`).join(' ')]]
        : [];
    }),
  );
}

/** Outage of both Beijing centres from 100 s on. */
function awayWith(...published: readonly (readonly [number, readonly string[]])[]) {
  const story = new Story()
    .timeline()
    .fault('outage', BEIJING, { inject: 100_000, injected: 100_000 })
    .end(900_000);
  for (const centre of BEIJING) story.health(140_000, centre, 'ALERT');
  for (const [at, centres] of published) story.publish(at, centres);
  return awayIn(story);
}

test('the load of a centre is away from its leaving the answers until it is back in them', () => {
  const [one, other] = BEIJING as [string, string];
  // An answer may be under way for a second.
  const away = '142-301 400-Infinity';
  const first = [0, BEIJING] as const;
  const moved = awayWith(first, [142_000, [HANGZHOU]], [300_000, BEIJING], [400_000, [HANGZHOU]]);
  expect(moved).toEqual({ [one]: away, [other]: away });
  expect(awayWith(first, [142_000, [other]])).toEqual({ [one]: '142-Infinity' });
});

test('a standby that is no longer needed has its load not away', () => {
  const story = new Story()
    .timeline()
    .publish(0, [HANGZHOU])
    .fault('standby', [HANGZHOU], { inject: 100_000, injected: 100_000 })
    .publish(142_000, BEIJING)
    .end(900_000);
  expect(awayIn(story)).toEqual({});
});

test('blind vantage points move the load of every centre that they check', () => {
  const story = new Story()
    .timeline()
    .publish(0, BEIJING)
    .fault('blind', ['one'], { inject: 100_000, injected: 100_000 })
    .health(140_000, BEIJING[0] as string, 'ALERT')
    .health(140_000, BEIJING[1] as string, 'ALERT')
    .publish(142_000, [HANGZHOU])
    .end(900_000);
  expect(Object.keys(awayIn(story))).toEqual(BEIJING);
});

test('a centre that is held for down keeps load elsewhere while nothing better is left to answer with', () => {
  const story = new Story()
    .timeline()
    .publish(0, BEIJING)
    .route(0, BEIJING)
    .fault('standby', [HANGZHOU], { inject: 100_000, injected: 100_000, heal: 400_000, healed: 400_000 })
    .health(142_000, HANGZHOU, 'ALERT');
  expect(awayIn(story)).toEqual({});
  // Both are down: they are answered with nevertheless, as if they were up. Publication takes 2 s.
  for (const centre of BEIJING) story.health(200_000, centre, 'ALERT');
  story.health(300_000, HANGZHOU, 'OK').route(300_000, [HANGZHOU]).end(900_000);
  expect(awayIn(story)).toEqual({ [HANGZHOU]: '200-303' });
});

test('an address that leaves the answers while it is away is away since before', () => {
  const [one, other] = BEIJING as [string, string];
  const story = new Story()
    .timeline()
    .publish(0, BEIJING)
    .route(0, BEIJING)
    .fault('blind', ['one'], { inject: 100_000, injected: 100_000, heal: 250_000, healed: 250_000 });
  for (const centre of [...BEIJING, HANGZHOU]) story.health(142_000, centre, 'ALERT');
  story.health(300_000, HANGZHOU, 'OK').route(300_000, [HANGZHOU]).publish(302_000, [HANGZHOU]);
  story.health(310_000, one, 'OK').health(310_000, other, 'OK').publish(432_000, BEIJING).end(900_000);
  expect(awayIn(story)).toEqual({ [one]: '142-433', [other]: '142-433', [HANGZHOU]: '142-303' });
});

test('no load is away that was not there when the fault struck', () => {
  expect(awayWith([0, [HANGZHOU]], [200_000, [HANGZHOU]])).toEqual({});
  expect(awayWith([0, BEIJING], [50_000, [HANGZHOU]])).toEqual({});
});

/** Of an outage of one Beijing centre from 200 s on, after one of both from 100 s on. */
function awayOfSecond(healed: number, ...published: readonly (readonly [number, readonly string[]])[]) {
  const story = new Story()
    .timeline()
    .publish(0, BEIJING)
    .fault('first', BEIJING, { inject: 100_000, injected: 100_000, heal: healed, healed })
    .fault('second', BEIJING.slice(0, 1), { inject: 200_000, injected: 200_000 })
    .health(140_000, BEIJING[0] as string, 'ALERT')
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
  const away = [{ address: addressOf('cluster1-beijing'), from: 200_000, until: 401_000 }];
  expect(awayOfSecond(300_000, failover, failback)).toEqual(away);
  // Also by one that strikes after the healing of the first.
  expect(awayOfSecond(150_000, failover, failback)).toEqual(away);
  // It is back before.
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
