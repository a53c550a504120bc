import { describe, expect, it } from 'vitest';
import { judge } from '../../src/judge/judge.ts';
import { overall } from '../../src/judge/verdict.ts';
import type { JournalEvent } from '../../src/runtime/journal.ts';
import { BEIJING, HANGZHOU, Story } from './journal-builder.ts';

const NO_ERRORS = { 'errors-below': { share: 0 } };
const steady = (...expect: object[]) =>
  new Story(...(expect as never[]))
    .timeline(1000)
    .publish(1000, BEIJING)
    .requests({ from: 1000, until: 101_000 })
    .end(101_000);

describe('the verdict', () => {
  it('is violated if anything is, else unknown if anything is, else held', () => {
    const of = (...results: ('held' | 'violated' | 'unknown')[]) =>
      overall(results.map(result => ({ result })));
    expect(of('held', 'held')).toBe('held');
    expect(of('held', 'unknown')).toBe('unknown');
    expect(of('unknown', 'violated', 'held')).toBe('violated');
    expect(of()).toBe('unknown');
  });

  it('names the drill and every expectation in the order of the scenario', () => {
    const { verdict, scenario, lab, seed, proves, expectations } = judge(
      steady(NO_ERRORS, { 'no-traffic-to': { centres: [HANGZHOU] } }).events,
    );
    expect({ verdict, scenario, lab, seed, proves }).toEqual({
      verdict: 'held',
      scenario: 'story',
      lab: 'simulated',
      seed: 1,
      proves: 'What it says.',
    });
    expect(expectations.map(({ name, says, result }) => [name, says, result])).toEqual([
      ['errors-below', 'none of the requests fail (always)', 'held'],
      ['no-traffic-to', 'no request goes to cluster1-hangzhou (always)', 'held'],
    ]);
  });

  it('is unknown when nothing was expected', () => {
    expect(judge(steady().events).verdict).toBe('unknown');
  });

  it('is unknown when the drill did not end by itself', () => {
    const broken = (reason?: 'interrupted' | 'failed') => {
      const story = new Story(NO_ERRORS)
        .timeline()
        .publish(0, BEIJING)
        .requests({ from: 0, until: 1000, fails: true });
      const { verdict, expectations } = judge((reason ? story.end(2000, reason) : story).events);
      return [verdict, expectations[0]?.evidence.text];
    };
    expect(broken()).toEqual(['unknown', 'The journal has no end: it was cut short.']);
    expect(broken('interrupted')).toEqual(['unknown', 'The drill was interrupted.']);
    expect(broken('failed')).toEqual(['unknown', 'The drill failed.']);
  });

  it('is unknown about an expectation that this version does not know, or reads otherwise', () => {
    const result = (expectation: object) => judge(steady(expectation).events).expectations[0]?.result;
    expect(result({ 'world-peace': {} })).toBe('unknown');
    expect(result({ constructor: {} })).toBe('unknown');
    expect(result({ 'errors-below': { share: 'few' } })).toBe('unknown');
  });

  it('needs the first line to hold the scenario', () => {
    expect(() => judge([])).toThrow('the journal:1: must begin with an event of kind "drill"');
    const [header] = new Story().events;
    const broken = { ...header, scenario: { name: 'x' } } as JournalEvent;
    expect(() => judge([broken])).toThrow(/^the journal:1: scenario.proves: is missing/);
  });

  it('survives JSON, and is the same again', () => {
    const { events } = steady({ split: { between: BEIJING } }, { 'rto-below': { all: 'bound' } });
    const verdict = judge(events);
    const again = judge(events.map(event => JSON.parse(JSON.stringify(event)) as JournalEvent));
    expect(again).toEqual(verdict);
    expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
  });
});

