import type { ExpectationResult, PhaseTime, PopulationResult, Recovery, Verdict } from '../judge/verdict.ts';
import { PHASES } from '../judge/verdict.ts';
import { count } from '../judge/words.ts';
import { table } from './table.ts';
import { COLOURS, hanging, mark, padEnd, paint, percent, printable, seconds, wrap } from './text.ts';

/** A verdict for people: shares per period, recovery per population, expectations, and what it comes to. */
export function verdictText(verdict: Verdict, options: { color: boolean; width: number }): string {
  const paragraphs = [
    periods(verdict, options.width),
    populations(verdict, options.width),
    ...recoveries(verdict, options.width),
    expectations(verdict, options),
    conclusion(verdict, options),
  ];
  return paragraphs
    .filter(lines => lines.length > 0)
    .map(lines => `${lines.join('\n')}\n`)
    .join('\n');
}

function periods(verdict: Verdict, width: number): string[] {
  if (verdict.periods.length === 0) return [];
  const centres = [...new Set(verdict.periods.flatMap(period => Object.keys(period.centres)))];
  const rows = verdict.periods.map(period => [
    period.name,
    String(period.requests),
    String(period.errors),
    ...centres.map(centre => (period.requests === 0 ? '-' : percent(period.centres[centre]?.share ?? 0))),
  ]);
  return table(['Period', 'requests', 'errors', ...centres], rows, width);
}

function populations(verdict: Verdict, width: number): string[] {
  if (verdict.populations.length === 0) return ['No clients asked.'];
  const rows = verdict.populations.map(population => [
    population.name,
    String(population.requests),
    String(population.errors),
    population.requests === 0 ? '-' : percent(population.errors / population.requests),
  ]);
  return table(['Population', 'requests', 'errors', 'share'], rows, width);
}

/** One table a fault; a fault that no client noticed takes a line. */
function recoveries(verdict: Verdict, width: number): string[][] {
  const faults = [
    ...new Set(verdict.populations.flatMap(({ recoveries }) => recoveries.map(({ fault }) => fault))),
  ];
  return faults.map(fault => {
    const rows = verdict.populations.flatMap(population =>
      population.recoveries
        .filter(recovery => recovery.fault === fault)
        .map(recovery => ({ population, recovery })),
    );
    if (rows.every(({ recovery }) => recovery.rto === 0))
      return [`Recovery from ${printable(fault)}: no client saw an error.`];
    return [
      `Recovery from ${printable(fault)}, in seconds: measured/bound`,
      ...table(['Population', 'RTO', ...PHASES], rows.map(recoveryRow), width),
    ];
  });
}

function recoveryRow({
  population,
  recovery,
}: {
  population: PopulationResult;
  recovery: Recovery;
}): string[] {
  return [population.name, rto(recovery), ...PHASES.map(phase => measured(recovery.phases[phase]))];
}

function rto(recovery: Recovery): string {
  const { ended, rto, atLeast, bound } = recovery;
  if (ended === false) return 'never';
  const from = rto !== null && atLeast < rto ? `${seconds(atLeast)}-` : '';
  return from + measured({ ms: rto, bound });
}

function measured({ ms, bound }: PhaseTime): string {
  if (ms === null) return '-';
  return bound === null ? `${seconds(ms)}/-` : `${seconds(ms)}/${seconds(bound)}`;
}

const NOTHING_EXPECTED = 'the scenario expects nothing, so nothing was proved';

function expectations(verdict: Verdict, options: { color: boolean; width: number }): string[] {
  if (verdict.expectations.length === 0) return [];
  return [
    'Expectations',
    ...verdict.expectations.flatMap(expectation => expectationLines(expectation, options)),
  ];
}

function expectationLines(
  { name, says, result, evidence }: ExpectationResult,
  options: { color: boolean; width: number },
): string[] {
  const label = paint(options.color)(COLOURS[result], padEnd(mark(result), 8));
  const lines = evidence.lines ?? [];
  const where = result === 'held' || lines.length === 0 ? '' : ` (journal ${lineNumbers(lines)})`;
  return [
    ...hanging(`  ${label}  `, `${name}: ${says}`, options.width),
    ...hanging(' '.repeat(12), evidence.text + where, options.width),
  ];
}

function lineNumbers(lines: readonly number[]): string {
  const shown = lines.slice(0, 5).join(', ');
  return `${lines.length === 1 ? 'line' : 'lines'} ${shown}${lines.length > 5 ? ', ...' : ''}`;
}

function conclusion(verdict: Verdict, options: { color: boolean; width: number }): string[] {
  const [first = '', ...rest] = wrap(`${verdict.verdict.toUpperCase()}: ${reason(verdict)}`, options.width);
  const colours = paint(options.color);
  return [first, ...rest].map(line => colours('bold', colours(COLOURS[verdict.verdict], line)));
}

function reason({ verdict, expectations }: Verdict): string {
  const all = expectations.length;
  if (all === 0) return NOTHING_EXPECTED;
  const those = expectations.filter(({ result }) => result === verdict);
  const names = [...new Set(those.map(({ name }) => name))].join(', ');
  switch (verdict) {
    case 'held':
      return all === 1 ? 'the expectation held' : `all ${all} expectations held`;
    case 'violated':
      return `${those.length} of ${count(all, 'expectation')} violated: ${names}`;
    case 'unknown':
      // What is judged unasked held.
      if (those.length === 0) return NOTHING_EXPECTED;
      return `${those.length} of ${count(all, 'expectation')} could not be judged: ${names}`;
  }
}
