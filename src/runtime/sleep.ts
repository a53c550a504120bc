import type { Clock } from './clock.ts';

/** `Clock.sleep` in terms of `Clock.after`: resolves `ms` from now, rejects with the signal's reason when it aborts first. */
export function sleep(clock: Pick<Clock, 'after'>, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal === undefined) return new Promise(resolve => clock.after(ms, resolve));
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const abort = () => {
      timer.cancel();
      reject(signal.reason);
    };
    const timer = clock.after(ms, () => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
    signal.addEventListener('abort', abort, { once: true });
  });
}
