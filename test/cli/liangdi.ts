import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
  /** Wall time, milliseconds. */
  took: number;
}

/** Runs the command as a user does: bin/liangdi, in a folder of its own unless told otherwise. */
export function liangdi(
  args: readonly string[],
  options: { cwd?: string; bin?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<Outcome> {
  const { cwd = scratch(), bin = join(root, 'bin/liangdi'), env = {} } = options;
  const began = performance.now();
  return new Promise(resolve => {
    execFile(
      bin,
      args,
      { cwd, maxBuffer: 1 << 28, env: { ...process.env, ...env } },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : Number(error.code);
        resolve({ code, stdout, stderr, took: performance.now() - began });
      },
    );
  });
}

const folders: string[] = [];

/** A new folder; `cleanUp` removes it. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'liangdi-cli-'));
  folders.push(folder);
  return folder;
}

export function cleanUp(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
