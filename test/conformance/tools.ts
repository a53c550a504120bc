import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { executable } from '../../src/runtime/executable.ts';

/*
 * Other people's DNS tools, from Debian's packages bind9-dnsutils, knot-dnsutils, unbound, dnsmasq-base and dnsperf.
 */

/** Where a tool is; nothing when this machine has none. */
export function toolPath(name: string): string | undefined {
  return executable(name, '/usr/sbin', '/sbin');
}

/** A describe title that tells why its tests are skipped, and whether they are. */
export function needs(...tools: readonly string[]): { readonly skip: boolean; readonly note: string } {
  const missing = tools.filter(tool => toolPath(tool) === undefined);
  return { skip: missing.length > 0, note: missing.length > 0 ? ` (skipped: no ${missing.join(', ')})` : '' };
}

/** What a tool prints, whatever its exit code. */
export function run(tool: string, args: readonly string[]): Promise<string> {
  return new Promise(resolve => {
    execFile(toolPath(tool) ?? tool, args, { timeout: 60_000 }, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}

/** A tool that serves until it is stopped. */
export class Daemon implements AsyncDisposable {
  readonly #child: ChildProcess;
  #output = '';

  constructor(tool: string, args: readonly string[]) {
    this.#child = spawn(toolPath(tool) ?? tool, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', chunk => {
        this.#output += chunk;
      });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get output(): string {
    return this.#output;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise(resolve => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }
}

/** What dig or kdig prints, as far as tests look at it. */
export interface Dug {
  readonly status: string;
  readonly flags: readonly string[];
  /** `name ttl class type data`, single spaces. */
  readonly question: readonly string[];
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  readonly additional: readonly string[];
  /** The OPT record's lines; empty when the answer has none. */
  readonly opt: string;
  readonly text: string;
}

export function parseDig(text: string): Dug {
  const section = (name: string) => {
    const [, lines = ''] = new RegExp(`;; ${name} SECTION:\\n((?:[^\\n]+\\n)*)`).exec(text) ?? [];
    return lines
      .split('\n')
      .filter(line => line !== '')
      .map(line => line.replace(/^;/, '').replace(/\s+/g, ' ').trim());
  };
  const [, opt = ''] = /;; OPT PSEUDOSECTION:\n((?:;[^\n]+\n)*)/.exec(text) ?? [];
  return {
    status: /status: (\w+)/.exec(text)?.[1] ?? 'none',
    flags: /flags: ([a-z ]*);/.exec(text)?.[1]?.trim().split(' ') ?? [],
    question: section('QUESTION'),
    answer: section('ANSWER'),
    authority: section('AUTHORITY'),
    additional: section('ADDITIONAL'),
    opt: opt.replace(/\n;; QUESTION.*/s, ''),
    text,
  };
}
