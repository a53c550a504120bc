import { expect, test } from 'vitest';
import type { GateRow, GateVerdict } from '../../src/gate/judge.ts';
import { gateJunit, gateMarkdown, gateText } from '../../src/report/gate.ts';

function verdictOf(row: Partial<GateRow>): GateVerdict {
  const figure: GateRow = {
    scenario: 'one',
    name: 'errors',
    unit: 'share',
    value: 0.1,
    result: 'violated',
    note: 'over its budget',
    ...row,
  };
  return { result: figure.result, seeds: 1, measured: new Map([['one', []]]), rows: [figure] };
}

test.each<[Partial<GateRow>, string, string]>([
  [{ value: 0.1, budget: 0.05, baseline: 0.1 }, '10.0%', '5.0%'],
  [{ value: 0.00005, budget: 0 }, '0.01%', '0.00%'],
  [{ value: 0.86501, budget: 0.865 }, '86.501%', '86.500%'],
  [{ unit: 'ms', value: 86_496, budget: 86_495 }, '86.496 s', '86.495 s'],
  [{ unit: 'ms', value: null, budget: 86_495 }, 'never', '86.5 s'],
  [{ unit: 'ms', value: undefined, budget: 86_495 }, '-', '86.5 s'],
  [{ unit: 'count', value: 2, budget: 1 }, '2', '1'],
])('figures that differ look different: %o', (row, measured, budget) => {
  const verdict = verdictOf(row);
  const told = `measured ${measured}, budget ${budget}, baseline `;
  expect(gateText(verdict, { color: false, width: 100 })).toContain(told);
  expect(gateJunit(verdict, '0.1.0')).toContain(told);
  expect(gateMarkdown(verdict)).toContain(`| ${measured} | ${budget} |`);
});
