/** The chance to be wrong in saying that errors are over. */
const DOUBT = 0.01;

/** So many successes in a row are a chance of 1 in 100 where every fifth request fails. */
export const ENOUGH = Math.log(DOUBT) / Math.log1p(-1 / 5);

/**
 * Whether errors are over: that they go on at their rate, whatever it is, and have all come before the last `quiet`
 * successes, is a chance of at most 1 in 100.
 *
 * @param before successes between the errors
 */
export function isQuiet(errors: number, before: number, quiet: number): boolean {
  return chanceOfQuiet(errors, before, quiet) <= DOUBT;
}

/** The chance that of so many requests, in any order, the last `quiet` hold none of the errors. */
export function chanceOfQuiet(errors: number, before: number, quiet: number): number {
  const all = errors + before + quiet;
  let chance = 1;
  for (let i = 0; i < errors && chance > 0; i++) chance *= (all - quiet - i) / (all - i);
  return chance;
}
