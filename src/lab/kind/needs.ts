import { LabError, StoppedError } from '../lab.ts';

/** All that a lab needs. @throws LabError with everything that is missing, in the order given; else the first error. */
export async function allOf<T extends readonly unknown[]>(
  needs: {
    readonly [Index in keyof T]: Promise<T[Index]>;
  },
): Promise<T> {
  const outcomes = await Promise.allSettled(needs);
  const errors: unknown[] = outcomes.flatMap(each => (each.status === 'rejected' ? [each.reason] : []));
  const missing = errors.filter(error => error instanceof LabError && !(error instanceof StoppedError));
  if (errors.length > 1 && missing.length === errors.length)
    throw new LabError(missing.map(error => (error as LabError).message).join('\n'));
  if (errors.length > 0) throw errors.find(error => !missing.includes(error)) ?? errors[0];
  return outcomes.map(each => (each as PromiseFulfilledResult<unknown>).value) as unknown as T;
}
