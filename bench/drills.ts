/**
 * Drills of beijing-down per minute on one core, in one process: bring-up, rollout, faults, clients, journal as
 * NDJSON, verdict. The first drill of the process is quoted apart (cold), and so is the way to the steady rate.
 */
import { runDrill } from '../src/drill/runner.ts';
import { loadScenario } from '../src/drill/scenario.ts';
import { toNdjson } from '../src/runtime/journal-memory.ts';

const scenario = loadScenario('beijing-down');
const TARGET_PER_MINUTE = 2000;
/** Until then V8 goes on compiling what a drill does a few times only, such as the engine and the controllers. */
const WARM_UP = 600;
const BLOCKS = 7;
const PER_BLOCK = 40;

const unknown: number[] = [];

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

async function one(seed: number): Promise<{ events: number; bytes: number }> {
  const { events, verdict } = await runDrill(scenario, { lab: 'simulated', seed });
  // The split's power is 99.9%: of a thousand seeds, one may have drawn too unevenly to tell.
  if (verdict.verdict === 'unknown') unknown.push(seed);
  if (verdict.verdict === 'violated' || unknown.length > 5)
    throw new Error(`seed ${seed}: ${verdict.verdict}`);
  return { events: events.length, bytes: toNdjson(events).length };
}

const begun = cpuMs();
const first = await one(1);
console.log(
  `cold: ${(cpuMs() - begun).toFixed(1)} ms CPU, ${first.events} events, ${first.bytes} bytes of journal`,
);
const warming = cpuMs();
for (let seed = 2; seed <= WARM_UP; seed++) await one(seed);
console.log(
  `warming up: ${((cpuMs() - warming) / (WARM_UP - 1)).toFixed(1)} ms CPU a drill, over ${WARM_UP} drills`,
);
const blocks: number[] = [];
for (let block = 0; block < BLOCKS; block++) {
  const start = cpuMs();
  for (let i = 0; i < PER_BLOCK; i++) await one(WARM_UP + 1 + block * PER_BLOCK + i);
  blocks.push((cpuMs() - start) / PER_BLOCK);
}
blocks.sort((one, other) => one - other);
const median = blocks[Math.floor(BLOCKS / 2)] ?? Number.NaN;
console.log(
  `steady: ${median.toFixed(1)} ms CPU a drill (median of ${BLOCKS} × ${PER_BLOCK}; ${blocks[0]?.toFixed(1)} to ${blocks.at(-1)?.toFixed(1)}), ` +
    `${Math.round(60_000 / median)} drills a minute on one core (target ${TARGET_PER_MINUTE})`,
);
if (unknown.length > 0)
  console.log(`unknown: ${unknown.length} of ${WARM_UP + BLOCKS * PER_BLOCK} (seed ${unknown.join(', ')})`);
