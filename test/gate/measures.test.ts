import { expect, test } from 'vitest';
import { runDrill } from '../../src/drill/runner.ts';
import { loadScenario } from '../../src/drill/scenario.ts';
import { measuresOf } from '../../src/gate/measures.ts';

async function measured(scenario: string) {
  const { events, verdict } = await runDrill(loadScenario(scenario), { lab: 'simulated', seed: 1 });
  return { events, verdict, measures: measuresOf(1, events, verdict) };
}

test('are those of the verdict', async () => {
  const { verdict, measures } = await measured('beijing-down');
  expect(measures).toMatchObject({ seed: 1, verdict: 'held', failing: [], switches: 1 });
  expect(measures.recoveries).toEqual(
    verdict.populations.map(({ name, rto }) => ({ fault: 'outage', population: name, ended: true, rto })),
  );
  // Hangzhou's one pod serves 25 requests a second, and gets about seven.
  expect(measures.capacity).toBeGreaterThan(0.28);
  expect(measures.capacity).toBeLessThan(0.5);
});

test('show a standby that is asked for more than it can serve', async () => {
  const { measures } = await measured('capacity-hangzhou');
  expect(measures.verdict).toBe('violated');
  expect(measures.capacity).toBeGreaterThan(1);
});
