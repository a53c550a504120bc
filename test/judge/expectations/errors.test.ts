import { describe, expect, it } from 'vitest';
import { BEIJING, HANGZHOU, Story } from '../journal-builder.ts';
import { judged, resultOf } from '../judged.ts';

describe('errors-below', () => {
  const story = (params: object) => new Story({ 'errors-below': params }).timeline().end(100_000);

  it('holds below the share, and always without an error', () => {
    const few = story({ share: '2%' })
      .requests({ from: 0, until: 99_000 })
      .requests({ from: 99_000, until: 100_000, fails: true });
    expect(judged(few)).toMatchObject({
      result: 'held',
      evidence: { text: '1 error of 100 requests (1%), at 1 requests a second.' },
    });
    expect(resultOf(story({ share: 0 }).requests({ from: 0, until: 100_000 }))).toBe('held');
  });

  it('is violated at the share', () => {
    const many = story({ share: '1%' })
      .requests({ from: 0, until: 99_000 })
      .requests({ from: 99_000, until: 100_000, fails: true });
    expect(resultOf(many)).toBe('violated');
  });

  it('counts as an error what failed after its status had come', () => {
    const cut = story({ share: 0 }).requests({ from: 0, until: 1000, fields: { failure: 'reset' } });
    expect(resultOf(cut)).toBe('violated');
  });

  it('looks at the requests to some centres only: whether these carry the load', () => {
    const load = story({ share: '1%', centres: [HANGZHOU] })
      .requests({ from: 0, until: 100_000, fails: true })
      .requests({ from: 0, until: 100_000, every: 100, to: HANGZHOU });
    expect(judged(load)).toMatchObject({
      result: 'held',
      evidence: { figures: { requests: 1000, rate: 10 } },
    });
  });

  it('does not count before a fault what was under way when it struck', () => {
    const untilOutage = () =>
      new Story({ 'errors-below': { share: 0, when: 'before outage' } })
        .timeline()
        .fault('outage', BEIJING, { inject: 50_000, injected: 50_100 })
        .requests({ from: 0, until: 49_000 })
        .end(100_000);
    const victim = untilOutage().requests({ from: 49_000, until: 50_000, fails: true, lasts: 5000 });
    expect(judged(victim)).toMatchObject({ result: 'held', evidence: { figures: { requests: 49 } } });
    const own = untilOutage().requests({ from: 49_000, until: 50_000, fails: true, lasts: 999 });
    expect(resultOf(own)).toBe('violated');
  });

  it('is unknown without requests', () => {
    expect(resultOf(story({ share: '1%' }))).toBe('unknown');
    expect(resultOf(story({ share: '1%', centres: [HANGZHOU] }).requests({ from: 0, until: 9000 }))).toBe(
      'unknown',
    );
  });
});

describe('unaffected', () => {
  const story = (params: object = {}, checked = [...BEIJING, HANGZHOU]) => {
    const outage = new Story({ unaffected: { when: 'during outage', ...params } })
      .timeline()
      .publish(0, BEIJING)
      .fault('outage', [HANGZHOU], { inject: 100_000, injected: 100_000 })
      .end(300_000);
    for (const centre of checked) outage.probe(150_000, centre);
    return outage;
  };
  const asked = (params: object = {}) => story(params).requests({ from: 0, until: 300_000 });

  it('holds when clients ask and nothing happens', () => {
    const alert = asked().health(150_000, HANGZHOU, 'ALERT').switch(50_000, 'DEFAULT');
    expect(judged(alert)).toMatchObject({
      result: 'held',
      evidence: { text: '0 errors of 200 requests, 0 switches, 1 alert.' },
    });
  });

  it('is violated by an error, a switch, or an alert where none may be', () => {
    const error = { from: 200_500, until: 201_000, fails: true };
    expect(resultOf(asked().requests(error))).toBe('violated');
    expect(resultOf(asked({ 'errors-at-most': '1%' }).requests(error))).toBe('held');
    expect(resultOf(asked().switch(150_000, 'FAILOVER'))).toBe('violated');
    expect(resultOf(asked({ switches: 1 }).switch(150_000, 'FAILOVER'))).toBe('held');
    expect(resultOf(asked({ alerts: 0 }).health(150_000, HANGZHOU, 'ALERT'))).toBe('violated');
  });

  it('holds at exactly the share that may fail', () => {
    const most = story({ 'errors-at-most': '29%' })
      .requests({ from: 101_000, until: 130_000, fails: true })
      .requests({ from: 130_000, until: 201_000 });
    expect(resultOf(most)).toBe('held');
    expect(resultOf(most.requests({ from: 201_000, until: 202_000, fails: true }))).toBe('violated');
  });

  it('counts addresses that were held for down, each once, also those that were so before', () => {
    const before = asked({ alerts: 0 }).health(50_000, HANGZHOU, 'ALERT');
    expect(judged(before)).toMatchObject({ result: 'violated', evidence: { figures: { alerts: 1 } } });
    expect(resultOf(before.health(90_000, HANGZHOU, 'OK'))).toBe('held');
    const twice = asked({ alerts: 1 });
    for (const [at, status] of [
      [110_000, 'ALERT'],
      [120_000, 'OK'],
      [130_000, 'ALERT'],
    ] as const)
      twice.health(at, HANGZHOU, status);
    expect(resultOf(twice)).toBe('held');
  });

  it('is violated by a move of the GTM that only its decisions or publications show', () => {
    expect(resultOf(asked().publish(150_000, [HANGZHOU]))).toBe('violated');
    expect(resultOf(asked().route(0, BEIJING).route(150_000, [HANGZHOU]))).toBe('violated');
  });

  it('is unknown about alerts where a centre was not checked', () => {
    const unchecked = (params: object) =>
      story(params, BEIJING).requests({ from: 0, until: 300_000 }).answer(150_000, 1, BEIJING);
    expect(resultOf(unchecked({}))).toBe('held');
    expect(judged(unchecked({ alerts: 0 }))).toMatchObject({
      result: 'unknown',
      evidence: { text: 'Nobody checked cluster1-hangzhou: it could not have been held for down.' },
    });
    expect(resultOf(unchecked({ alerts: 0 }).probe(99_000, HANGZHOU))).toBe('unknown');
    expect(resultOf(unchecked({ alerts: 0 }).probe(101_000, HANGZHOU))).toBe('held');
    expect(resultOf(unchecked({ alerts: 0 }).health(140_000, BEIJING[0] as string, 'ALERT'))).toBe(
      'violated',
    );
  });

  it('is unknown when nobody asked, or nothing was seen of the GTM', () => {
    expect(resultOf(story())).toBe('unknown');
    const blind = new Story({ unaffected: {} }).timeline().requests({ from: 0, until: 9000 }).end(9000);
    expect(resultOf(blind)).toBe('unknown');
  });

  it('is unknown when the fault never took effect', () => {
    const never = new Story({ unaffected: { when: 'during outage' } }).timeline().end(300_000);
    expect(resultOf(never.requests({ from: 0, until: 300_000 }))).toBe('unknown');
    expect(
      resultOf(
        new Story({ unaffected: { when: 'during other' } })
          .timeline()
          .fault('outage', BEIJING, { inject: 0, injected: 0 })
          .end(1),
      ),
    ).toBe('unknown');
  });
});
