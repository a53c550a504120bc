import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { recordDrill } from '../../src/drill/runner.ts';
import { loadScenario, type Scenario } from '../../src/drill/scenario.ts';
import type { FaultEntry } from '../../src/drill/timeline.ts';
import { judge } from '../../src/judge/judge.ts';
import type { Recovery } from '../../src/judge/verdict.ts';
import { type FaultEvent, type RequestEvent, succeeded } from '../../src/runtime/journal.ts';

/*
 * What a fault did is no guess here: the same drill runs without it. Its recovery may leave open what it did; what it says
 * for certain must agree with that drill.
 */

const steady = loadScenario('steady');
const BEIJING = ['cluster1-beijing', 'cluster2-beijing'];
const HANGZHOU = 'cluster1-hangzhou';
const VANTAGE = ['beijing-alibaba', 'shanghai-alibaba', 'nanjing-mobile'];
const both = { direction: 'both' };

const target = fc.oneof(
  fc.record({
    on: fc.constantFrom(...[...BEIJING, HANGZHOU].map(centre => [centre]), BEIJING, [...BEIJING, HANGZHOU]),
    what: fc.constantFrom<[string, object]>(
      ['application-down', {}],
      ['application-error', { share: 0.3 }],
      ['application-slow', { delay: 6000 }],
      ['ingress-down', {}],
      ['cluster-pause', {}],
      ['control-plane-down', {}],
      ['loss', { ...both, from: ['*'], share: 0.1 }],
      ['latency', { ...both, from: ['clients'], latency: 1, jitter: 0 }],
      ['partition', { ...both, from: ['vantage'] }],
    ),
  }),
  fc.record({
    on: fc.constant(VANTAGE),
    what: fc.constant<[string, object]>(['vantage-loss', {}]),
  }),
);

const fault = (name: string): fc.Arbitrary<FaultEntry> =>
  fc
    .record({ at: fc.integer({ min: 20, max: 120 }), lasts: fc.integer({ min: 20, max: 180 }), target })
    .map(({ at, lasts, target: { on, what } }) => ({
      ...{ name, at: at * 1000, for: lasts * 1000, on },
      ...{ fault: what[0], params: what[1] },
    }));

const drills = fc.record({
  faults: fc.tuple(fault('one'), fault('other')),
  whenAllDown: fc.constantFrom('default' as const, 'empty' as const),
  seed: fc.integer({ min: 1, max: 1000 }),
});

type Drill = typeof drills extends fc.Arbitrary<infer D> ? D : never;

/** Times count from the begin of the timeline, which is not the same where another drill rolls out longer. */
async function run({ whenAllDown, seed }: Drill, faults: readonly FaultEntry[]) {
  const scenario: Scenario = {
    ...steady,
    gtm: { ...steady.gtm, emulator: { ...steady.gtm.emulator, whenAllDown } },
    clients: { ...steady.clients, rate: 12 },
    timeline: faults.toSorted((one, other) => one.at - other.at),
    ends: 360_000,
    expect: [],
  };
  const events = await recordDrill(scenario, { lab: 'simulated', seed });
  const begins = events.find(({ kind }) => kind === 'timeline')?.at ?? 0;
  const requests = events.flatMap(event =>
    event.kind === 'request' ? [{ ...event, at: event.at - begins, sent: event.sent - begins }] : [],
  );
  const edge = (name: string, step: FaultEvent['step']) => {
    const event = events.find(each => each.kind === 'fault' && each.name === name && each.step === step);
    return ((event as FaultEvent | undefined)?.since ?? event?.at ?? Number.POSITIVE_INFINITY) - begins;
  };
  return { events, requests, edge };
}

type Run = Awaited<ReturnType<typeof run>>;

function share({ requests }: Run, counts: (request: RequestEvent) => boolean): number {
  const some = requests.filter(counts);
  return some.length === 0 ? 0 : some.filter(request => !succeeded(request)).length / some.length;
}

/** The last error that is certainly the fault's comes as often without it, and not of the fault alone. */
async function isConvicted(drill: Drill, name: string, full: Run, without: Run, own: Own): Promise<boolean> {
  const { population, atLeast } = own;
  if (atLeast === 0) return false;
  const at = full.edge(name, 'injected') + atLeast;
  const error = full.requests.find(
    each => each.at === at && each.population === population && !succeeded(each),
  );
  const near = ({ at: ended }: RequestEvent) => Math.abs(ended - at) < 5000;
  const counts = [
    (each: RequestEvent) => near(each) && each.population === population,
    (each: RequestEvent) => near(each) && each.address === error?.address,
  ];
  const isAs = (run: Run, much: number) =>
    counts.map(those => share(run, those) > 0 && share(run, those) >= much * share(full, those));
  if (!isAs(without, 0.8).every(Boolean)) return false;
  const alone = await run(
    drill,
    drill.faults.filter(each => each.name === name),
  );
  return !isAs(alone, 0.5).some(Boolean);
}

/** Later errors, while it is in force, are not there without it; unless the other struck when it had been recovered from. */
function isMissed(name: string, other: string, full: Run, without: Run, own: Own): boolean {
  const { population, ended, rto } = own;
  if (ended !== true || rto === null) return false;
  const recovered = full.edge(name, 'injected') + rto;
  if (rto > 0 && full.edge(other, 'inject') > recovered) return false;
  const healed = full.edge(name, 'heal') - 1000;
  for (let from = recovered + 1; from + 20_000 < healed; from += 20_000) {
    const counts = (each: RequestEvent) =>
      each.population === population && each.at > recovered && each.sent >= from && each.sent < from + 20_000;
    const errors = full.requests.filter(each => counts(each) && !succeeded(each)).length;
    if (errors >= 8 && share(without, counts) === 0) return true;
  }
  return false;
}

type Own = Pick<Recovery, 'atLeast' | 'rto' | 'ended'> & { readonly population: string };

test('what is certain of a fault agrees with the drill without it', { timeout: 30_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(drills, async drill => {
      const full = await run(drill, drill.faults);
      const { populations } = judge(full.events);
      const wrong: unknown[] = [];
      for (const [i, { name }] of drill.faults.entries()) {
        const other = drill.faults[1 - i] as FaultEntry;
        const without = await run(drill, [other]);
        for (const { name: population, recoveries } of populations) {
          const recovery = recoveries.find(each => each.fault === name);
          if (recovery === undefined) continue;
          const { atLeast, rto, ended } = recovery;
          const own = { population, atLeast, rto, ended };
          if (await isConvicted(drill, name, full, without, own)) wrong.push({ convicted: name, ...own });
          if (isMissed(name, other.name, full, without, own)) wrong.push({ missed: name, ...own });
        }
      }
      expect(wrong).toEqual([]);
    }),
    // Always the same drills: others differ now and then by chance alone, where it falls otherwise without the fault.
    { numRuns: 8, seed: 1, endOnFailure: true },
  );
});
