import { describe, expect, it } from 'vitest';
import { judge } from '../../src/judge/judge.ts';
import type { JournalEvent } from '../../src/runtime/journal.ts';
import { smallDrill } from '../faults/small-drill.ts';

const BEIJING = 'cluster1-beijing';

/** Four requests a second of `people`, one about every second of `loop`; checks every 15 s. */
const { events } = await smallDrill([], '180s', {
  populations: [
    { name: 'people', share: '100%', clients: 4 },
    { name: 'loop', loop: { every: '1s' } },
  ],
});
const begins = events.find(({ kind }) => kind === 'timeline')?.at ?? 0;

/** What the journal without these events says was not seen, from one second of the timeline to another. */
function observedWithout(from: number, until: number, missing: (event: JournalEvent) => boolean) {
  return observed(
    events.filter(
      event => !(event.at >= begins + from * 1000 && event.at < begins + until * 1000 && missing(event)),
    ),
  );
}

function observed(journal: readonly JournalEvent[]) {
  const found = judge(journal).expectations.find(({ name }) => name === 'observed');
  return found && `${found.result}: ${found.evidence.text}`;
}

const asks = (name: string) => (event: JournalEvent) => event.kind === 'request' && event.population === name;

describe('what was not seen for a part of the drill', () => {
  it('is nothing in a drill that went its way', () => {
    expect(observed(events)).toBeUndefined();
  });

  it('is a population that asked nothing for too long', () => {
    const text =
      /^unknown: Nothing was seen of people from T\+00:59\.\d to T\+01:30\.\d, though .* were due\.$/;
    expect(observedWithout(60, 90, asks('people'))).toMatch(text);
    expect(observedWithout(0, 180, asks('people'))).toContain('of people from T+00:00.0 to T+03:00.0');
    expect(observedWithout(60, 90, asks('loop'))).toContain('of loop from T+00:59');
  });

  it('is not what chance may leave out', () => {
    expect(observedWithout(60, 65, asks('people'))).toBeUndefined();
    expect(observedWithout(60, 62, asks('loop'))).toBeUndefined();
  });

  it('is a centre that nobody checked for too long', () => {
    const checks = (event: JournalEvent) => event.kind === 'probe' && event.centre === BEIJING;
    expect(observedWithout(60, 120, checks)).toContain(`of ${BEIJING} from T+00:5`);
    expect(observedWithout(60, 70, checks)).toBeUndefined();
  });

  it('is all that follows where a journal lacks its second half', () => {
    const isLast = ({ kind }: JournalEvent) => kind === 'end' || kind === 'timeline-end';
    const half = observedWithout(90, 1000, event => !isLast(event));
    for (const name of ['people', 'loop', BEIJING]) expect(half).toContain(`of ${name} from T+01:`);
    // Though its end be moved up.
    const early = events.filter(event => event.at < begins + 90_000 || isLast(event));
    const moved = early.map(event => (isLast(event) ? { ...event, at: begins + 90_000 } : event));
    expect(observed(moved)).toContain('to T+03:00.0');
  });

  it('may be so much longer as timers were late', () => {
    const late = events.map(event => (event.kind === 'end' ? { ...event, lateness: 7000 } : event));
    const isMissing = asks('people');
    expect(
      observed(
        late.filter(
          event => !(isMissing(event) && event.at >= begins + 60_000 && event.at < begins + 90_000),
        ),
      ),
    ).toBeUndefined();
  });
});

describe('a fault of the timeline that was not seen to take effect', () => {
  it('makes a drill unknown, whatever was expected', async () => {
    const outage = { at: '20s', fault: 'application-down', on: [BEIJING], for: '30s' };
    const journal = (await smallDrill([outage], '90s')).events;
    expect(observed(journal)).toBeUndefined();
    const without = journal.filter(event => !(event.kind === 'fault' && event.step === 'injected'));
    expect(observed(without)).toBe('unknown: It was not seen that application-down took effect.');
    expect(observed(journal.filter(({ kind }) => kind !== 'fault'))).toContain('application-down');
  });
});
