import { describe, expect, test } from 'vitest';
import { judge } from '../../src/judge/judge.ts';
import { type ParityRow, type ParityRun, parityOf } from '../../src/judge/parity.ts';
import { parityText } from '../../src/report/parity.ts';
import type { JournalEvent } from '../../src/runtime/journal.ts';
import { BEIJING, HANGZHOU, Story } from './journal-builder.ts';

const T0 = 100_000;

/** A recovery: detection and publication take as long as is said, and errors end with the publication. */
function run({
  detect,
  publish = 2000,
  lateness,
}: {
  detect: number;
  publish?: number;
  lateness?: number;
}): ParityRun {
  const published = T0 + detect + publish;
  const { events } = new Story()
    .timeline()
    .publish(0, BEIJING)
    .fault('outage', BEIJING, { inject: T0 - 2000, injected: T0, heal: 500_000, healed: 501_000 })
    .health(T0 + detect, 'cluster2-beijing', 'ALERT')
    .route(T0 + detect, [HANGZHOU])
    .publish(published, [HANGZHOU])
    .answer(T0 - 5000, 1, BEIJING)
    .requests({ from: T0, until: published, fails: true })
    .requests({ from: published, until: 500_000, to: HANGZHOU })
    .add({ at: 600_000, kind: 'end', reason: 'finished', ...(lateness === undefined ? {} : { lateness }) });
  return { events, verdict: judge(events) };
}

const runs = (times: readonly number[], more: { publish?: number; lateness?: number } = {}) =>
  times.map(detect => run({ detect, ...more }));
const row = (rows: readonly ParityRow[], phase: string) =>
  rows.find(each => each.of === (phase === 'rto' ? 'honest' : 'GTM') && each.phase === phase);

/** 36 to 45 s, evenly. */
const simulated = runs(Array.from({ length: 40 }, (_, i) => 36_000 + i * 225));

test('a recovery that was not to be seen is no sample, and none that never ended', () => {
  const { events } = new Story()
    .timeline()
    .publish(0, BEIJING)
    .fault('outage', BEIJING, { inject: T0, injected: T0 })
    .fault('second', [HANGZHOU], { inject: T0 + 10_000, injected: T0 + 10_000 })
    .requests({ from: T0, until: T0 + 10_000, fails: true })
    .requests({ from: T0 + 10_000, until: 500_000, to: HANGZHOU, fails: true })
    .end(600_000);
  const hidden = { events, verdict: judge(events) };
  const { rows } = parityOf([...runs([38_000, 41_000]), hidden], simulated);
  expect(row(rows, 'rto')).toMatchObject({ real: { runs: 2 } });
});

describe('parity of the labs', () => {
  test('is held where the simulated median lies within the spread of the real runs', () => {
    const parity = parityOf(runs([38_000, 41_000, 44_000]), simulated);
    expect(row(parity.rows, 'detect')).toMatchObject({
      bound: 47_000,
      real: { runs: 3, least: 38_000, median: 41_000, most: 44_000 },
      within: true,
      result: 'held',
    });
    expect(parity.result).toBe('held');
  });

  test('is held where the runs lie beside it by chance', () => {
    const parity = parityOf(runs([41_000, 43_000, 44_000, 42_000]), simulated);
    expect(row(parity.rows, 'detect')).toMatchObject({ within: false, result: 'held' });
  });

  test('is violated where one lab is slower than chance explains', () => {
    const parity = parityOf(runs([50_000, 51_000, 50_500, 52_000]), simulated);
    expect(row(parity.rows, 'detect')).toMatchObject({ within: false, result: 'violated' });
    expect(parity.result).toBe('violated');
    expect(parityText(parity, { width: 120 })).toContain('DIFFERENT');
  });

  test('calls no difference what real timers were late', () => {
    const publish = (lateness: number) => {
      const real = runs([38_000, 41_000, 44_000, 40_000], { publish: 2015, lateness });
      return row(parityOf(real, simulated).rows, 'publish')?.result;
    };
    expect(publish(20)).toBe('held');
    expect(publish(10)).toBe('violated');
  });

  test('takes a run that never recovered for one that took for ever, not for none', () => {
    const never = run({ detect: 41_000 });
    const isHealing = (event: JournalEvent) => event.kind === 'fault' && event.step.startsWith('heal');
    const stuck = never.events
      .filter(event => !isHealing(event))
      .map(event => (event.kind === 'request' && event.sent >= T0 ? { ...event, status: 503 } : event));
    const real = [0, 1, 2, 3].map(() => ({ events: stuck, verdict: judge(stuck) }));
    const parity = parityOf(real, simulated);
    expect(row(parity.rows, 'rto')).toMatchObject({ real: { least: Infinity }, result: 'violated' });
    expect(parityText(parity, { width: 120 })).toContain('never');
  });

  test("shows the GTM's phases once, whoever asked", () => {
    const { rows } = parityOf(runs([41_000, 42_000]), simulated);
    expect(rows.filter(({ phase }) => phase === 'detect').map(({ of }) => of)).toEqual(['GTM']);
  });

  test('is unknown with too few runs to show any difference, or with none, and says which', () => {
    const told = (real: ParityRun[], twin: ParityRun[]) => parityText(parityOf(real, twin), { width: 120 });
    const few = runs([52_000]);
    expect(row(parityOf(few, simulated).rows, 'detect')).toMatchObject({ result: 'unknown' });
    expect(told(few, simulated)).toMatch(
      /\nUNKNOWN: \d+ rows? that so few real runs cannot tell apart; take more\.\n$/,
    );
    expect(parityOf([], simulated)).toMatchObject({ result: 'unknown' });
    expect(told([], simulated)).toMatch(/\nUNKNOWN: \d+ rows of one lab alone\.\n$/);
    expect(parityOf([], [])).toMatchObject({ rows: [], result: 'unknown' });
    expect(told([], [])).toMatch(/so there is nothing to compare\.\n$/);
  });
});
