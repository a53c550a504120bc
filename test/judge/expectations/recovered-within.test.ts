import { describe, expect, it } from 'vitest';
import { BEIJING, HANGZHOU, Story } from '../journal-builder.ts';
import { judged, resultOf } from '../judged.ts';

/** Both populations fail from 100 s to 150 s, and succeed after that. */
const outage = (params: object) =>
  new Story({ 'recovered-within': params })
    .timeline()
    .fault('outage', BEIJING, { inject: 100_000, injected: 100_000, heal: 500_000, healed: 501_000 })
    .end(600_000)
    .requests({ from: 100_000, until: 150_000, fails: true })
    .requests({ from: 100_000, until: 150_000, fails: true, population: 'pool' })
    .requests({ from: 150_000, until: 500_000, to: HANGZHOU })
    .requests({ from: 150_000, until: 500_000, to: HANGZHOU, population: 'pool' });

describe('recovered-within', () => {
  it('holds when nothing fails from then on, for as long as the fault lasts', () => {
    const story = outage({ within: '60s' }).requests({ from: 500_000, until: 510_000, fails: true });
    expect(judged(story)).toMatchObject({
      result: 'held',
      says: 'no errors from 60 s after the first fault on',
      evidence: { text: 'All of 680 requests after that succeeded.', from: 160_000, until: 500_000 },
    });
  });

  it('means all repetitions of the first fault where it names none', () => {
    const flap = (params: object) =>
      new Story({ 'recovered-within': { populations: ['honest'], within: '10s', ...params } })
        .timeline()
        .flap([5000, 15_000])
        .end(100_000);
    expect(resultOf(flap({ fault: 'flap' }))).toBe('violated');
    expect(resultOf(flap({}))).toBe('violated');
  });

  it('takes the bound of the slowest population', () => {
    expect(resultOf(outage({ within: 'bound', fault: 'outage' }))).toBe('held');
  });

  it('is violated by errors after that time, however late', () => {
    expect(resultOf(outage({ within: '49s' }))).toBe('violated');
    const relapse = outage({ within: '60s' }).requests({ from: 499_000, until: 500_000, fails: true });
    expect(judged(relapse)).toMatchObject({
      result: 'violated',
      evidence: {
        text: '1 error of 681 requests after that, the first at T+08:19.1, the last at T+08:19.1.',
      },
    });
  });

  it('looks at each repetition of a fault by itself', () => {
    const flap = (within: string) =>
      new Story({ 'recovered-within': { fault: 'flap', within, populations: ['honest'] } })
        .timeline()
        .flap([10_000, 12_000])
        .end(100_000);
    expect(judged(flap('15s'))).toMatchObject({
      result: 'held',
      evidence: { from: 25_000, until: 90_000, figures: { requests: 30, errors: 0 } },
    });
    expect(judged(flap('11s'))).toMatchObject({ result: 'violated', evidence: { figures: { errors: 1 } } });
    expect(resultOf(flap('30s'))).toBe('unknown');
  });

  it('is unknown when a population did not ask in one of the repetitions', () => {
    const flap = (asks: readonly number[]) => {
      const story = new Story({ 'recovered-within': { fault: 'flap', within: '15s' } })
        .timeline()
        .flap([10_000, 12_000])
        .end(100_000);
      for (const from of asks)
        story.requests({ from, until: from + 30_000, to: HANGZHOU, population: 'pool' });
      return story;
    };
    expect(resultOf(flap([10_000, 60_000]))).toBe('held');
    expect(judged(flap([10_000]))).toMatchObject({
      result: 'unknown',
      evidence: { text: 'No client of pool asked after that.' },
    });
  });

  it('is unknown when the fault is over before, or never was', () => {
    expect(judged(outage({ within: '10m' }))).toMatchObject({
      result: 'unknown',
      evidence: { text: 'The fault lasted only 6 min 40 s, not 10 min.' },
    });
    expect(resultOf(outage({ within: '60s', fault: 'other' }))).toBe('unknown');
    const strange = new Story({ 'recovered-within': { within: '60s' } })
      .timeline()
      .fault('Power Cut', BEIJING, { inject: 100_000, injected: 100_000 })
      .end(600_000)
      .requests({ from: 0, until: 600_000 })
      .requests({ from: 0, until: 600_000, population: 'pool' });
    expect(judged(strange)).toMatchObject({
      result: 'unknown',
      evidence: { text: 'This version knows no window "during Power Cut".' },
    });
    expect(resultOf(new Story({ 'recovered-within': { within: '1s' } }).timeline().end(9000))).toBe(
      'unknown',
    );
  });

  it('is unknown when a population did not ask after that', () => {
    const story = new Story({ 'recovered-within': { within: '60s' } })
      .timeline()
      .fault('outage', BEIJING, { inject: 100_000, injected: 100_000 })
      .requests({ from: 160_000, until: 300_000 })
      .end(300_000);
    expect(judged(story)).toMatchObject({
      result: 'unknown',
      evidence: { text: 'No client of pool asked after that.' },
    });
  });
});
