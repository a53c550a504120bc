import { expect, test } from 'vitest';
import { judge } from '../../src/judge/judge.ts';
import { smallDrill } from '../faults/small-drill.ts';

test('APIs that are away at the end hold up the comparison once, and no figure counts that time', async () => {
  const journal = await smallDrill(
    [{ at: '20s', fault: 'control-plane-down', on: ['cluster1-beijing', 'cluster2-beijing'] }],
    '60s',
  );
  const [over] = journal.of('timeline-end');
  expect(journal.time(over?.at ?? 0)).toBeCloseTo(60, 0);
  expect(journal.differences.length).toBeGreaterThan(2);
  expect(journal.differences.every(({ differences }) => differences.includes('unreachable'))).toBe(true);
  const [end] = journal.of('end');
  expect((end?.at ?? 0) - (over?.at ?? 0)).toBeLessThan(11_000);
  // Nobody asks, and nobody checks.
  for (const kind of ['request', 'answer', 'probe'] as const)
    expect(journal.of(kind).every(({ at }) => at <= (over?.at ?? 0))).toBe(true);
  expect(judge(journal.events).periods.at(-1)?.until).toBe(over?.at);
});
