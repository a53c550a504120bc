import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { vi } from 'vitest';
import { run } from '../../src/cli/program.ts';
import { scratch } from '../scratch.ts';

export const root = resolve(import.meta.dirname, '../..');

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the command as a user does: bin/liangdi, in a folder of its own unless told otherwise. */
export function liangdi(
  args: readonly string[],
  options: { cwd?: string; bin?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<Outcome> {
  const { cwd = scratch(), bin = join(root, 'bin/liangdi'), env = {} } = options;
  return new Promise(resolve => {
    execFile(
      bin,
      args,
      { cwd, maxBuffer: 1 << 28, env: { ...process.env, ...env } },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : Number(error.code);
        resolve({ code, stdout, stderr });
      },
    );
  });
}

/** The same, with the seconds of processor time that it took, Node's start included: other work counts in none. */
export async function timed(
  args: readonly string[],
  options: { cwd?: string } = {},
): Promise<Outcome & { spent: number }> {
  // The shell tells the time of what it ran.
  const script = '"$0" "$@"; code=$?; times; exit $code';
  const all = ['-c', script, join(root, 'bin/liangdi'), ...args];
  const { stdout, ...outcome } = await liangdi(all, { ...options, bin: '/bin/sh' });
  const [, own = '', times = ''] = /^(.*?)[^\n]*\n([^\n]*)\n$/s.exec(stdout) ?? [];
  const spent = [...times.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  );
  return { ...outcome, stdout: own, spent: spent.reduce((sum, each) => sum + each, 0) };
}

/** The same in this process, and in its folder: much faster. No code: `main` would end with 0. */
export async function here(words: readonly string[]): Promise<Omit<Outcome, 'code'> & { code?: number }> {
  const said = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map(stream =>
    vi.spyOn(process[stream], 'write').mockImplementation(text => {
      said[stream] += String(text);
      return true;
    }),
  );
  try {
    const code = await run(words);
    return code === undefined ? said : { code, ...said };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
