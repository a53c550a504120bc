import { describe, expect, it } from 'vitest';
import { judge } from '../../src/judge/judge.ts';
import { PHASES, type PopulationResult } from '../../src/judge/verdict.ts';
import { BEIJING, HANGZHOU, Story } from './journal-builder.ts';

const T0 = 100_000;

function populationOf(story: Story, name = 'honest'): PopulationResult {
  const found = judge(story.events).populations.find(population => population.name === name);
  if (found === undefined) throw new Error(`no population ${name}`);
  return found;
}

function phasesOf(story: Story, name = 'honest'): (number | null)[] {
  const { phases } = populationOf(story, name);
  return PHASES.map(phase => phases[phase].ms);
}

const begun = () => new Story().timeline().publish(0, BEIJING).end(600_000);
const outage = (story: Story = begun()) =>
  story.fault('outage', BEIJING, { inject: T0 - 2000, injected: T0, heal: 500_000, healed: 501_000 });

const life = (inject: number, heal: number) => ({ inject, injected: inject, heal, healed: heal });

const unresolved = (sent: number) =>
  ({
    at: sent + 100,
    kind: 'request',
    population: 'honest',
    client: 0,
    sent,
    looked: sent,
    connected: sent,
    answer: 0,
    draw: sent,
    failure: 'dns',
  }) as const;

/** Both centres are found down at 30 s and 40 s; what the name servers say changes at 42 s. */
const failover = () =>
  outage()
    .health(T0 + 30_000, 'cluster1-beijing', 'ALERT')
    .route(T0 + 30_000, ['cluster2-beijing'])
    .publish(T0 + 32_000, ['cluster2-beijing'])
    .health(T0 + 40_000, 'cluster2-beijing', 'ALERT')
    .route(T0 + 40_000, [HANGZHOU])
    .publish(T0 + 42_000, [HANGZHOU])
    .answer(T0 - 5000, 1, BEIJING)
    .answer(T0 + 41_000, 2, ['cluster2-beijing'])
    .answer(T0 + 90_000, 3, [HANGZHOU]);

