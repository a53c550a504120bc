import type { Parity, ParityRow, Spread } from '../judge/parity.ts';
import { count } from '../judge/words.ts';
import { table } from './table.ts';
import { printable, seconds } from './text.ts';

/** Both labs side by side: a table a fault, a row a phase of a population. */
export function parityText({ rows, lateness, result }: Parity, options: { width: number }): string {
  const faults = [...new Set(rows.map(({ fault }) => fault))];
  const tables = faults.map(fault => {
    const own = rows.filter(row => row.fault === fault);
    const header = ['', 'bound', 'real: least', 'median', 'most', 'simulated: least', 'median', 'most', ''];
    return [
      `Recovery from ${printable(fault)}, in seconds`,
      ...table(header, own.map(cells), options.width),
    ].join('\n');
  });
  const [real, simulated] = [runs(rows, 'real'), runs(rows, 'simulated')];
  const told =
    `${result.toUpperCase()}: ${rows.filter(row => row.result === 'held').length} of ${rows.length} rows agree, ` +
    `over ${real} real and ${simulated} simulated runs; real timers were at most ${lateness} ms late.`;
  return `${[...tables, [told, ...whyUnknown(rows)].join('\n')].join('\n\n')}\n`;
}

function whyUnknown(rows: readonly ParityRow[]): string[] {
  const unknown = rows.filter(({ result }) => result === 'unknown');
  const alone = unknown.filter(({ real, simulated }) => real === undefined || simulated === undefined).length;
  const few = unknown.length - alone;
  return [
    ...(rows.length === 0 ? ['No run recovered from a fault, so there is nothing to compare.'] : []),
    ...(alone > 0 ? [`UNKNOWN: ${count(alone, 'row')} of one lab alone.`] : []),
    ...(few > 0 ? [`UNKNOWN: ${count(few, 'row')} that so few real runs cannot tell apart; take more.`] : []),
  ];
}

function cells({ of, phase, bound, real, simulated, result }: ParityRow): string[] {
  const figures = (spread: Spread | undefined) =>
    spread === undefined
      ? ['-', '-', '-']
      : [spread.least, spread.median, spread.most].map(ms => (Number.isFinite(ms) ? seconds(ms) : 'never'));
  return [
    `${of} ${phase === 'rto' ? 'RTO' : phase}`,
    bound === null ? '-' : seconds(bound),
    ...figures(real),
    ...figures(simulated),
    result === 'held' ? 'alike' : result === 'violated' ? 'DIFFERENT' : 'UNKNOWN',
  ];
}

const runs = (rows: readonly ParityRow[], lab: 'real' | 'simulated') =>
  Math.max(0, ...rows.map(row => row[lab]?.runs ?? 0));
