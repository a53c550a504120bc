import { LabError } from '../lab.ts';

/** All that a lab needs. @throws LabError with everything that is missing, in the order given. */
export async function allOf<T extends readonly unknown[]>(
  needs: {
    readonly [Index in keyof T]: Promise<T[Index]>;
  },
): Promise<T> {
  const errors: unknown[] = [];
  for (const outcome of await Promise.allSettled(needs))
    if (outcome.status === 'rejected') errors.push(outcome.reason);
  const missing = errors.filter(error => error instanceof LabError && error.message !== 'stopped');
  if (errors.length === missing.length && missing.length > 1)
    throw new LabError(missing.map(error => (error as LabError).message).join('\n'));
  for (const error of errors) if (!missing.includes(error) || errors.length === 1) throw error;
  return Promise.all(needs) as unknown as Promise<T>;
}