describe('RTO', () => {
  it('counts from the moment the fault is in force to the end of the last error', () => {
    const story = outage()
      .requests({ from: T0 - 2000, until: T0, fails: true })
      .requests({ from: T0, until: T0 + 50_000, fails: true })
      .requests({ from: T0 + 50_000, until: 500_000, to: HANGZHOU });
    expect(populationOf(story)).toMatchObject({ rto: 49_100, requests: 402, errors: 52 });
  });

  it('is 0 without errors, and null without requests', () => {
    const story = outage().requests({ from: T0, until: 500_000 });
    expect(populationOf(story).rto).toBe(0);
    expect(populationOf(story, 'pool').rto).toBeNull();
    expect(populationOf(begun().requests({ from: 0, until: 600_000, fails: true })).rto).toBeNull();
  });

  it('is of those who asked while the fault was in force, from its effect to the end of its healing', () => {
    expect(populationOf(outage().requests({ from: T0 - 2000, until: T0 })).rto).toBeNull();
    expect(populationOf(outage().requests({ from: 500_000, until: 501_000 })).rto).toBe(0);
    // What it failed under way shows no end.
    const underWay = outage().requests({ from: T0 - 4000, until: T0 - 2000, lasts: 5000, fails: true });
    expect(populationOf(underWay).recoveries).toMatchObject([{ ended: null, rto: null }]);
  });

  it('ends, or does not, by all errors that the fault may have made', () => {
    const two = (until: number) =>
      begun()
        .fault('one', BEIJING, { inject: T0, injected: T0 })
        .fault('other', BEIJING, { inject: T0, injected: T0 })
        .requests({ from: T0, until, fails: true });
    expect(recoveriesOf(two(T0 + 50_000).requests({ from: T0 + 50_000, until: 500_000 }))).toEqual([
      ['one', true, 49_100],
      ['other', true, 49_100],
    ]);
    // Both may have ended: not certainly is the last error either's.
    expect(recoveriesOf(two(600_000))).toEqual([
      ['one', null, null],
      ['other', null, null],
    ]);
  });

  it('is null when errors go on, though a success comes last', () => {
    const every5th = (until: number) =>
      begun()
        .fault('outage', BEIJING, { inject: T0, injected: T0 })
        .requests({ from: T0, until, every: 1000 })
        .requests({ from: T0 + 500, until, every: 4000, fails: true });
    expect(populationOf(every5th(500_000)).recoveries).toMatchObject([{ ended: false, rto: null }]);
    // Of 250 requests 50 failed: that the last 22 are none of them is a chance of 1 in 100.
    const followed = (until: number) => every5th(300_000).requests({ from: 300_000, until });
    // That the last 6 are none of them is a chance of 1 in 4, and says neither.
    expect(populationOf(followed(303_000)).recoveries).toMatchObject([{ ended: null, rto: null }]);
    expect(populationOf(followed(317_000)).recoveries).toMatchObject([{ ended: null, rto: null }]);
    expect(populationOf(followed(320_000)).rto).toBe(296_600 - T0);
  });

  it('sees a recovery that the healing brought', () => {
    const story = outage()
      .requests({ from: T0, until: 500_000, fails: true })
      .requests({ from: 500_000, until: 600_000 });
    expect(populationOf(story).rto).toBe(399_100);
  });

  it('leaves to a fault what failed under it: not what came after the healing, nor under a later fault', () => {
    const story = outage()
      .fault('second', BEIJING, { inject: 300_000, injected: 300_000, heal: 400_000, healed: 400_000 })
      .requests({ from: T0, until: T0 + 10_000, fails: true })
      .requests({ from: T0 + 10_000, until: 300_000 })
      .requests({ from: 300_000, until: 320_000, fails: true })
      .requests({ from: 320_000, until: 550_000 })
      .requests({ from: 550_000, until: 551_000, fails: true })
      .requests({ from: 551_000, until: 600_000 });
    const { rto, recoveries } = populationOf(story);
    expect(recoveries.map(recovery => [recovery.fault, recovery.rto])).toEqual([
      ['outage', 9100],
      ['second', 19_100],
    ]);
    expect(rto).toBe(9100);
  });

  const recoveriesOf = (story: Story) =>
    populationOf(story).recoveries.map(({ fault, ended, rto }) => [fault, ended, rto]);

  it('leaves an error to the fault that strikes where it went, not to a later one that strikes elsewhere', () => {
    for (const [name, target] of [
      ['blind', 'nanjing-mobile'],
      ['hub', 'hub'],
      ['standby', HANGZHOU],
    ] as const) {
      const story = outage()
        .fault(name, [target], life(T0 + 20_000, T0 + 80_000))
        .requests({ from: T0, until: T0 + 50_000, fails: true })
        .requests({ from: T0 + 50_000, until: 600_000, to: HANGZHOU });
      expect(recoveriesOf(story)).toEqual([
        ['outage', true, 49_100],
        [name, true, 0],
      ]);
    }
  });

  it('leaves an error to the fault that struck while the request was under way, and not to one on the hub', () => {
    const story = outage(begun().fault('hub', ['hub'], life(10_000, 550_000)))
      .requests({ from: 20_000, until: T0 - 1000 })
      .requests({ from: T0 - 1000, until: T0 + 10_000, fails: true, lasts: 4000 })
      .requests({ from: T0 + 10_000, until: 600_000, to: HANGZHOU });
    expect(recoveriesOf(story)).toEqual([
      ['hub', true, 0],
      ['outage', true, 13_000],
    ]);
  });

  it('leaves an unresolved name to the fault of the GTM also when a name server answered that it cannot tell', () => {
    const story = outage()
      .fault('names', ['gtm'], life(T0 - 1000, T0 + 80_000))
      .answer(T0 + 30_000, 5, [], { failure: 'SERVFAIL' })
      .add({ ...unresolved(T0 + 85_000), answer: 5 })
      .requests({ from: T0 + 90_000, until: 600_000, to: HANGZHOU });
    expect(populationOf(story).errors).toBe(1);
    expect(recoveriesOf(story)).toEqual([
      ['outage', true, 0],
      ['names', null, null],
    ]);
  });

  it('leaves an unresolved name to the fault of the GTM', () => {
    const story = outage()
      .fault('names', ['gtm'], life(T0 + 20_000, T0 + 80_000))
      .requests({ from: T0, until: T0 + 10_000, fails: true })
      .requests({ from: T0 + 10_000, until: T0 + 30_000, to: HANGZHOU })
      .add(unresolved(T0 + 30_000), unresolved(T0 + 39_000))
      .requests({ from: T0 + 40_000, until: 600_000, to: HANGZHOU });
    expect(recoveriesOf(story)).toEqual([
      ['outage', true, 9100],
      ['names', true, 19_100],
    ]);
  });

  it('lasts to the first success where the errors of another fault hide it', () => {
    const hidden = (...success: Parameters<Story['requests']>) =>
      outage()
        .fault('second', [HANGZHOU], life(T0 + 50_000, T0 + 90_000))
        .requests({ from: T0, until: T0 + 50_000, fails: true })
        .requests({ from: T0 + 50_000, until: T0 + 60_000, fails: true, to: HANGZHOU })
        .requests(...success);
    const { recoveries } = populationOf(hidden({ from: T0 + 60_000, until: 600_000, to: HANGZHOU }));
    expect(recoveries).toMatchObject([
      { fault: 'outage', ended: true, atLeast: 49_100, rto: 59_100 },
      { fault: 'second', ended: true, atLeast: 9100, rto: 9100 },
    ]);
  });

  it('is not known when nothing succeeds any more, or when nobody asked', () => {
    const story = begun()
      .fault('outage', BEIJING, { inject: T0, injected: T0 })
      .fault('second', [HANGZHOU], { inject: T0 + 50_000, injected: T0 + 50_000 })
      .requests({ from: T0, until: T0 + 50_000, fails: true })
      .requests({ from: T0 + 50_000, until: 600_000, fails: true, to: HANGZHOU });
    expect(recoveriesOf(story)).toEqual([
      ['outage', null, null],
      ['second', false, null],
    ]);
    expect(recoveriesOf(outage())).toEqual([['outage', null, null]]);
    const alone = begun().fault('outage', BEIJING, { inject: T0, injected: T0 });
    expect(recoveriesOf(alone.requests({ from: T0, until: 600_000, fails: true }))).toEqual([
      ['outage', false, null],
    ]);
  });

  it('is never longer than the fault: what fails after the healing is not its own', () => {
    const story = outage().requests({ from: T0, until: 600_000, fails: true });
    expect(recoveriesOf(story)).toEqual([['outage', true, 400_100]]);
  });

  it('is not shown by successes that came only after the healing, where nothing but others failed before', () => {
    const story = outage()
      .add(unresolved(T0 + 10_000))
      .requests({ from: 501_000, until: 600_000 });
    expect(recoveriesOf(story)).toEqual([['outage', null, null]]);
  });

  it('is not hidden by a fault that fails no request', () => {
    const story = outage()
      .fault('standby', [HANGZHOU], life(T0 + 49_500, T0 + 90_000))
      .requests({ from: T0, until: T0 + 50_000, fails: true })
      .requests({ from: T0 + 50_000, until: 600_000 });
    expect(recoveriesOf(story)).toEqual([
      ['outage', true, 49_100],
      ['standby', true, 0],
    ]);
  });

  it('is not longer for an error that comes after the healing', () => {
    const story = outage()
      .requests({ from: T0, until: 501_000, fails: true })
      .requests({ from: 501_000, until: 502_000, fails: true })
      .requests({ from: 502_000, until: 600_000 });
    expect(recoveriesOf(story)).toEqual([['outage', true, 400_100]]);
  });

  it('is that of the first fault that made errors', () => {
    const story = begun()
      .fault('harmless', [HANGZHOU], { inject: 10_000, injected: 10_000, heal: 20_000, healed: 20_000 })
      .requests({ from: 0, until: T0 })
      .requests({ from: T0, until: T0 + 10_000, fails: true })
      .requests({ from: T0 + 10_000, until: 500_000 });
    expect(populationOf(outage(story)).rto).toBe(9100);
  });
});

