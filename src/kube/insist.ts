import type { Clock } from '../runtime/clock.ts';
import { ApiError } from './client.ts';

const RETRY_MS = 1000;

/**
 * Does what needs an API that may be away, as a person with kubectl would: again and again until the API answers, for
 * as long as `goesOn` says. Any other failure is final.
 */
export async function insist<T>(
  clock: Clock,
  action: () => Promise<T>,
  goesOn: () => boolean = () => true,
): Promise<T> {
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof ApiError && error.reason === 'Unreachable') || !goesOn()) throw error;
    }
    await clock.sleep(RETRY_MS);
  }
}
