import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const KIND = process.env['LIANGDI_KIND'] || 'kind';
const IMAGE = 'kindest/node:v1.34.0';

/** Why no kind cluster can be had here; `undefined` when one can. */
export async function whyNoCluster(): Promise<string | undefined> {
  if (await fails('docker', ['info'])) return 'no Docker answers';
  if (await fails(KIND, ['version'])) return 'no kind in the PATH or in LIANGDI_KIND';
  if (await fails('docker', ['image', 'inspect', IMAGE])) return `Docker has no image ${IMAGE}`;
  return undefined;
}

function fails(program: string, args: readonly string[]): Promise<boolean> {
  return run(program, args, { timeout: 20_000 }).then(
    () => false,
    () => true,
  );
}

/** A kind cluster of one node, for one test file. */
export class OneCluster {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** Returns its kubeconfig. What a killed run left under this name goes first. */
  async create(): Promise<string> {
    await this.delete();
    const folder = await mkdtemp(join(tmpdir(), 'liangdi-kind-'));
    try {
      const path = join(folder, 'kubeconfig');
      const args = ['create', 'cluster', '--name', this.#name, '--image', IMAGE, '--kubeconfig', path];
      await run(KIND, args).catch(error => {
        throw new Error(`kind could not create a cluster: ${/^ERROR: .*/m.exec(error.stderr)?.[0] ?? error}`);
      });
      return await readFile(path, 'utf8');
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  async delete(): Promise<void> {
    // The null device: kind would else look for the cluster in the user's own kubeconfig.
    await run(KIND, ['delete', 'cluster', '--name', this.#name, '--kubeconfig', '/dev/null']);
  }

  async onNode(...command: string[]): Promise<string> {
    return (await run('docker', ['exec', this.#node, ...command])).stdout;
  }

  async pause(): Promise<void> {
    await run('docker', ['pause', this.#node]);
  }

  async unpause(): Promise<void> {
    await run('docker', ['unpause', this.#node]);
  }

  get #node(): string {
    return `${this.#name}-control-plane`;
  }
}