describe('the tables', () => {
  it('count the split before the first fault, of successful requests', () => {
    const story = steady()
      .requests({ from: 1000, until: 2000, to: HANGZHOU, fails: true })
      .fault('outage', BEIJING, { inject: 51_000, injected: 51_000 })
      .requests({ from: 51_000, until: 90_000, to: HANGZHOU });
    expect(judge(story.events).split).toEqual({
      'cluster1-beijing': 0.5,
      'cluster2-beijing': 0.5,
      [HANGZHOU]: 0,
    });
  });

  it('cut the timeline where a fault begins, is recovered from, and ends', () => {
    const story = new Story()
      .timeline()
      .requests({ from: 0, until: 100_000 })
      .fault('outage', BEIJING, { inject: 99_000, injected: 100_000, heal: 200_000, healed: 201_000 })
      .requests({ from: 100_000, until: 150_000, fails: true })
      .requests({ from: 150_000, until: 201_000, to: HANGZHOU })
      .requests({ from: 201_000, until: 300_000 })
      .end(300_000);
    const periods = judge(story.events).periods.map(({ name, from, until, requests, errors, centres }) => [
      name,
      from,
      until,
      requests,
      errors,
      centres[HANGZHOU]?.share,
    ]);
    expect(periods).toEqual([
      ['before outage', 0, 99_000, 99, 0, 0],
      ['during outage', 99_000, 149_100, 51, 50, 0],
      ['during outage (recovered)', 149_100, 201_000, 51, 0, 1],
      ['after outage', 201_000, 300_000, 99, 0, 0],
    ]);
  });

  it('give what was under way when a fault struck to the fault, and what its healing found to it too', () => {
    const story = new Story()
      .timeline()
      .fault('outage', BEIJING, { inject: 50_000, injected: 50_000, heal: 90_000, healed: 90_000 })
      .requests({ from: 0, until: 49_000 })
      .requests({ from: 49_000, until: 50_000, fails: true, lasts: 5000 })
      .requests({ from: 89_000, until: 90_000, fails: true, lasts: 5000 })
      .requests({ from: 90_000, until: 100_000 })
      .end(100_000);
    expect(judge(story.events).periods.map(({ requests, errors }) => [requests, errors])).toEqual([
      [49, 0],
      [2, 2],
      [10, 0],
    ]);
  });

  it('do not say "recovered" while another fault hides whether clients are', () => {
    const story = new Story()
      .timeline()
      .fault('outage', BEIJING, { inject: 10_000, injected: 10_000, heal: 80_000, healed: 80_000 })
      .fault('second', [HANGZHOU], { inject: 30_000, injected: 30_000, heal: 40_000, healed: 40_000 })
      .requests({ from: 0, until: 10_000 })
      .requests({ from: 10_000, until: 30_000, fails: true })
      .requests({ from: 30_000, until: 40_000, to: HANGZHOU, fails: true })
      .requests({ from: 40_000, until: 100_000 })
      .requests({ from: 10_000, until: 12_000, fails: true, population: 'pool' })
      .requests({ from: 12_000, until: 100_000, population: 'pool' })
      .end(100_000);
    expect(judge(story.events).periods.map(({ name, errors }) => [name, errors])).toEqual([
      ['before outage', 0],
      ['during outage', 22],
      ['during outage and second', 10],
      ['during outage (recovered) and second', 0],
      ['during outage (recovered)', 0],
      ['after outage', 0],
    ]);
  });

  it('are named after the fault that was healed last, whichever began last', () => {
    const story = new Story()
      .timeline()
      .fault('long', BEIJING, { inject: 10_000, injected: 10_000, heal: 90_000, healed: 90_000 })
      .fault('short', BEIJING, { inject: 30_000, injected: 30_000, heal: 50_000, healed: 50_000 })
      .requests({ from: 0, until: 100_000 })
      .end(100_000);
    expect(judge(story.events).periods.map(({ name }) => name)).toEqual([
      'before long',
      'during long',
      'during long and short',
      'during long',
      'after long',
    ]);
  });

  it('have no cut for the last error of a request that ends after the healing', () => {
    const story = new Story()
      .timeline()
      .fault('outage', BEIJING, { inject: 10_000, injected: 10_000, heal: 50_000, healed: 50_100 })
      .requests({ from: 0, until: 10_000 })
      .requests({ from: 10_000, until: 48_000, lasts: 5000, fails: true })
      .requests({ from: 48_000, until: 100_000, to: HANGZHOU })
      .end(100_000);
    expect(judge(story.events).periods.map(({ name }) => name)).toEqual([
      'before outage',
      'during outage',
      'after outage',
    ]);
  });

  const named = (story: Story) =>
    judge(story.events).periods.map(({ name, from, until }) => [name, from, until]);

  it('have no period of no time where a fault strikes or ends with the timeline, or two strike at once', () => {
    const always = { inject: 1000, injected: 1000, heal: 90_000, healed: 90_000 };
    const story = new Story()
      .timeline(1000)
      .fault('one', BEIJING, always)
      .requests({ from: 1000, until: 90_000 })
      .end(90_000);
    expect(named(story)).toEqual([['during one', 1000, 90_000]]);
    const middle = { inject: 20_000, injected: 20_000, heal: 60_000, healed: 60_000 };
    expect(named(story.fault('two', BEIJING, middle).fault('three', [HANGZHOU], middle))).toEqual([
      ['during one', 1000, 20_000],
      ['during one, two and three', 20_000, 60_000],
      ['during one', 60_000, 90_000],
    ]);
  });

  it('are cut by no fault that never took effect', () => {
    expect(named(steady().fault('outage', BEIJING, { inject: 50_000 }))).toEqual([
      ['the whole drill', 1000, 101_000],
    ]);
  });

  it('of a journal that was cut short go to its last request', () => {
    const cut = new Story().timeline(1000).requests({ from: 1000, until: 11_000 });
    expect(named(cut)).toEqual([['the whole drill', 1000, 10_100]]);
    expect(named(new Story().timeline(1000))).toEqual([]);
    expect(named(new Story().timeline(1000).end(1000))).toEqual([]);
  });

  it('count what clients sent from the first moment to the last, and nothing before', () => {
    const story = steady()
      .requests({ from: 0, until: 1000, every: 100 })
      .requests({ from: 101_000, until: 101_001 });
    expect(judge(story.events).periods).toMatchObject([{ requests: 101 }]);
  });

  it('have shares of all requests to a hundredth of a percent, and none where nobody asked', () => {
    const story = new Story()
      .timeline()
      .fault('outage', BEIJING, { inject: 50_000, injected: 50_000, heal: 60_000, healed: 60_000 })
      .requests({ from: 0, until: 2000, to: 'cluster1-beijing' })
      .requests({ from: 2000, until: 3000, to: HANGZHOU, fails: true })
      .end(60_000);
    const [before, during] = judge(story.events).periods;
    expect(before).toMatchObject({
      requests: 3,
      errors: 1,
      centres: {
        'cluster1-beijing': { requests: 2, share: 0.6667 },
        'cluster2-beijing': { requests: 0, share: 0 },
        [HANGZHOU]: { requests: 1, share: 0.3333 },
      },
    });
    expect(during).toMatchObject({
      requests: 0,
      errors: 0,
      centres: { [HANGZHOU]: { requests: 0, share: 0 } },
    });
  });

  it('are one period without faults, and none without a timeline', () => {
    expect(judge(steady().events).periods).toMatchObject([{ name: 'the whole drill', requests: 100 }]);
    expect(judge(new Story().end(1000).events).periods).toEqual([]);
  });
});

