import { describe, expect, it } from 'vitest';
import { BEIJING, HANGZHOU, Story } from '../journal-builder.ts';
import { judged, resultOf } from '../judged.ts';

describe('no-flap', () => {
  const story = (params: object) =>
    new Story({ 'no-flap': params }).timeline().probe(1000, HANGZHOU).publish(0, BEIJING).end(300_000);

  it('holds up to the number of switches', () => {
    expect(resultOf(story({ 'at-most': 0 }))).toBe('held');
    expect(judged(story({}).switch(100_000, 'FAILOVER'))).toMatchObject({
      result: 'held',
      evidence: { text: '1 switch, the last at T+01:40.0.', figures: { switches: 1 } },
    });
  });

  it('is violated by one more', () => {
    const flap = story({}).switch(100_000, 'FAILOVER').switch(200_000, 'DEFAULT');
    expect(judged(flap)).toMatchObject({ result: 'violated', evidence: { figures: { switches: 2 } } });
  });

  it('is violated by changes of set in what was published, though no switch was written down', () => {
    const flap = story({}).publish(100_000, [HANGZHOU]).publish(200_000, BEIJING);
    expect(resultOf(flap)).toBe('violated');
  });

  it('is violated by changes of set in its decisions, though neither switch nor publication was written down', () => {
    const flap = story({}).route(0, BEIJING).route(100_000, [HANGZHOU]).route(200_000, BEIJING);
    expect(resultOf(flap)).toBe('violated');
  });

  it('counts a switch once, when it was decided, though its publication comes in another window', () => {
    const after = new Story({ 'no-flap': { 'at-most': 0, when: 'after outage' } })
      .timeline()
      .publish(0, BEIJING)
      .fault('outage', BEIJING, { inject: 50_000, injected: 50_000, heal: 101_000, healed: 101_000 })
      .switch(100_000, 'FAILOVER')
      .publish(102_000, [HANGZHOU])
      .probe(150_000, HANGZHOU)
      .end(300_000);
    expect(resultOf(after)).toBe('held');
  });

  it('is unknown to an observer that saw neither checks nor answers', () => {
    expect(resultOf(new Story({ 'no-flap': {} }).timeline().publish(0, BEIJING).end(300_000))).toBe(
      'unknown',
    );
    const before = new Story({ 'no-flap': { when: 'during outage' } })
      .timeline()
      .publish(0, BEIJING)
      .probe(1000, HANGZHOU)
      .fault('outage', BEIJING, { inject: 100_000, injected: 100_000 })
      .end(300_000);
    expect(resultOf(before)).toBe('unknown');
  });

  it('is unknown in a drill where nothing was seen of what the GTM decided', () => {
    const undecided = new Story({ 'no-flap': {} }).timeline().probe(1000, HANGZHOU).end(300_000);
    expect(resultOf(undecided)).toBe('unknown');
  });
});

describe('noticed', () => {
  const story = (within: string, heal = 300_000) =>
    new Story({ noticed: { centre: HANGZHOU, within } })
      .timeline()
      .fault('outage', [HANGZHOU], { inject: 100_000, injected: 100_000, heal })
      .probe(110_000, HANGZHOU, false)
      .end(400_000);

  it('holds when the address turns ALERT in time', () => {
    expect(judged(story('bound').health(140_000, HANGZHOU, 'ALERT'))).toMatchObject({
      result: 'held',
      evidence: { text: 'Noticed after 40 s.', figures: { took: 40_000 } },
    });
  });

  it('is violated when it does so late, never, or only for another centre', () => {
    expect(resultOf(story('bound').health(147_001, HANGZHOU, 'ALERT'))).toBe('violated');
    expect(resultOf(story('bound'))).toBe('violated');
    expect(resultOf(story('bound').health(140_000, 'cluster1-beijing', 'ALERT'))).toBe('violated');
  });

  it('looks at all repetitions of the first fault where it names none', () => {
    const repeated = (params: object) =>
      new Story({ noticed: { centre: HANGZHOU, within: '60s', ...params } })
        .timeline()
        .fault('flap.1', [HANGZHOU], { inject: 100_000, injected: 100_000, heal: 120_000, healed: 120_000 })
        .fault('flap.2', [HANGZHOU], { inject: 140_000, injected: 140_000, heal: 170_000, healed: 170_000 })
        .probe(145_000, HANGZHOU, false)
        .health(150_000, HANGZHOU, 'ALERT')
        .end(400_000);
    expect(judged(repeated({})).evidence).toEqual(judged(repeated({ when: 'during flap' })).evidence);
  });

  it('does not look beyond the healing: what is noticed then is the next fault', () => {
    const next = story('bound', 130_000)
      .fault('next', [HANGZHOU], { inject: 131_000, injected: 131_000 })
      .health(140_000, HANGZHOU, 'ALERT');
    expect(judged(next)).toMatchObject({
      result: 'unknown',
      evidence: { text: 'The fault lasted only 30 s, and was not noticed by then.' },
    });
  });

  it('counts from the begin of the injection before the fault was in force everywhere', () => {
    const staggered = (alert: number) =>
      new Story({ noticed: { centre: HANGZHOU, within: '60s', when: 'during outage' } })
        .timeline()
        .fault('outage', [HANGZHOU, ...BEIJING], { inject: 100_000, injected: 190_000, heal: 300_000 })
        .probe(110_000, HANGZHOU, false)
        .health(alert, HANGZHOU, 'ALERT')
        .end(400_000);
    expect(judged(staggered(140_000))).toMatchObject({
      result: 'held',
      evidence: { figures: { took: 40_000 } },
    });
    expect(judged(staggered(170_000))).toMatchObject({
      result: 'unknown',
      evidence: {
        text: 'cluster1-hangzhou was held for down 70 s after the injection began; when that struck it is not known.',
      },
    });
  });

  it('is unknown when nobody checked', () => {
    const blind = new Story({ noticed: { centre: HANGZHOU, within: '1m' } })
      .timeline()
      .fault('outage', [HANGZHOU], { inject: 100_000, injected: 100_000 })
      .end(400_000);
    expect(resultOf(blind)).toBe('unknown');
    expect(resultOf(new Story({ noticed: { centre: HANGZHOU, within: '1m' } }).timeline().end(1000))).toBe(
      'unknown',
    );
  });

  it('is unknown when the fault was over too soon, or the centre was down before', () => {
    expect(resultOf(story('bound', 130_000))).toBe('unknown');
    expect(resultOf(story('bound').health(50_000, HANGZHOU, 'ALERT'))).toBe('unknown');
    // No check that the fault fails has ended in the moment that it begins.
    expect(resultOf(story('bound').health(100_000, HANGZHOU, 'ALERT'))).toBe('unknown');
  });
});

describe('resolves', () => {
  const story = () => new Story({ resolves: {} }).timeline().end(300_000);

  it('holds when every answer has addresses', () => {
    expect(resultOf(story().answer(1000, 1, BEIJING))).toBe('held');
  });

  it('is violated by an empty answer, an error, or a client without an address', () => {
    const answered = story().answer(1000, 1, BEIJING);
    expect(resultOf(story().answer(1000, 1, []))).toBe('violated');
    expect(judged(story().answer(2000, 1, [], { failure: 'SERVFAIL' })).evidence.text).toBe(
      '1 of 1 answer without addresses (SERVFAIL), 0 requests with no address to go to.',
    );
    expect(
      resultOf(answered.requests({ from: 5000, until: 6000, fails: true, fields: { failure: 'dns' } })),
    ).toBe('violated');
  });

  it('is unknown when no resolver asked', () => {
    expect(resultOf(story())).toBe('unknown');
  });
});
