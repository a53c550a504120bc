import * as z from 'zod';
import { succeeded } from '../../runtime/journal.ts';
import { share } from '../../runtime/yaml.ts';
import type { Observed } from '../language/values.ts';
import type { DrillRecord } from '../record.ts';
import { clusteredSample, type SplitTest, testSplit } from '../statistics.ts';
import { Tally } from '../tally.ts';
import { populations, type Window, type Windowed, windowed } from '../windows.ts';
import { expectation, inWindow } from './expectation.ts';

/** Where a successful request went that went to none of the centres. */
const ELSEWHERE = 'elsewhere';

const between = z
  .union([z.record(z.string(), share), z.array(z.string()).min(1).transform(equalShares)], {
    error: 'expected centres: [one, other] for equal shares, or { one: 70%, other: 30% }',
  })
  .refine(shares => Math.abs(Object.values(shares).reduce((sum, part) => sum + part, 0) - 1) < 1e-6, {
    error: 'the shares must make 100%',
  });

function equalShares(centres: readonly string[]): Record<string, number> {
  return Object.fromEntries(centres.map(centre => [centre, 1 / centres.length]));
}

const risk = share.refine(value => value > 0 && value < 0.5, 'must be more than 0% and less than 50%');

/**
 * Successful requests are split between centres as expected, within a margin: an equivalence test (see
 * `testSplit`) at the effective sample size, with requests of one draw counted as one choice. Requests to any other
 * centre count too, as a share that should be 0.
 */
export const split = expectation({
  name: 'split',
  schema: z.strictObject({
    between,
    /** Percentage points that a share may differ. */
    margin: risk.default(0.05),
    /** The probability of a wrong "held", and of a wrong "violated", at most. */
    alpha: risk.default(0.05),
    ...windowed,
    ...populations,
  }),
  says: ({ between, margin, ...params }) => [
    'split',
    Object.entries(between).map(([centre, share]) => ({ centre, share })),
    margin,
    params,
  ],
  judge: inWindow(({ between, margin, alpha, populations }, drill, window, findings) => {
    const test = testSplit(...observe(between, drill, window, populations), margin, alpha);
    const { sample, outcome } = test;
    if (sample.size === 0) return findings.unknown(['noSuccess']);
    const figures = figuresOf(test, alpha);
    const observed = observedIn(test, alpha);
    if (outcome === 'equivalent') return findings.held(['splitAs', observed], { figures });
    if (outcome === 'different') {
      return findings.violated(['splitBeyond', test.beyond.map(named), margin, observed], { figures });
    }
    const needed = Math.ceil((test.wanted * sample.size) / sample.effective);
    return findings.unknown(['splitUnclear', needed, test.wanted, observed], { figures });
  }),
});

type Counts = Parameters<typeof testSplit>[0];

function observe(
  between: Readonly<Record<string, number>>,
  drill: DrillRecord,
  window: Window,
  populations: Windowed['populations'],
): [Counts, ReturnType<typeof clusteredSample>] {
  const centres = Object.keys(between);
  const counts = new Tally([...centres, ELSEWHERE]);
  // By draw: how many requests. They are numbered from 1 on, and an array takes a quarter of a map's time.
  const draws: number[] = [];
  // As in `periodsOf`, no `for … of`.
  drill.requestsIn(window, populations).forEach(request => {
    if (!succeeded(request)) return;
    const { centre, draw } = request;
    counts.add(centre !== undefined && centres.includes(centre) ? centre : ELSEWHERE);
    draws[draw] = (draws[draw] ?? 0) + 1;
  });
  const compared = counts
    .entries()
    .map(([name, found]) => ({ name, expected: between[name] ?? 0, count: found }));
  return [compared, clusteredSample(Object.values(draws))];
}

function observedIn({ shares, sample, power }: SplitTest, alpha: number): Observed {
  const shown = shares
    .filter(({ name, observed }) => name !== ELSEWHERE || observed > 0)
    .map(({ name, observed, from, until }) => ({ name: named(name), observed, from, until }));
  return { shares: shown, requests: sample.size, effective: sample.effective, alpha, power };
}

function named(place: string): string | null {
  return place === ELSEWHERE ? null : place;
}

function figuresOf({ shares, sample, power }: SplitTest, alpha: number): Record<string, number> {
  const round = (value: number) => Number(value.toFixed(4));
  const figures: Record<string, number> = {
    requests: sample.size,
    effective: Number(sample.effective.toFixed(1)),
    alpha,
    power: round(power),
  };
  for (const { name, observed, from, until } of shares) {
    figures[name] = round(observed);
    figures[`${name} from`] = round(from);
    figures[`${name} until`] = round(until);
  }
  return figures;
}
