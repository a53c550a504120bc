import * as z from 'zod';
import { succeeded } from '../../runtime/journal.ts';
import { share } from '../../runtime/yaml.ts';
import type { DrillRecord } from '../record.ts';
import { clusteredSample, type SplitTest, testSplit } from '../statistics.ts';
import { Tally } from '../tally.ts';
import { describeWindow, populations, type Window, type Windowed, windowed } from '../windows.ts';
import { count, list, percent } from '../words.ts';
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
  says: ({ between, margin, ...params }) =>
    `successful requests split ${describeShares(between)}, within ${percent(margin)} (${describeWindow(params)})`,
  judge: inWindow(({ between, margin, alpha, populations }, drill, window, findings) => {
    const test = testSplit(...observe(between, drill, window, populations), margin, alpha);
    const { sample, outcome } = test;
    if (sample.size === 0) return findings.unknown('No request succeeded.');
    const figures = figuresOf(test, alpha);
    const text = describe(test, alpha);
    if (outcome === 'equivalent') return findings.held(text, { figures });
    if (outcome === 'different') {
      const strayed = `${list(test.beyond)}: shown to be beyond the margin of ${percent(margin)}. ${text}`;
      return findings.violated(strayed, { figures });
    }
    const needed = Math.ceil((test.wanted * sample.size) / sample.effective);
    return findings.unknown(
      `Too few independent requests to tell: about ${needed} requests like these (${test.wanted} independent ones) would do. ${text}`,
      { figures },
    );
  }),
});

function describeShares(shares: Readonly<Record<string, number>>): string {
  return list(Object.entries(shares).map(([centre, part]) => `${percent(part)} ${centre}`));
}

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
  for (const request of drill.requestsIn(window, populations)) {
    if (!succeeded(request)) continue;
    const { centre, draw } = request;
    counts.add(centre !== undefined && centres.includes(centre) ? centre : ELSEWHERE);
    draws[draw] = (draws[draw] ?? 0) + 1;
  }
  const compared = counts
    .entries()
    .map(([name, found]) => ({ name, expected: between[name] ?? 0, count: found }));
  return [compared, clusteredSample(Object.values(draws))];
}

function describe({ shares, sample, power }: SplitTest, alpha: number): string {
  const observed = shares
    .filter(({ name, observed }) => name !== ELSEWHERE || observed > 0)
    .map(
      ({ name, observed, from, until }) =>
        `${name} ${percent(observed)} (${percent(from)} to ${percent(until)})`,
    );
  const worth = `${count(sample.size, 'request')} worth ${Math.floor(sample.effective)} independent ones`;
  return `${observed.join(', ')}, of ${worth}; error rate ${percent(alpha)}, power ${percent(power)}.`;
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
