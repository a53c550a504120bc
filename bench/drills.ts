/**
 * Drills per minute on one core: beijing-down with its verdict, beijing-down without, as the reference drill (see
 * reference.ts) has none, and that one with its journal and without; each in a process of its own.
 * Machines change their speed from one minute to the next, so blocks of each are measured in turns, and the ratio is
 * quoted. It compares what lies above the runtime, which both run on: for the runtime, take two checkouts in turns.
 */
import { Drills } from './drills/blocks.ts';

const TARGET_PER_MINUTE = 2000;
const FASTEST_PEER = 'madsim 0.2.34: 2,169';
/** Until then V8 goes on compiling what a drill does a few times only, such as the engine and the controllers. */
const WARM_UP = 1200;
const BLOCKS = 9;
const PER_BLOCK = 40;

const judged = new Drills('beijing-down, journal and verdict', './beijing-down.ts', 'verdict');
const unjudged = new Drills('beijing-down, journal', './beijing-down.ts');
const recorded = new Drills('reference drill, journal', './reference.ts', 'journal');
const bare = new Drills('reference drill, no journal', './reference.ts');

console.log(line(`${judged.name}: first of a process`, await judged.run(1)));
console.log(line(`${judged.name}: to number ${WARM_UP}`, await judged.run(WARM_UP - 1)));
await unjudged.run(WARM_UP);
for (const drills of [recorded, bare]) await drills.run(200);

const all = [judged, unjudged, recorded, bare];
const times = new Map<Drills, number[]>(all.map(drills => [drills, []]));
for (let block = 0; block < BLOCKS; block++)
  for (const drills of all) times.get(drills)?.push(await drills.run(PER_BLOCK));
for (const drills of all) drills.end();

console.log(`steady, ${BLOCKS} blocks of ${PER_BLOCK} drills in turns: medians`);
for (const [drills, blocks] of times) {
  console.log(
    `${line(drills.name, median(blocks))}  (${Math.min(...blocks).toFixed(1)} to ${Math.max(...blocks).toFixed(1)})`,
  );
  console.log(`  ${drills.says}`);
}
const [ours = [], theirs = []] = [times.get(unjudged), times.get(recorded)];
const ratio = median(ours.map((ms, block) => (theirs[block] as number) / ms));
console.log(
  `with journal, beijing-down makes ${ratio.toFixed(2)} times the drills of the reference; target: ${TARGET_PER_MINUTE} a minute`,
);
console.log(
  `the best peer measured on the reference drill, without a journal: ${FASTEST_PEER} drills/min/core`,
);

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[values.length >> 1] as number;
}

function line(what: string, ms: number): string {
  const perMinute = Math.round(60_000 / ms).toLocaleString('en');
  return `${what.padEnd(52)} ${ms.toFixed(1).padStart(6)} ms CPU ${perMinute.padStart(6)} drills/min/core`;
}
