/** Drills of beijing-down: bring-up, rollout, faults, clients, the journal file's bytes; with `verdict`, that too. */

import { recordDrill } from '../../src/drill/runner.ts';
import { loadScenario } from '../../src/drill/scenario.ts';
import { judge } from '../../src/judge/judge.ts';
import type { JournalEvent } from '../../src/runtime/journal.ts';
import { toNdjson } from '../../src/runtime/journal-memory.ts';
import { serveBlocks } from './blocks.ts';

const scenario = loadScenario('beijing-down');
const isJudged = process.argv[2] === 'verdict';
const unknown: number[] = [];

serveBlocks(async seed => {
  const events = await recordDrill(scenario, { lab: 'simulated', seed });
  if (isJudged) noteVerdict(seed, events);
  const bytes = toNdjson(events).length;
  const doubts = unknown.length > 0 ? `; unknown so far: seed ${unknown.join(', ')}` : '';
  return `${events.length} events, ${bytes} bytes of journal${doubts}`;
});

function noteVerdict(seed: number, events: readonly JournalEvent[]): void {
  const { verdict } = judge(events);
  // The split's power is 99.9%: of a thousand seeds, one may have drawn too unevenly to tell.
  if (verdict === 'unknown') unknown.push(seed);
  if (verdict === 'violated' || unknown.length > 5) throw new Error(`seed ${seed}: ${verdict}`);
}
