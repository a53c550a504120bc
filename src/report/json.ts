import type { Verdict } from '../judge/verdict.ts';

/** The content of `verdict.json`. */
export function verdictJson(verdict: Verdict): string {
  return `${JSON.stringify(verdict, null, 2)}\n`;
}
