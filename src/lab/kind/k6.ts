import { join, resolve } from 'node:path';
import { type HttpResolver, resolveOverHttp } from '../../gtm/http-resolver-real.ts';
import { shipped } from '../../runtime/shipped.ts';
import { LabError } from '../lab.ts';
import type { Load, LoadTarget } from '../load.ts';
import { command } from './command.ts';
import { Docker } from './docker.ts';
import { LABEL, PREFIX } from './pins.ts';

/** The version whose types the script is checked against. */
export const K6_IMAGE = 'grafana/k6:2.3.0';
export const K6_SUMMARY = 'k6-summary.json';

const SCRIPT = shipped('clusters/load/web-demo.ts');
/** As in the script. */
const MOST_REQUESTS_PER_SECOND = 1000;
const VERSION_WITHIN_MS = 30_000;
/** To start, and to let the last requests end. */
const SPARE_MS = 60_000;

/** How k6 is there: as a program in the PATH, or as Docker's image. */
export type K6 = 'program' | 'image';

/** @throws LabError that says how to get it, when it is neither */
export async function findK6(hasImage: () => Promise<boolean> = isImageThere): Promise<K6> {
  try {
    await command('k6', ['version'], { timeoutMs: VERSION_WITHIN_MS });
    return 'program';
  } catch {
    if (await hasImage()) return 'image';
  }
  throw new LabError(
    `--load k6 needs k6, and there is neither a k6 in the PATH nor the image ${K6_IMAGE}. Get one: ` +
      `https://grafana.com/docs/k6/latest/set-up/install-k6/, or \`docker pull ${K6_IMAGE}\``,
  );
}

async function isImageThere(): Promise<boolean> {
  const docker = await Docker.connect().catch(() => undefined);
  return docker !== undefined && (await docker.hasImage(K6_IMAGE));
}

export interface K6Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The command line that runs the script against a lab. `folder` takes k6's summary. */
export function k6Command(
  k6: K6,
  folder: string,
  resolver: string,
  { clients, addresses, lasts }: Omit<LoadTarget, 'gtm'>,
): K6Command {
  const centres = Object.fromEntries(Object.entries(addresses).map(([centre, address]) => [address, centre]));
  const inside = k6 === 'image';
  const env = {
    LIANGDI_HOST: clients.name,
    LIANGDI_PORT: String(clients.port),
    LIANGDI_PATH: clients.path,
    LIANGDI_RATE: String(Math.min(Math.max(1, Math.round(clients.rate)), MOST_REQUESTS_PER_SECOND)),
    LIANGDI_SECONDS: String(Math.max(1, Math.floor(lasts / 1000))),
    LIANGDI_CENTRES: JSON.stringify(centres),
    LIANGDI_RESOLVER: resolver,
    LIANGDI_SUMMARY: inside ? `/run/${K6_SUMMARY}` : join(folder, K6_SUMMARY),
  };
  // Its own control API would take a port, and its reports of usage would leave the machine.
  const run = ['run', '--quiet', '--address', '', '--no-usage-report', '--include-system-env-vars'];
  if (!inside) return { program: 'k6', args: [...run, SCRIPT], env };
  const container = [
    ...['--rm', '--name', `${PREFIX}k6`, '--label', `${LABEL}=kind`, '--network', 'host'],
    ...['--user', `${process.getuid?.() ?? 0}`],
    ...['--volume', `${SCRIPT}:/load/web-demo.ts:ro`, '--volume', `${folder}:/run`],
    ...Object.keys(env).flatMap(name => ['--env', name]),
  ];
  return {
    program: 'docker',
    args: ['run', ...container, K6_IMAGE, ...run, '/load/web-demo.ts'],
    env,
  };
}

/** Load by k6 on the kind lab. @throws LabError when there is no k6 */
export async function k6Load(runFolder: string): Promise<Load> {
  return new K6Load(await findK6(), runFolder);
}

class K6Load implements Load {
  readonly #k6: K6;
  readonly #runFolder: string;
  readonly #stopping = new AbortController();
  #resolver: HttpResolver | undefined;
  #running: Promise<unknown> = Promise.resolve();

  constructor(k6: K6, runFolder: string) {
    this.#k6 = k6;
    this.#runFolder = runFolder;
  }

  async start(target: LoadTarget): Promise<void> {
    const { gtm, lasts } = target;
    const resolver = await resolveOverHttp(name => gtm.answer({ name }));
    this.#resolver = resolver;
    if (this.#stopping.signal.aborted) return resolver.stop();
    const { program, args, env } = k6Command(this.#k6, resolve(this.#runFolder), resolver.url, target);
    const timeoutMs = lasts + SPARE_MS;
    this.#running = command(program, args, { timeoutMs, env, signal: this.#stopping.signal });
    // Whoever waits for its end is told.
    this.#running.catch(() => {});
  }

  async end(): Promise<void> {
    await this.#running;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running.catch(() => {});
    await this.#resolver?.stop();
  }
}
