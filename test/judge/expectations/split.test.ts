import { describe, expect, it } from 'vitest';
import { BEIJING, HANGZHOU, Story } from '../journal-builder.ts';
import { judged, resultOf } from '../judged.ts';

const EXPECT = { split: { between: BEIJING } };
const DRILL = 2_000_000;

function story(expectation: object = EXPECT): Story {
  return new Story(expectation as never).timeline().end(DRILL);
}

describe('split', () => {
  it('holds for many independent requests, half to each', () => {
    const { result, evidence } = judged(story().requests({ from: 0, until: DRILL }));
    expect(result).toBe('held');
    expect(evidence.text).toBe(
      'cluster1-beijing 50% (48.1% to 51.9%), cluster2-beijing 50% (48.1% to 51.9%), ' +
        'of 2000 requests worth 2000 independent ones; error rate 5%, power 99.5%.',
    );
    expect(evidence.figures).toMatchObject({ requests: 2000, effective: 2000, 'cluster1-beijing': 0.5 });
  });

  it('holds for expected shares that are not equal', () => {
    const between = { 'cluster1-beijing': '75%', 'cluster2-beijing': '25%' };
    const to = ['cluster1-beijing', 'cluster1-beijing', 'cluster1-beijing', 'cluster2-beijing'];
    expect(resultOf(story({ split: { between } }).requests({ from: 0, until: DRILL, to }))).toBe('held');
  });

  it('is violated when a share is shown to be beyond the margin', () => {
    const to = ['cluster1-beijing', 'cluster1-beijing', 'cluster2-beijing'];
    const { result, evidence } = judged(story().requests({ from: 0, until: DRILL, to }));
    expect(result).toBe('violated');
    expect(evidence.text).toMatch(
      /^cluster1-beijing and cluster2-beijing: shown to be beyond the margin of 5%/,
    );
  });

  it('is violated when many requests go to another centre, though the expected ones are alike', () => {
    const to = [...BEIJING, ...BEIJING, HANGZHOU];
    const { result, evidence } = judged(story().requests({ from: 0, until: DRILL, to }));
    expect(result).toBe('violated');
    expect(evidence.text).toContain('elsewhere 20%');
  });

  it('is unknown when few choices made all requests, and says how many would do', () => {
    const draw = (index: number) => Math.floor(index / 100);
    const { result, evidence } = judged(story().requests({ from: 0, until: DRILL, draw }));
    expect(result).toBe('unknown');
    expect(evidence.text).toMatch(
      /^Too few independent requests to tell: about 108300 requests like these \(1083 independent ones\) would do\./,
    );
    expect(evidence.figures).toMatchObject({ requests: 2000, effective: 20 });
  });

  it('counts choices however they are numbered', () => {
    const draw = (index: number) => Number.MAX_SAFE_INTEGER - Math.floor(index / 100);
    const { evidence } = judged(story().requests({ from: 0, until: DRILL, draw }));
    expect(evidence.figures).toMatchObject({ requests: 2000, effective: 20 });
  });

  it('is unknown without a successful request', () => {
    expect(resultOf(story())).toBe('unknown');
    expect(resultOf(story().requests({ from: 0, until: DRILL, fails: true }))).toBe('unknown');
  });

  it('looks at its window and its populations only', () => {
    const when = { split: { between: BEIJING, when: 'before outage', populations: ['honest'] } };
    const drill = story(when)
      .requests({ from: 0, until: 1_500_000 })
      .requests({ from: 0, until: 1_500_000, population: 'pool', to: HANGZHOU })
      .fault('outage', BEIJING, { inject: 1_500_000, injected: 1_500_000 })
      .requests({ from: 1_500_000, until: DRILL, to: HANGZHOU });
    expect(resultOf(drill)).toBe('held');
  });
});
