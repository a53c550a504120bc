import { describe, expect, it } from 'vitest';
import { english } from '../../src/judge/language/english.ts';
import { inWords } from '../../src/judge/language/statement.ts';
import { DrillRecord } from '../../src/judge/record.ts';
import { Unknown, type Window } from '../../src/judge/windows.ts';
import { BEIJING, Story } from './journal-builder.ts';

function window(when: string, story: Story, settle: number | 'bound' = 0, populations?: string[]) {
  const found = new DrillRecord(story.events).window({ when, settle, populations });
  return found instanceof Unknown ? inWords(found.why, english) : found;
}

/** Outage from 100 s (in force from 102 s) to 200 s (over by 205 s), in a drill of 10 s to 400 s. */
const outage = () =>
  new Story()
    .timeline(10_000)
    .fault('outage', BEIJING, { inject: 100_000, injected: 102_000, heal: 200_000, healed: 205_000 })
    .end(400_000);

describe('windows', () => {
  it('are the timeline, and what is before, during and after a fault', () => {
    expect(window('always', outage())).toEqual({ from: 10_000, until: 400_001 });
    expect(window('before outage', outage())).toEqual({ from: 10_000, until: 100_000, struck: true });
    expect(window('during outage', outage())).toEqual({ from: 102_000, until: 200_000 });
    expect(window('after outage', outage())).toEqual({ from: 205_000, until: 400_001 });
  });

  it('a fault is in force since the observation that showed it was begun', () => {
    const story = new Story()
      .timeline()
      .fault('outage', BEIJING, { inject: 100_000 })
      .add({
        at: 102_500,
        kind: 'fault',
        name: 'outage',
        fault: 'x',
        step: 'injected',
        targets: [],
        since: 102_000,
      })
      .end(400_000);
    expect(window('during outage', story)).toEqual({ from: 102_000, until: 400_001 });
  });

  it('a fault that is never healed lasts to the end, and has no after', () => {
    const story = new Story().timeline().fault('outage', BEIJING, { inject: 1000, injected: 2000 }).end(9000);
    expect(window('during outage', story)).toEqual({ from: 2000, until: 9001 });
    expect(window('after outage', story)).toBe('The fault outage was never healed.');
  });

  it('a fault whose healing was seen only as it was over was in force no longer', () => {
    const story = new Story()
      .timeline()
      .fault('outage', BEIJING, { inject: 1000, injected: 2000, healed: 5000 })
      .end(9000);
    expect(window('during outage', story)).toEqual({ from: 2000, until: 5000 });
    expect(window('after outage', story)).toEqual({ from: 5000, until: 9001 });
  });

  it('end with the timeline: the comparison and the last healings that follow are in none', () => {
    const story = new Story()
      .timeline()
      .fault('outage', BEIJING, { inject: 1000, injected: 2000, heal: 60_000, healed: 61_000 })
      .add({ at: 9000, kind: 'timeline-end' })
      .end(62_000);
    expect(window('always', story)).toEqual({ from: 0, until: 9001 });
    expect(window('during outage', story)).toEqual({ from: 2000, until: 9001 });
    expect(window('after outage', story)).toBe('The fault outage was never healed.');
  });

  it('a repeated fault is one from its first injection to its last healing', () => {
    const story = new Story()
      .timeline()
      .fault('flap.1', BEIJING, { inject: 1000, injected: 1100, heal: 2000, healed: 2100 })
      .fault('flap.2', BEIJING, { inject: 3000, injected: 3100, heal: 4000, healed: 4100 })
      .end(9000);
    expect(window('before flap', story)).toEqual({ from: 0, until: 1000, struck: true });
    expect(window('during flap', story)).toEqual({ from: 1100, until: 4000 });
    expect(window('after flap', story)).toEqual({ from: 4100, until: 9001 });
    expect(window('during flap.2', story)).toEqual({ from: 3100, until: 4000 });
  });

  describe('of a fault that strikes and passes', () => {
    /** Each strikes at the second of its time. */
    const struck = (...faults: readonly (readonly [at: number, name: string, fault: string])[]) => {
      const story = new Story().timeline();
      for (const [seconds, name, fault] of faults)
        for (const step of ['inject', 'injected'] as const) {
          const at = seconds * 1000 + (step === 'inject' ? 0 : 100);
          story.add({ at, kind: 'fault', name, fault, step, targets: [] });
        }
      return story.end(90_000);
    };

    it('last until the next one strikes a centre or the name servers', () => {
      for (const next of ['pod-kill', 'application-down', 'gtm-dns-down']) {
        const story = struck([10, 'kill', 'pod-kill'], [40, 'next', next], [60, 'more', 'pod-kill']);
        expect(window('during kill', story), next).toEqual({ from: 10_100, until: 40_000 });
        expect(window('after kill', story), next).toEqual({ from: 10_100, until: 90_001 });
      }
      expect(window('during kill', struck([10, 'kill', 'pod-kill']))).toEqual({
        from: 10_100,
        until: 90_001,
      });
    });

    it('last on while the hub or a vantage point is struck, which no client can tell', () => {
      for (const beside of ['hub-down', 'vantage-loss']) {
        const story = struck([10, 'kill', 'pod-kill'], [40, 'beside', beside], [60, 'next', 'pod-kill']);
        expect(window('during kill', story), beside).toEqual({ from: 10_100, until: 60_000 });
      }
    });

    it('go from the first strike of a repeated one to what follows the last', () => {
      const twice = [10, 'kill.1', 'pod-kill'] as const;
      const story = struck(twice, [20, 'kill.2', 'pod-kill'], [60, 'next', 'application-down']);
      expect(window('before kill', story)).toEqual({ from: 0, until: 10_000, struck: true });
      expect(window('during kill', story)).toEqual({ from: 10_100, until: 60_000 });
      expect(window('after kill', story)).toEqual({ from: 20_100, until: 90_001 });
    });
  });

  it('are unknown without the events that they are made of', () => {
    expect(window('always', new Story().end(9000))).toBe('The timeline never began.');
    expect(window('always', new Story().timeline())).toBe('The drill did not come to its end.');
    expect(window('always', new Story().timeline().end(9000, 'failed'))).toBe(
      'The drill did not come to its end.',
    );
    for (const when of ['before outage', 'during outage', 'after outage'])
      expect(window(when, new Story().timeline().end(9000))).toBe('The fault outage never took effect.');
    const begun = new Story().timeline().fault('outage', BEIJING, { inject: 1000 }).end(9000);
    expect(window('before outage', begun)).toEqual({ from: 0, until: 1000, struck: true });
    expect(window('during outage', begun)).toBe('The fault outage never took effect.');
  });

  it('are none where nothing names one', () => {
    expect(window('during Power Cut', outage())).toBe('This version knows no window "during Power Cut".');
    expect(window('', outage())).toBe('This version knows no window "".');
  });

  it('start later when they settle, by a time or by the largest bound of the populations', () => {
    const from = (found: string | Window) => (typeof found === 'string' ? found : found.from);
    expect(from(window('during outage', outage(), 30_000))).toBe(132_000);
    expect(window('during outage', outage(), 98_000)).toBe('The window is over before it has settled.');
    // Detection 3 × 15 s + 2 s, publication 2 s, resolver 60 s and its attempt's timeout, request 5 s.
    const long = () =>
      new Story().timeline().fault('outage', BEIJING, { inject: 0, injected: 0 }).end(999_000);
    const honest = from(window('during outage', long(), 'bound', ['honest'])) as number;
    expect(honest - 47_000 - 2000 - 60_000 - 5000).toBeLessThanOrEqual(5000);
    expect(from(window('during outage', long(), 'bound'))).toBe(honest + 60_000);
  });
});
