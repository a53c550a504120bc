import { statusOf } from '../engine/controller/status.ts';
import { APPLICATION } from '../engine/model.ts';
import { ApiError, found } from '../kube/client.ts';
import { centresOf, type Topology } from '../kube/topology.ts';
import { type Lab, LabError } from '../lab/lab.ts';
import { InputError } from '../runtime/input-error.ts';
import type { Journal, JournalEvent } from '../runtime/journal.ts';
import { suggestion } from '../runtime/suggest.ts';
import { type CurlLoop, curlLoop } from '../traffic/curl-loop.ts';
import { Injection } from './injection.ts';
import { attachedLabOf, type LabOptions } from './labs.ts';
import { Rollout } from './rollout.ts';
import type { Scenario } from './scenario.ts';
import { Standing } from './standing.ts';
import { startTraffic, type Traffic } from './traffic.ts';
import { aborted } from './waiting.ts';

/** For an API that has to come back before the application can be scaled up again. */
const HEALED_WITHIN_MS = 60_000;

export interface CurlLoopOptions extends LabOptions {
  readonly loop: CurlLoop;
  /** Centres, or cities for all of theirs, in which the application is down for the length of the loop. */
  readonly down: readonly string[];
  /** Each event as it happens, as in a drill's journal. */
  readonly onEvent: (event: JournalEvent) => void;
}

/**
 * The article's loop against a lab that is up, with a GTM of its own that lives as long as the loop. The application is
 * rolled out where it is not there yet; else everything is left as it is found, broken by hand or not: no engine runs
 * that would mend it.
 *
 * @throws LabError when no such lab is up, or it fails; InputError when `down` names no centre
 */
export async function runCurlLoop(written: Scenario, options: CurlLoopOptions): Promise<void> {
  const scenario = { ...written, clients: curlLoop(written.clients, options.loop) };
  const down = centresNamed(written.topology, options.down);
  const { lab, run } = await attachedLabOf(options, scenario);
  try {
    await run(() => new Session(scenario, lab, options).carryOut(down));
  } catch (error) {
    if (error instanceof ApiError) throw new LabError(error.message, { cause: error });
    throw error;
  }
}

class Session {
  readonly #scenario: Scenario;
  readonly #lab: Lab;
  readonly #options: CurlLoopOptions;
  readonly #journal: Journal;
  /** Resolves when the loop's last request has ended. */
  readonly #looped: Promise<void>;
  #rollout: Rollout | undefined;
  #injection: Injection | undefined;
  #traffic: Traffic | undefined;

  constructor(scenario: Scenario, lab: Lab, options: CurlLoopOptions) {
    this.#scenario = scenario;
    this.#lab = lab;
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#looped = promise;
    let left = options.loop.requests;
    this.#journal = {
      append(event) {
        options.onEvent(event);
        // The last answer comes in a synchronous step, which must not settle a promise.
        if (event.kind === 'request' && --left === 0) lab.clock.after(0, resolve);
      },
    };
  }

  async carryOut(down: readonly string[]): Promise<void> {
    try {
      await Promise.race([this.#loop(down), aborted(this.#options.signal)]);
    } finally {
      this.#rollout?.close();
      this.#traffic?.gtm.stop();
      try {
        await this.#injection?.heal(HEALED_WITHIN_MS);
      } finally {
        await this.#lab.down();
      }
    }
  }

  async #loop(down: readonly string[]): Promise<void> {
    await this.#lab.up((step, detail) => this.#progress(step, detail));
    if (!(await isRolledOut(this.#lab, this.#scenario))) await this.#rollOut();
    if (down.length > 0) await this.#takeDown(down);
    this.#traffic = await startTraffic(this.#scenario, this.#lab, this.#journal);
    await this.#looped;
    await this.#traffic.stopClients();
  }

  async #rollOut(): Promise<void> {
    this.#progress('rolling the application out');
    this.#rollout = new Rollout(this.#scenario, this.#lab, this.#journal);
    await this.#rollout.first();
    this.#rollout.close();
  }

  async #takeDown(on: readonly string[]): Promise<void> {
    const entry = { at: 0, name: 'down', fault: 'application-down', on, params: {} };
    this.#injection = new Injection(entry, this.#lab, this.#journal, new Standing());
    await this.#injection.inject();
  }

  #progress(step: string, detail?: string): void {
    const at = this.#lab.clock.now();
    this.#journal.append({ at, kind: 'lab', step, ...(detail === undefined ? {} : { detail }) });
  }
}

async function isRolledOut({ hub }: Lab, { application }: Scenario): Promise<boolean> {
  const { namespace, name } = application;
  const object = await found(hub.get({ ...APPLICATION, namespace, name }));
  const { status } = object === undefined ? {} : statusOf(object);
  return status === 'running' || status === 'unhealthy';
}

function centresNamed(topology: Topology, names: readonly string[]): string[] {
  const centres = centresOf(topology).map(centre => centre.name);
  const cities = new Map(topology.cities.map(({ name, centres }) => [name, centres.map(one => one.name)]));
  const chosen = new Set(
    names.flatMap(name => {
      const found = cities.get(name) ?? (centres.includes(name) ? [name] : undefined);
      if (found !== undefined) return found;
      const known = [...centres, ...cities.keys()];
      throw new InputError('--down', `no centre or city is named "${name}"${suggestion(name, known)}`);
    }),
  );
  return centres.filter(centre => chosen.has(centre));
}
