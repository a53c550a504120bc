import type { Clock } from '../runtime/clock.ts';
import { ApiError, type ApiReason } from './client.ts';

const RETRY_MS = 1000;
/** No answer, and what an API server says that is starting, overloaded or about to end. */
const AWAY: ReadonlySet<ApiReason> = new Set([
  'Unreachable',
  'ServiceUnavailable',
  'TooManyRequests',
  'ServerTimeout',
  'Timeout',
]);

/** Whether an API call failed because the API is away, rather than by what it says. */
export function isAway(error: unknown): boolean {
  return error instanceof ApiError && AWAY.has(error.reason);
}

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
      if (!isAway(error) || !goesOn()) throw error;
    }
    await clock.sleep(RETRY_MS);
  }
}