describe('phases', () => {
  it('follow the good news to the client', () => {
    const old = { answer: 2, looked: T0 + 95_000 };
    const story = failover()
      .requests({ from: T0, until: T0 + 42_000, fails: true, fields: { answer: 1 } })
      // The resolver gives the old answer until 95 s; the client uses it until 120 s, a connection until 130 s.
      .requests({ from: T0 + 95_000, until: T0 + 96_000, fails: true, fields: old })
      .requests({ from: T0 + 120_000, until: T0 + 121_000, fails: true, fields: old })
      .requests({
        from: T0 + 129_000,
        until: T0 + 130_000,
        fails: true,
        lasts: 1000,
        fields: { ...old, connected: T0 + 120_000 },
      })
      .requests({ from: T0 + 130_000, until: 500_000, to: HANGZHOU, fields: { answer: 3 } });
    expect(phasesOf(story)).toEqual([40_000, 0, 2000, 53_000, 25_000, 10_000]);
    expect(populationOf(story).rto).toBe(130_000);
  });

  it('are 0 for clients that hear of it at once', () => {
    const story = failover()
      .requests({ from: T0, until: T0 + 42_000, fails: true, fields: { answer: 1 } })
      .requests({ from: T0 + 42_000, until: 500_000, to: HANGZHOU, fields: { answer: 3 } });
    expect(phasesOf(story)).toEqual([40_000, 0, 2000, 0, 0, 0]);
  });

  it('are not there when the journal lacks an answer that a request used', () => {
    const story = failover()
      .requests({ from: T0, until: T0 + 42_000, fails: true, fields: { answer: 1 } })
      .requests({ from: T0 + 42_000, until: T0 + 60_000, fails: true, fields: { answer: 7 } })
      .requests({ from: T0 + 60_000, until: 500_000, to: HANGZHOU, fields: { answer: 3 } });
    expect(phasesOf(story)).toEqual(PHASES.map(() => null));
    expect(phasesOf(story.answer(T0 - 1000, 7, BEIJING))).toEqual([40_000, 0, 2000, 17_000, 0, 100]);
  });

  it('do not depend on how answers are numbered', () => {
    const last = Number.MAX_SAFE_INTEGER;
    const story = failover()
      .answer(T0 + 50_000, last, BEIJING)
      .requests({ from: T0, until: T0 + 60_000, fails: true, fields: { answer: last } })
      .requests({ from: T0 + 60_000, until: 500_000, to: HANGZHOU, fields: { answer: 3 } });
    expect(phasesOf(story)).toEqual([40_000, 0, 2000, 17_000, 0, 100]);
  });

  it('do not take an overloaded refuge for an old connection', () => {
    const story = failover()
      .requests({ from: T0, until: T0 + 42_000, fails: true, fields: { answer: 1 } })
      .requests({ from: T0 + 42_000, until: 500_000, to: HANGZHOU, fails: true, fields: { answer: 3 } });
    expect(phasesOf(story)).toEqual([40_000, 0, 2000, 0, 0, 0]);
    expect(populationOf(story).rto).toBe(399_100);
  });

  it('do not take an error of a centre that the fault spares for an old connection', () => {
    const story = begun()
      .fault('outage', ['cluster1-beijing'], { inject: T0, injected: T0 })
      .health(T0 + 40_000, 'cluster1-beijing', 'ALERT')
      .route(T0 + 40_000, ['cluster2-beijing'])
      .publish(T0 + 42_000, ['cluster2-beijing'])
      .answer(T0 - 5000, 1, BEIJING)
      .requests({ from: T0, until: T0 + 50_000, fails: true, to: 'cluster2-beijing', fields: { answer: 1 } });
    expect(phasesOf(story).at(-1)).toBe(0);
  });

  it('are not there when nothing was withdrawn, nothing was left, or the fault strikes no answer', () => {
    const none = PHASES.map(() => null);
    const asked = { from: T0, until: 500_000, fails: true, fields: { answer: 1 } } as const;
    expect(phasesOf(outage().requests(asked))).toEqual(none);
    const allDown = outage()
      .health(T0 + 40_000, 'cluster2-beijing', 'ALERT')
      .route(T0 + 40_000, [])
      .publish(T0 + 42_000, []);
    expect(phasesOf(allDown.requests(asked))).toEqual(none);
    const standby = begun()
      .fault('outage', [HANGZHOU], { inject: T0, injected: T0 })
      .health(T0 + 40_000, HANGZHOU, 'ALERT')
      .route(T0 + 40_000, ['cluster1-beijing'])
      .publish(T0 + 42_000, ['cluster1-beijing']);
    expect(phasesOf(standby.requests(asked))).toEqual(none);
  });

  it('are not there when it was not the loss of one of its centres that led to the answer while it lasted', () => {
    const none = PHASES.map(() => null);
    const led = (centre: string, status: 'ALERT' | 'OK', at = T0 + 40_000) =>
      begun()
        .fault('outage', ['cluster1-beijing'], life(T0, T0 + 100_000))
        .health(at, centre, status)
        .route(at, ['cluster2-beijing'])
        .publish(at + 2000, ['cluster2-beijing'])
        .requests({ from: T0, until: 500_000 });
    expect(phasesOf(led('cluster1-beijing', 'ALERT'))[0]).toBe(40_000);
    expect(phasesOf(led('cluster1-beijing', 'OK'))).toEqual(none);
    expect(phasesOf(led(HANGZHOU, 'ALERT'))).toEqual(none);
    expect(phasesOf(led('cluster1-beijing', 'ALERT', T0 + 101_000))).toEqual(none);
  });

  it('are not there when the answer changed for the return of another centre', () => {
    const returned = outage(begun().fault('standby', [HANGZHOU], life(10_000, T0 + 200_000)))
      .health(T0 + 40_000, 'cluster1-beijing', 'ALERT')
      .health(T0 + 240_000, HANGZHOU, 'OK')
      .route(T0 + 240_000, [HANGZHOU])
      .publish(T0 + 242_000, [HANGZHOU])
      .answer(T0 - 5000, 1, BEIJING)
      .requests({ from: T0, until: T0 + 242_000, fails: true, fields: { answer: 1 } });
    const { phases } = populationOf(returned).recoveries.find(({ fault }) => fault === 'outage') ?? {};
    expect(PHASES.map(phase => phases?.[phase].ms)).toEqual(PHASES.map(() => null));
  });

  it('are each beside the bound that the configuration implies', () => {
    const { phases, recoveries } = populationOf(failover().requests({ from: T0, until: T0 + 1 }), 'honest');
    expect(phases).toMatchObject({
      detect: { bound: 47_000 },
      decide: { bound: 0 },
      publish: { bound: 2000 },
      client: { bound: 0 },
      connection: { bound: 5000 },
    });
    expect(recoveries[0]?.bound).toBe(PHASES.reduce((sum, phase) => sum + (phases[phase].bound ?? 0), 0));
    const pool = populationOf(failover().requests({ from: T0, until: T0 + 1, population: 'pool' }), 'pool');
    expect(pool.phases.connection.bound).toBe(65_000);
  });

  it('have no bound for detection where a later fault may be what the checks detect', () => {
    const asked = { from: T0, until: 500_000 } as const;
    const then = (centre: string) =>
      failover()
        .fault('harmful', [centre], life(T0 + 5000, 400_000))
        .requests(asked);
    const [outage, harmful] = populationOf(then('cluster2-beijing')).recoveries;
    expect(outage?.phases.detect).toEqual({ ms: 40_000, bound: null });
    // Unless a check has failed before.
    const failed = then('cluster2-beijing').probe(T0 + 4000, 'cluster2-beijing', false);
    expect(populationOf(failed).phases.detect.bound).toBe(47_000);
    const underWay = then('cluster2-beijing').probe(T0 + 1000, 'cluster2-beijing', false);
    expect(populationOf(underWay).phases.detect.bound).toBeNull();
    expect(harmful?.phases.detect).toEqual({ ms: 35_000, bound: 47_000 });
    expect(populationOf(then(HANGZHOU)).phases.detect.bound).toBe(47_000);
  });

  it('have no bound for detection when some checks passed', () => {
    const asked = { from: T0, until: 500_000 } as const;
    const failing = failover()
      .probe(T0 + 1000, 'cluster1-beijing', true)
      .probe(T0 + 20_000, 'cluster1-beijing', false);
    expect(populationOf(failing.requests(asked)).phases.detect.bound).toBe(47_000);
    const gray = failover().probe(T0 + 20_000, 'cluster1-beijing', true);
    expect(populationOf(gray.requests(asked)).phases.detect.bound).toBeNull();
  });
});

