/** Drills of beijing-down: bring-up, rollout, faults, clients, the journal file's bytes, the verdict. */
import { runDrill } from '../../src/drill/runner.ts';
import { loadScenario } from '../../src/drill/scenario.ts';
import { toNdjson } from '../../src/runtime/journal-memory.ts';
import { serveBlocks } from './blocks.ts';

const scenario = loadScenario('beijing-down');
const unknown: number[] = [];

serveBlocks(async seed => {
  const { events, verdict } = await runDrill(scenario, { lab: 'simulated', seed });
  // The split's power is 99.9%: of a thousand seeds, one may have drawn too unevenly to tell.
  if (verdict.verdict === 'unknown') unknown.push(seed);
  if (verdict.verdict === 'violated' || unknown.length > 5)
    throw new Error(`seed ${seed}: ${verdict.verdict}`);
  const bytes = toNdjson(events).length;
  const doubts = unknown.length > 0 ? `; unknown so far: seed ${unknown.join(', ')}` : '';
  return `${events.length} events, ${bytes} bytes of journal${doubts}`;
});
