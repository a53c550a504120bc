import type { Clock } from '../../runtime/clock.ts';
import { LabError, StoppedError } from '../lab.ts';

const LOOK_EVERY_MS = 250;

export interface Bounds {
  readonly clock: Clock;
  readonly withinMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Asks until the answer is neither undefined nor false. @throws LabError `otherwise`, with the last failure, when time is up. */
export async function until<T>(
  otherwise: string,
  { clock, withinMs, signal }: Bounds,
  ask: () => Promise<T | undefined | false>,
): Promise<T> {
  const deadline = clock.now() + withinMs;
  let last: unknown;
  while (clock.now() < deadline) {
    if (signal?.aborted) throw new StoppedError();
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      last = error;
    }
    await clock.sleep(LOOK_EVERY_MS);
  }
  const why = last instanceof Error ? `: ${last.message}` : '';
  throw new LabError(`${otherwise} after ${Math.round(withinMs / 1000)} s${why}`, { cause: last });
}
