import { describe, expect, test } from 'vitest';
import { runDrill } from '../../src/drill/runner.ts';
import { listScenarios, loadScenario } from '../../src/drill/scenario.ts';
import { toNdjson } from '../../src/runtime/journal-memory.ts';

/** What the article's own design does not carry: a finding, not a bug. */
const FINDINGS = new Set(['capacity-hangzhou']);

const drill = (name: string, seed: number) => runDrill(loadScenario(name), { lab: 'simulated', seed });

describe.each(listScenarios().map(({ name }) => name))('%s', name => {
  test(FINDINGS.has(name) ? 'is violated: a finding' : 'is held on the shipped design', async () => {
    const { verdict } = await drill(name, 7);
    const fallen = verdict.expectations.filter(({ result }) => result !== 'held');
    if (FINDINGS.has(name)) expect(fallen.map(({ result }) => result)).toContain('violated');
    else expect(fallen).toEqual([]);
    expect(verdict.verdict).toBe(FINDINGS.has(name) ? 'violated' : 'held');
  });

  test('gives the same journal for the same seed, byte for byte, and another for another', async () => {
    const journal = async (seed: number) => toNdjson((await drill(name, seed)).events);
    const first = await journal(11);
    expect(await journal(11)).toBe(first);
    expect(await journal(12)).not.toBe(first);
  });
});
