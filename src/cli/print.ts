import type { Verdict } from '../judge/verdict.ts';
import type { Format } from './options.ts';
import { terminal } from './terminal.ts';

/** Does what no verdict hangs on: where it fails, people are told, and no more. */
export function orWarn(action: () => void): void {
  try {
    action();
  } catch (error) {
    process.stderr.write(`liangdi: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}

/** Prints a verdict on stdout: for people, or as `verdict.json` has it. */
export async function printVerdict(verdict: Verdict, format: Format): Promise<void> {
  if (format === 'json') {
    const { verdictJson } = await import('../report/json.ts');
    process.stdout.write(verdictJson(verdict));
  } else {
    const { verdictText } = await import('../report/terminal.ts');
    process.stdout.write(verdictText(verdict, terminal(process.stdout)));
  }
}
