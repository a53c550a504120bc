import { execFile } from 'node:child_process';
import { LabError, StoppedError } from '../lab.ts';

export interface CommandOptions {
  readonly timeoutMs: number;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

const MOST_OUTPUT = 64 * 2 ** 20;
/** Of a command's output in an error: its last lines say why it failed. */
const LINES_TOLD = 12;

/** Somebody else's command line. */
export interface Tool {
  readonly program: string;
  /** The variable that says where it is, if not in the PATH. */
  readonly variable: string;
  /** What it is for, and where it comes from: the sentence that says so when it is not there. */
  readonly need: string;
  readonly source: string;
}

const ASK_WITHIN_MS = 60_000;

/** How a tool is called on this machine. @throws LabError that says how to get it */
export async function findTool(
  { program, variable, need, source }: Tool,
  signal?: AbortSignal,
): Promise<string> {
  const called = process.env[variable] || program;
  try {
    await command(called, ['version'], { timeoutMs: ASK_WITHIN_MS, signal });
  } catch (cause) {
    if (cause instanceof StoppedError) throw cause;
    throw new LabError(
      `${need}, and "${called}" does not run. Get it from ${source} and put it into the PATH, or say in ${variable} where it is`,
      { cause },
    );
  }
  return called;
}

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
        if (signal?.aborted) return reject(new StoppedError({ cause: error }));
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
