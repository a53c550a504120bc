import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

/*
 * Of a drill's 20 MB nothing but its result may last, or many drills in one process spend their time on copying the dead.
 * What outlives it is put where only a full collection looks: a closure that is assigned to a property (`x.y = () => …`)
 * and an accessor in a literal (`{ get y() … }`), each with all that it can see.
 */
test('what a drill leaves goes with a collection of the young', { timeout: 60_000 }, () => {
  const flags = [
    '--expose-gc',
    '--single-threaded-gc',
    '--no-allocation-site-pretenuring',
    '--max-semi-space-size=64',
  ];
  const printed = execFileSync(process.execPath, [...flags, 'test/drill/short-lived.ts'], {
    encoding: 'utf8',
  });
  // A drill that stays has 1.5 million.
  expect(Number(printed)).toBeLessThan(200_000);
});