describe('speed', () => {
  it('judges a journal of 10,000 events in a few milliseconds', () => {
    const story = new Story(
      { split: { between: BEIJING, when: 'before outage' } },
      { 'only-traffic-to': { centres: [HANGZHOU], when: 'during outage', settle: 'bound' } },
      { 'recovered-within': { within: 'bound' } },
      { 'rto-below': { all: 'bound' } },
      { 'errors-below': { share: 0, when: 'before outage' } },
      { 'no-flap': {} },
      { 'configuration-matches-centre': {} },
    )
      .timeline()
      .publish(0, BEIJING)
      .fault('outage', BEIJING, { inject: 400_000, injected: 400_000 })
      .requests({ from: 0, until: 400_000, every: 100, population: 'honest' })
      .requests({ from: 400_000, until: 450_000, every: 100, fails: true })
      .requests({ from: 450_000, until: 700_000, every: 100, to: HANGZHOU })
      .requests({ from: 0, until: 700_000, every: 1000, population: 'pool', to: HANGZHOU })
      .end(700_000);
    for (let id = 1; id <= 1500; id++) story.answer(id * 400, id, BEIJING);
    for (let at = 0; at < 700_000; at += 1000) story.probe(at, HANGZHOU);
    const { events } = story;
    expect(events.length).toBeGreaterThan(9900);
    const times = Array.from({ length: 40 }, () => {
      const before = process.threadCpuUsage();
      judge(events);
      const { user, system } = process.threadCpuUsage(before);
      return (user + system) / 1000;
    }).sort((one, other) => one - other);
    // 2 ms on an idle machine; the test leaves room for a busy one.
    expect(times[0]).toBeLessThan(6);
  });
});
