import type { Verdict } from '../verdict.ts';
import type { english } from './english.ts';

type English = typeof english;

/** What is said of a drill, whoever reads it: a message and the values that fill it, as plain data. */
export type Statement = { [M in keyof English]: readonly [M, ...Parameters<English[M]>] }[keyof English];

/** All messages in a language; English says which there are. */
export type Language = { readonly [M in keyof English]: (...values: Parameters<English[M]>) => string };

export function inWords([message, ...values]: Statement, language: Language): string {
  const say = language[message] as (...values: readonly unknown[]) => string;
  return say(...values);
}

/** The verdict with each of its texts put otherwise. */
export function reworded<T, U>(verdict: Verdict<T>, say: (text: T) => U): Verdict<U> {
  return {
    ...verdict,
    expectations: verdict.expectations.map(result => ({
      ...result,
      says: say(result.says),
      evidence: { ...result.evidence, text: say(result.evidence.text) },
    })),
    periods: verdict.periods.map(period => ({ ...period, name: say(period.name) })),
  };
}
