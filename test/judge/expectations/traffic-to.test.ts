import { describe, expect, it } from 'vitest';
import { BEIJING, HANGZHOU, Story } from '../journal-builder.ts';
import { judged, resultOf } from '../judged.ts';

const outage = (expectation: object) =>
  new Story(expectation as never)
    .timeline()
    .fault('outage', BEIJING, { inject: 100_000, injected: 100_000 })
    .end(300_000);

describe('only-traffic-to', () => {
  const EXPECT = { 'only-traffic-to': { centres: [HANGZHOU], when: 'during outage', settle: '100s' } };

  it('holds when every request after the settling time goes there', () => {
    const story = outage(EXPECT)
      .requests({ from: 0, until: 200_000 })
      .requests({ from: 200_000, until: 300_000, to: HANGZHOU });
    expect(judged(story)).toMatchObject({
      result: 'held',
      evidence: { text: 'All of 100 requests went there.' },
    });
  });

  it('is violated by one late request, though it failed, and shows its line', () => {
    const story = outage(EXPECT)
      .requests({ from: 200_000, until: 290_000, to: HANGZHOU })
      .requests({ from: 290_000, until: 290_001, to: 'cluster1-beijing', fails: true })
      .requests({ from: 291_000, until: 300_000, to: HANGZHOU });
    const { result, evidence } = judged(story);
    expect(result).toBe('violated');
    expect(evidence.text).toBe(
      '1 of 100 requests went to cluster1-beijing: the first sent at T+04:50.0, the last at T+04:50.0.',
    );
    const [line] = evidence.lines ?? [];
    expect(story.events[(line ?? 0) - 1]).toMatchObject({ kind: 'request', centre: 'cluster1-beijing' });
  });

  it('is violated by a request to an address of no centre', () => {
    const story = outage(EXPECT).requests({ from: 200_000, until: 201_000, to: 'nowhere' });
    expect(resultOf(story)).toBe('violated');
  });

  it('is unknown without requests, or when none could be sent anywhere', () => {
    expect(resultOf(outage(EXPECT).requests({ from: 0, until: 100_000 }))).toBe('unknown');
    const lost = outage(EXPECT);
    for (const event of new Story().requests({ from: 200_000, until: 300_000, fails: true }).events) {
      if (event.kind !== 'request') continue;
      const { address: _, centre: __, status: ___, ...rest } = event;
      lost.add({ ...rest, failure: 'dns' });
    }
    expect(resultOf(lost)).toBe('unknown');
  });
});

describe('no-traffic-to', () => {
  const EXPECT = { 'no-traffic-to': { centres: [HANGZHOU] } };

  it('holds while all traffic goes elsewhere', () => {
    expect(resultOf(outage(EXPECT).requests({ from: 0, until: 300_000 }))).toBe('held');
  });

  it('is violated by any request to it', () => {
    const story = outage(EXPECT)
      .requests({ from: 0, until: 299_000 })
      .requests({ from: 299_000, until: 300_000, to: HANGZHOU });
    expect(resultOf(story)).toBe('violated');
  });

  it('is unknown without requests', () => {
    expect(resultOf(outage(EXPECT))).toBe('unknown');
  });
});
