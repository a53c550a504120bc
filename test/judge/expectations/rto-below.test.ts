import { describe, expect, it } from 'vitest';
import { BEIJING, HANGZHOU, Story } from '../journal-builder.ts';
import { judged, resultOf } from '../judged.ts';

/** `honest` recovers 40.1 s after the fault; `pool` asks only where a test lets it. */
const outage = (params: object) =>
  new Story({ 'rto-below': params })
    .timeline()
    .fault('outage', BEIJING, { inject: 100_000, injected: 100_000 })
    .requests({ from: 0, until: 100_000 })
    .requests({ from: 100_000, until: 141_000, fails: true })
    .requests({ from: 141_000, until: 300_000, to: HANGZHOU })
    .end(300_000);

describe('rto-below', () => {
  it('holds at the limit', () => {
    expect(judged(outage({ honest: '40100ms' }))).toMatchObject({
      result: 'held',
      evidence: { text: 'honest 40.1 s (at most 40.1 s).', figures: { honest: 40_100 } },
    });
    expect(resultOf(outage({ honest: 'bound' }))).toBe('held');
  });

  it('is violated above it, and shows the last error', () => {
    const story = outage({ fault: 'outage', honest: '40s' });
    const { result, evidence } = judged(story);
    expect(result).toBe('violated');
    expect(story.events[(evidence.lines?.[0] ?? 0) - 1]).toMatchObject({ kind: 'request', sent: 140_000 });
  });

  it('is violated without recovery, and unknown when the limit was not over yet', () => {
    const never = (most: string) =>
      judged(
        new Story({ 'rto-below': { honest: most } })
          .timeline()
          .fault('outage', BEIJING, { inject: 100_000, injected: 100_000 })
          .requests({ from: 100_000, until: 300_000, fails: true })
          .end(300_000),
      );
    expect(never('3m')).toMatchObject({
      result: 'violated',
      evidence: { text: 'honest had not recovered from outage after 3 min 19 s (at most 3 min).' },
    });
    expect(never('10m').result).toBe('unknown');
  });

  it('is unknown when nobody was served after the last error, and the fault healed only after the limit', () => {
    const silent = (most: string) =>
      new Story({ 'rto-below': { honest: most } })
        .timeline()
        .fault('outage', BEIJING, { inject: 100_000, injected: 100_000, heal: 300_000, healed: 301_000 })
        .requests({ from: 0, until: 100_000 })
        .requests({ from: 100_000, until: 110_000, fails: true })
        .requests({ from: 301_000, until: 400_000 })
        .end(400_000);
    expect(resultOf(silent('9s'))).toBe('violated');
    expect(judged(silent('60s'))).toMatchObject({
      result: 'unknown',
      evidence: { text: 'it was not to be seen whether honest recovered from outage.' },
    });
    expect(resultOf(silent('60s').requests({ from: 150_000, until: 151_000, to: HANGZHOU }))).toBe('held');
    expect(resultOf(silent('201s'))).toBe('held');
  });

  it('is unknown for a population that did not ask after the fault, also as one of all', () => {
    expect(resultOf(outage({ pool: '10m' }))).toBe('unknown');
    expect(judged(outage({ all: '10m' })).evidence.text).toBe(
      'no client of pool asked while outage was in force.',
    );
    const both = outage({ all: '50s' }).requests({ from: 100_000, until: 300_000, population: 'pool' });
    expect(resultOf(both)).toBe('held');
  });

  it('says of a repeated fault which repetition took how long', () => {
    const flap = new Story({ 'rto-below': { fault: 'flap', honest: '15s' } })
      .timeline()
      .flap([10_000, 12_000])
      .probe(45_000, 'cluster1-beijing')
      .probe(45_000, 'cluster2-beijing')
      .end(100_000);
    expect(judged(flap).evidence.text).toBe(
      'honest (flap.1) 9.1 s (at most 15 s), honest (flap.2) 11.1 s (at most 15 s).',
    );
  });

  it('is judged by both ends where two faults cannot be told apart', () => {
    /** `outage` recovers between 20.1 s, when `second` strikes the same centres, and 40.1 s. */
    const overlapping = (most: string) =>
      outage({ fault: 'outage', honest: most }).fault('second', BEIJING, {
        inject: 121_000,
        injected: 121_000,
      });
    expect(judged(overlapping('41s'))).toMatchObject({
      result: 'held',
      evidence: { text: 'honest 20.1 s to 40.1 s (at most 41 s).' },
    });
    expect(judged(overlapping('30s'))).toMatchObject({ result: 'unknown' });
    expect(judged(overlapping('20s'))).toMatchObject({ result: 'violated' });
  });

  it('is violated when the last error that was certainly its own came too late, whatever came then', () => {
    const hidden = (most: string) =>
      new Story({ 'rto-below': { fault: 'outage', honest: most } })
        .timeline()
        .fault('outage', BEIJING, { inject: 100_000, injected: 100_000 })
        .fault('second', [HANGZHOU], { inject: 141_000, injected: 141_000 })
        .requests({ from: 100_000, until: 141_000, fails: true })
        .requests({ from: 141_000, until: 300_000, fails: true, to: HANGZHOU })
        .end(300_000);
    expect(judged(hidden('40s'))).toMatchObject({
      result: 'violated',
      evidence: { text: 'honest at least 40.1 s (at most 40 s).' },
    });
    expect(judged(hidden('41s'))).toMatchObject({
      result: 'unknown',
      evidence: { text: 'it was not to be seen whether honest recovered from outage.' },
    });
  });

  it('is unknown without a fault, and for a bound that does not exist', () => {
    expect(resultOf(new Story({ 'rto-below': { all: '1s' } }).timeline().end(9000))).toBe('unknown');
    const ever = { name: 'honest', share: 1, cache: 'forever' };
    expect(resultOf(outage({ honest: 'bound' }).clients([ever]))).toBe('unknown');
  });
});
