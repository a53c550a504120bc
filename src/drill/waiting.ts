import { LabError } from '../lab/lab.ts';
import type { Clock } from '../runtime/clock.ts';

/**
 * @throws LabError, what `otherwise` says then in its message, and the cause if `why` finds one, when the work has not
 * ended `ms` from now.
 */
export async function within<T>(
  clock: Clock,
  ms: number,
  otherwise: () => string,
  work: Promise<T>,
  why: () => Promise<string> = async () => '',
): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = clock.after(ms, async () => {
    const said = `${otherwise()} after ${ms / 60_000} minutes`;
    const cause = await why().catch(() => '');
    reject(new LabError(cause === '' ? said : `${said}: ${cause}`));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.cancel();
  }
}

/** Resolves when the signal aborts; never without one. */
export function aborted(signal?: AbortSignal): Promise<'interrupted'> {
  return new Promise(resolve => {
    if (signal?.aborted) resolve('interrupted');
    signal?.addEventListener('abort', () => resolve('interrupted'), { once: true });
  });
}
