import { execFile } from 'node:child_process';
import { LabError } from '../lab.ts';

export interface CommandOptions {
  readonly timeoutMs: number;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

const MOST_OUTPUT = 64 * 2 ** 20;
/** Of a command's output in an error: its last lines say why it failed. */
const LINES_TOLD = 12;

/** Runs a program to its end and returns what it printed. @throws LabError with its last words when it fails. */
export function command(program: string, args: readonly string[], options: CommandOptions): Promise<string> {
  const { timeoutMs, input, env = {}, signal } = options;
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      [...args],
      {
        timeout: timeoutMs,
        maxBuffer: MOST_OUTPUT,
        env: { ...process.env, ...env },
        ...(signal === undefined ? {} : { signal }),
      },
      (error, stdout, stderr) => {
        if (error === null) return resolve(stdout);
        if (signal?.aborted) return reject(new LabError('stopped', { cause: error }));
        const called = [program, ...args].join(' ');
        const how = child.killed ? `took longer than ${timeoutMs / 1000} s` : 'failed';
        const last = `${stdout}${stderr}`.trimEnd().split('\n').slice(-LINES_TOLD).join('\n  ');
        reject(new LabError(`${called} ${how}:\n  ${last || error.message}`, { cause: error }));
      },
    );
    // A program that ends before it has read all says so by its exit code.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input ?? '');
  });
}
