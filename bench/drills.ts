/**
 * Drills of beijing-down per minute on one core, in one process: bring-up, rollout, faults, clients, journal as
 * NDJSON, verdict. The first drill of the process is quoted apart (cold).
 */
import { runDrill } from '../src/drill/runner.ts';
import { loadScenario } from '../src/drill/scenario.ts';
import { toNdjson } from '../src/runtime/journal-memory.ts';

const scenario = loadScenario('beijing-down');
const TARGET_PER_MINUTE = 2000;
const BLOCKS = 5;
const PER_BLOCK = 40;

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

async function one(seed: number): Promise<{ events: number; bytes: number }> {
  const { events, verdict } = await runDrill(scenario, { lab: 'simulated', seed });
  if (verdict.verdict !== 'held') throw new Error(`seed ${seed}: ${verdict.verdict}`);
  return { events: events.length, bytes: toNdjson(events).length };
}

const begun = cpuMs();
const first = await one(1);
console.log(
  `cold: ${(cpuMs() - begun).toFixed(1)} ms CPU, ${first.events} events, ${first.bytes} bytes of journal`,
);
for (let seed = 2; seed < 30; seed++) await one(seed);
const blocks: number[] = [];
for (let block = 0; block < BLOCKS; block++) {
  const start = cpuMs();
  for (let i = 0; i < PER_BLOCK; i++) await one(100 + block * PER_BLOCK + i);
  blocks.push((cpuMs() - start) / PER_BLOCK);
}
blocks.sort((one, other) => one - other);
const median = blocks[Math.floor(BLOCKS / 2)] ?? Number.NaN;
console.log(
  `warm: ${median.toFixed(1)} ms CPU a drill (median of ${BLOCKS} × ${PER_BLOCK}; ${blocks[0]?.toFixed(1)} to ${blocks.at(-1)?.toFixed(1)}), ` +
    `${Math.round(60_000 / median)} drills a minute on one core (target ${TARGET_PER_MINUTE})`,
);