describe('phases-within-bounds', () => {
  const result = (story: Story) =>
    judge(story.events).expectations.find(({ name }) => name === 'phases-within-bounds');

  it('holds, unasked, when every measured phase is within its bound', () => {
    const story = failover().requests({ from: T0, until: 500_000, fields: { answer: 1 } });
    expect(result(story)).toMatchObject({ result: 'violated' });
    const soon = failover().requests({ from: T0, until: T0 + 60_000, fields: { answer: 1 } });
    expect(result(soon)).toMatchObject({ result: 'held', evidence: { text: 'All of 6 measured phases.' } });
  });

  it('is violated by a phase over its bound, and says which', () => {
    const late = failover()
      .requests({ from: T0, until: T0 + 42_000, fails: true, fields: { answer: 1 } })
      .requests({ from: 400_000, until: 401_000, fails: true, fields: { answer: 2 } });
    expect(result(late)?.evidence.text).toMatch(/^resolver of honest after outage: 4 min 18 s \(at most /);
  });

  it('makes no verdict of its own where nothing else was expected', () => {
    const soon = failover().requests({ from: T0, until: T0 + 60_000, fields: { answer: 1 } });
    expect(judge(soon.events).verdict).toBe('unknown');
  });

  it('is left out when there is nothing to measure', () => {
    expect(result(outage().requests({ from: T0, until: 500_000 }))).toBeUndefined();
  });
});

describe('a lab on real parts', () => {
  it("has its own addresses: the journal's, not the topology's, are what the phases are measured by", () => {
    const moved = {
      'cluster1-beijing': '172.18.0.7',
      'cluster2-beijing': '172.18.0.8',
      [HANGZHOU]: '172.18.0.9',
    };
    const [one, other] = [moved['cluster1-beijing'], moved['cluster2-beijing']];
    const story = outage(new Story().timeline(0, moved));
    const answer = { strategy: 'two-cities', available: { DEFAULT: 0, FAILOVER: 1 }, reason: '' };
    const hangzhou = { set: 'FAILOVER' as const, addresses: [moved[HANGZHOU]] };
    story
      .add({ at: 0, kind: 'publish', strategy: 'two-cities', set: 'DEFAULT', addresses: [one, other] })
      .health(T0 + 40_000, 'cluster1-beijing', 'ALERT')
      .add({ at: T0 + 40_000, kind: 'route', ...answer, ...hangzhou })
      .add({ at: T0 + 42_000, kind: 'publish', strategy: 'two-cities', ...hangzhou })
      .requests({ from: T0, until: T0 + 1 })
      .end(600_000);
    expect(phasesOf(story)).toEqual([40_000, 0, 2000, 0, 0, 0]);
  });

  it('may be late in each phase by what its timers were late, and by no more', () => {
    const late = (lateness: number) => {
      const story = outage(new Story().timeline().publish(0, BEIJING))
        .health(T0 + 47_030, 'cluster1-beijing', 'ALERT')
        .route(T0 + 47_031, [HANGZHOU])
        .publish(T0 + 49_040, [HANGZHOU])
        .answer(0, 1, BEIJING)
        .requests({ from: T0, until: T0 + 1 });
      const end = { at: 600_000, kind: 'end', reason: 'finished', lateness } as const;
      return judge(story.add(end).events).expectations.find(({ name }) => name === 'phases-within-bounds');
    };
    expect(late(40)).toMatchObject({ result: 'held' });
    expect(late(29)).toMatchObject({ result: 'violated' });
  });
});
