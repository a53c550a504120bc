import { getHeapSpaceStatistics } from 'node:v8';
import { runDrill } from '../../src/drill/runner.ts';
import { loadScenario } from '../../src/drill/scenario.ts';

/*
 * Runs drills one after the other, collects the young alone after each, and prints by how many bytes the old generation
 * grew with one: the median, since what V8 learns of a call it keeps, and now and then the drill that it learned it from.
 * Needs --expose-gc, and --no-allocation-site-pretenuring: what V8 guesses to live long is its own affair.
 */

const WARM_UP = 30;
const MEASURED = 15;
const scenario = loadScenario('beijing-down');
const collect = globalThis.gc as unknown as (options: { type: 'minor' }) => void;

const old = () =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space')?.space_used_size ??
  Number.NaN;

const growths: number[] = [];
for (let seed = 1; seed <= WARM_UP + MEASURED; seed++) {
  const before = old();
  await runDrill(scenario, { lab: 'simulated', seed });
  // What is left in the loop's queues holds the drill until it has run.
  await new Promise(resolve => setTimeout(resolve));
  // The first moves what lives on, the second makes it old.
  for (let times = 0; times < 2; times++) collect({ type: 'minor' });
  if (seed > WARM_UP) growths.push(old() - before);
}
growths.sort((one, other) => one - other);
console.log(growths[Math.floor(MEASURED / 2)]);
