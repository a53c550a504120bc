import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../src/judge/verdict.ts';
import { verdictText } from '../../src/report/terminal.ts';
import { columns } from '../../src/report/text.ts';
import { sampleVerdict } from './sample.ts';

const plain = { color: false, width: 100 };

test('a verdict shows shares per period, recovery per population, expectations, and what it comes to', () => {
  expect(verdictText(sampleVerdict, plain)).toBe(`\
Period         requests  errors  cluster1-beijing  cluster2-beijing  cluster1-hangzhou
before outage      1000       0             50.3%             49.7%               0.0%
during outage      3000    1021             20.0%             14.0%              66.0%

Population  requests  errors  share
honest          3200     821  25.7%
jvm              800     200  25.0%

Recovery from outage, in seconds: measured/bound
Population          RTO     detect   decide  publish   resolver   client  connection
honest      105.5/114.0  45.1/47.0  0.0/0.0  2.0/2.0  58.3/60.0  0.0/0.0     0.0/5.0
jvm               never          -        -        -          -        -           -

Expectations
  held      split: 50% cluster1-beijing and 50% cluster2-beijing, within 5% (before outage)
            n = 1000: cluster1-beijing 50.3% (47.7% to 52.9%).
  VIOLATED  rto-below: RTO after outage: jvm at most 2 min
            jvm never recovered: its last request at T+06:39.8 still got "503" <from
            cluster1-beijing> & had got it since the fault struck. (journal lines 4001, 4002, 4003,
            4004, 4005, ...)
  UNKNOWN   converged: the objects in every centre are those of the plan
            Nothing was compared.

VIOLATED: 1 of 3 expectations violated: rto-below
`);
});

test('no line is wider than the terminal, however narrow', () => {
  for (const width of [100, 80, 60]) {
    const lines = verdictText(sampleVerdict, { color: true, width }).split('\n');
    expect(Math.max(...lines.map(columns))).toBeLessThanOrEqual(width);
  }
});

test('colour changes no word', () => {
  const coloured = verdictText(sampleVerdict, { color: true, width: 100 });
  expect(coloured).toContain('\u001b[');
  expect(stripVTControlCharacters(coloured)).toBe(verdictText(sampleVerdict, plain));
});

describe('the last line', () => {
  const last = (changes: Partial<Verdict>) =>
    verdictText({ ...sampleVerdict, ...changes }, plain)
      .trimEnd()
      .split('\n')
      .at(-1);
  const [held, , unknown] = sampleVerdict.expectations;

  test('says that all held', () => {
    expect(last({ verdict: 'held', expectations: [held, held] as never })).toBe(
      'HELD: all 2 expectations held',
    );
  });

  test('names what could not be judged', () => {
    expect(last({ verdict: 'unknown', expectations: [held, unknown] as never })).toBe(
      'UNKNOWN: 1 of 2 expectations could not be judged: converged',
    );
  });

  test('says when nothing was expected', () => {
    expect(last({ verdict: 'unknown', expectations: [] })).toBe(
      'UNKNOWN: the scenario expects nothing, so nothing was proved',
    );
  });
});

test('a fault that no client noticed takes a line, not a table', () => {
  const [population] = sampleVerdict.populations;
  const calm = { ...population, recoveries: [{ ...population?.recoveries[0], fault: 'drift', rto: 0 }] };
  const text = verdictText({ ...sampleVerdict, populations: [calm] as never }, plain);
  expect(text).toContain('Recovery from drift: no client saw an error.\n');
  expect(text).not.toContain('measured/bound');
});

test('no name from a journal steers the terminal', () => {
  const evil = 'x\u001b[2J\u009b\u202e';
  const [period] = sampleVerdict.periods;
  const [population] = sampleVerdict.populations;
  const noticed = { ...population?.recoveries[0], fault: evil };
  const calm = { ...noticed, fault: `calm${evil}`, rto: 0 };
  const verdict = {
    ...sampleVerdict,
    periods: [{ ...period, name: evil, centres: { [evil]: { requests: 1, share: 1 } } }],
    populations: [
      { ...population, name: evil, recoveries: [noticed] },
      { ...population, recoveries: [calm] },
    ],
  };
  expect(verdictText(verdict as never, plain)).not.toMatch(/[^\n\x20-\x7e]/);
});

test('a drill without clients says so', () => {
  expect(verdictText({ ...sampleVerdict, populations: [], periods: [] }, plain)).toMatch(
    /^No clients asked\.\n/,
  );
});
