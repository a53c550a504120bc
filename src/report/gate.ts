import { endless, type GateRow, type GateVerdict } from '../gate/judge.ts';
import { overall } from '../judge/verdict.ts';
import { count } from '../judge/words.ts';
import { type JunitCase, junitDocument } from './junit.ts';
import { table } from './table.ts';
import { COLOURS, hanging, mark, padEnd, paint, percent, printable, seconds } from './text.ts';

/** A gate's verdict for people: a line a scenario, what did not hold or got better, and what it comes to. */
export function gateText(verdict: GateVerdict, options: { color: boolean; width: number }): string {
  const colours = paint(options.color);
  const { rows, result } = verdict;
  const header = ['Scenario', 'held', 'RTO p50', 'RTO p99', 'errors', 'switches', 'capacity', 'result'];
  const summary = table(
    header,
    [...scenariosOf(rows)].map(([name, own]) => summaryCells(name, own)),
    options.width,
  );
  const told = rows.filter(({ note }) => note !== '');
  const conclusion = colours('bold', colours(COLOURS[result], conclusionOf(verdict)));
  const paragraphs = [summary.join('\n'), ...told.map(row => toldLines(row, options.width)), conclusion];
  return `${paragraphs.join('\n\n')}\n`;
}

function scenariosOf(rows: readonly GateRow[]): ReadonlyMap<string, readonly GateRow[]> {
  return Map.groupBy(rows, ({ scenario }) => scenario);
}

/** A scenario's figures in a line; of the recoveries that were seen the slowest. */
function summaryCells(name: string, rows: readonly GateRow[]): string[] {
  const [drills, ...others] = rows;
  const slowest = (percentile: string) => {
    const times = others.flatMap(({ unit, name, value }) =>
      unit === 'ms' && name.endsWith(percentile) && value !== undefined ? [value] : [],
    );
    return figureText('ms', times.toSorted((one, other) => endless(other) - endless(one))[0]);
  };
  const figure = (wanted: string) => {
    const row = others.find(each => each.name === wanted);
    return row === undefined ? '-' : figureText(row.unit, row.value);
  };
  return [
    name,
    drills?.value === undefined ? '-' : `${drills.value} of ${drills.budget ?? 0}`,
    slowest('p50'),
    slowest('p99'),
    figure('errors'),
    figure('switches'),
    figure('capacity'),
    mark(overall(rows)),
  ];
}

function toldLines(row: GateRow, width: number): string {
  const [measured, budget, baseline] = figures(row);
  const first = hanging(
    `${padEnd(mark(row.result), 8)}  `,
    `${row.scenario}: ${row.name}: ${row.note}`,
    width,
  );
  return [...first, `          measured ${measured}, budget ${budget}, baseline ${baseline}`].join('\n');
}

/** The same as JUnit XML: a suite a scenario, a case a figure. */
export function gateJunit({ rows, seeds }: GateVerdict, version: string): string {
  return junitDocument(
    [...scenariosOf(rows)].map(([name, own]) => ({
      name,
      time: 0,
      properties: { version, lab: 'simulated', seeds },
      cases: own.map(caseOf),
    })),
  );
}

function caseOf(row: GateRow): JunitCase {
  const [measured, budget, baseline] = figures(row);
  const held = `measured ${measured}, budget ${budget}, baseline ${baseline}`;
  return { name: row.name, result: row.result, type: 'gate', message: `${row.note} (${held})` };
}

/** The same as a GitHub step summary, which is Markdown: what did not hold first, all figures behind a fold. */
export function gateMarkdown(verdict: GateVerdict): string {
  const bad = verdict.rows.filter(({ result }) => result !== 'held');
  return [
    `## liangdi: ${escapeMarkdown(conclusionOf(verdict))}`,
    '',
    ...(bad.length === 0 ? [] : [...markdownTable(bad), '']),
    `<details><summary>All ${count(verdict.rows.length, 'figure')}</summary>`,
    '',
    ...markdownTable(verdict.rows),
    '',
    '</details>',
    '',
  ].join('\n');
}

function markdownTable(rows: readonly GateRow[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  return [
    line(['Scenario', 'Figure', 'Measured', 'Budget', 'Baseline', 'Result', 'Note']),
    '| --- | --- | ---: | ---: | ---: | --- | --- |',
    ...rows.map(row => line([row.scenario, row.name, ...figures(row), mark(row.result), row.note])),
  ];
}

/** No name or note makes a cell, a link, a tag or a line of its own. */
function escapeMarkdown(text: string): string {
  return printable(text).replace(/[\\`*_{}[\]<>|#~]/g, character => `&#${character.charCodeAt(0)};`);
}

/** Measured, budget and baseline, with as many decimals as different ones need to look different. */
function figures({ unit, value, budget, baseline }: GateRow): readonly string[] {
  const all = [value, budget, baseline];
  const texts = DECIMALS.map(decimals => all.map(figure => figureText(unit, figure, decimals)));
  const different = new Set(all).size;
  return texts.find(each => new Set(each).size === different) ?? texts.at(-1) ?? [];
}

const DECIMALS = [1, 2, 3, 4, 5, 6];

function figureText(unit: GateRow['unit'], figure: number | null | undefined, decimals = 1): string {
  if (figure === undefined) return '-';
  if (figure === null) return 'never';
  if (unit === 'ms') return `${seconds(figure, decimals)} s`;
  return unit === 'share' ? percent(figure, decimals) : String(figure);
}

function conclusionOf({ result, rows, measured, seeds }: GateVerdict): string {
  const drills = `${count(measured.size, 'scenario')} with ${count(seeds, 'seed')}`;
  const those = rows.filter(row => row.result === result);
  if (result === 'held') return `HELD: all ${count(rows.length, 'figure')} of ${drills} held`;
  const what = result === 'violated' ? 'violated' : 'could not be judged';
  return `${result.toUpperCase()}: ${those.length} of ${count(rows.length, 'figure')} ${what}, of ${drills}`;
}
