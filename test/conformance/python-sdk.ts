import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Client, Key } from '../gtm/api/sdk.ts';
import { toolPath } from './tools.ts';

/*
 * Alibaba Cloud's own Python client (alibabacloud_alidns20150109), in a process that takes calls by lines. Which Python has
 * it may be said in PYTHON.
 */

const MODULE = 'alibabacloud_alidns20150109';
const python = process.env['PYTHON'] ?? toolPath('python3');

function missing(): string | undefined {
  if (python === undefined) return 'no python3';
  try {
    execFileSync(python, ['-c', `import ${MODULE}`], { stdio: 'ignore' });
    return undefined;
  } catch {
    return `${python} has no ${MODULE}: PYTHON=one that has`;
  }
}

/** Why it cannot be called on this machine; nothing when it can. */
export const whyNoPythonSdk = missing();

type Answer = { readonly body: unknown } | { readonly error: { readonly message: string } };

export class PythonSdk implements Client, Disposable {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #stderr = '';

  constructor(endpoint: string, { accessKeyId, accessKeySecret }: Key) {
    const program = join(import.meta.dirname, 'python-sdk.py');
    this.#child = spawn(python ?? '', [program, endpoint, accessKeyId, accessKeySecret]);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#child.stderr.on('data', chunk => {
      this.#stderr += chunk;
    });
  }

  // biome-ignore lint/suspicious/noExplicitAny: as in Client.
  async call(action: string, parameters: Readonly<Record<string, unknown>> = {}): Promise<any> {
    const renamed = withNames(parameters, name => name[0]?.toUpperCase() + name.slice(1));
    this.#child.stdin.write(`${JSON.stringify({ action, parameters: renamed })}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`the Python program ended: ${this.#stderr}`);
    const answer = JSON.parse(value) as Answer;
    if ('error' in answer) throw Object.assign(new Error(answer.error.message), answer.error);
    return withNames(answer.body, name => name[0]?.toLowerCase() + name.slice(1));
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}

/** The same data with other names of fields, at every depth. */
function withNames(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map(one => withNames(one, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [rename(name), withNames(one, rename)]),
  );
}
