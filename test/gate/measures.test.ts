import { expect, test } from 'vitest';
import { runDrill } from '../../src/drill/runner.ts';
import { loadScenario, type Scenario } from '../../src/drill/scenario.ts';
import { measuresOf } from '../../src/gate/measures.ts';

async function measured(scenario: string, change = (loaded: Scenario) => loaded) {
  const { events, verdict } = await runDrill(change(loadScenario(scenario)), { lab: 'simulated', seed: 1 });
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

test('know a population that never asked, and that its recovery was not seen', async () => {
  const { measures } = await measured('beijing-down', ({ clients, ...others }) => {
    const populations = clients.populations.flatMap(each =>
      each.name === 'honest' && each.share !== undefined
        ? [
            { ...each, share: each.share - 1e-9 },
            { ...each, name: 'silent', share: 1e-9 },
          ]
        : [each],
    );
    return { ...others, clients: { ...clients, populations } };
  });
  expect(measures.recoveries).toContainEqual({
    fault: 'outage',
    population: 'silent',
    ended: null,
    rto: null,
  });
});

test('show a standby that is asked for more than it can serve', async () => {
  const { measures } = await measured('capacity-hangzhou');
  expect(measures.verdict).toBe('violated');
  expect(measures.capacity).toBeGreaterThan(1);
});
