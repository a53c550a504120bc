import { mkdirSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Authority } from '../../gtm/dns/types.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Random } from '../../runtime/random.ts';
import { RealClock } from '../../runtime/real-clock.ts';
import { type Engine, type Lab, type LabCentre, LabError, type Progress } from '../lab.ts';
import type { SimulatedLabOptions } from '../simulated.ts';
import { UndoFile } from '../undo-log.ts';
import { Docker } from './docker.ts';
import { runFoldersNamed } from './down.ts';
import { HUB } from './gateway.ts';
import { type Held, takeHold } from './hold.ts';
import { KindCli } from './kind-cli.ts';
import { LabClock } from './lab-clock.ts';
import { type Lock, lockLab } from './lock.ts';
import { allOf } from './needs.ts';
import { OwnParts } from './own-parts.ts';
import { clusterName } from './pins.ts';
import { engineOf } from './raise.ts';
import { kubeconfigFile } from './run-files.ts';

export type AttachOptions = Omit<SimulatedLabOptions, 'clock'>;

/**
 * The kind lab that is up, as it is: nothing of it is cleaned or mended before, and it stays up.
 *
 * @throws LabError when none is up, when another process uses it, or without Docker or kind
 */
export async function attachedKindLab(options: AttachOptions): Promise<Lab> {
  const [docker, kind] = await allOf([Docker.connect(), KindCli.find()]);
  const lock = await lockLab();
  try {
    return await AttachedLab.attach(options, docker, kind, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

class AttachedLab implements Lab {
  readonly name = 'kind';
  readonly clock: LabClock;
  readonly random: Random;
  readonly network: Held['network'];
  readonly hub: KubeClient;
  readonly centres: readonly LabCentre[];
  readonly controls: Held['controls'];
  readonly undoLog: UndoFile;
  readonly #options: AttachOptions;
  readonly #held: Held;
  readonly #own: OwnParts;
  /** The hub has an engine already, which goes on. */
  #hasKubeVela = false;
  readonly #lock: Lock;
  /** The folder of the run that brought the lab up, where its kubeconfigs are. */
  readonly #folder: string;

  static async attach(
    options: AttachOptions,
    docker: Docker,
    kind: KindCli,
    lock: Lock,
  ): Promise<AttachedLab> {
    const [folder] = await runFoldersNamed(docker);
    if (folder === undefined) throw new LabError('no kind lab is up: `liangdi up` brings one up');
    mkdirSync(folder, { recursive: true });
    const own = new OwnParts();
    const clock = new LabClock(new RealClock());
    const held = await takeHold({
      ...options,
      docker,
      clock,
      kubeconfigOf: async name => {
        const kubeconfig = await kind.kubeconfig(clusterName(name));
        writeFileSync(kubeconfigFile(folder, name), kubeconfig, { mode: 0o600 });
        return kubeconfig;
      },
      onLocalFailure: own.onLocalFailure,
      engine: own.engine,
      nameServer: own.nameServer,
    });
    if (held.gone.size > 0) {
      held.close();
      const gone = [...held.gone].join(', ');
      throw new LabError(`the kind lab is not whole: ${gone} not there; \`liangdi up\` brings it up again`);
    }
    return new AttachedLab(options, held, own, clock, lock, folder);
  }

  private constructor(
    options: AttachOptions,
    held: Held,
    own: OwnParts,
    clock: LabClock,
    lock: Lock,
    folder: string,
  ) {
    this.#options = options;
    this.#held = held;
    this.#own = own;
    this.#lock = lock;
    this.#folder = folder;
    this.clock = clock;
    this.random = options.random;
    this.network = held.network;
    this.controls = held.controls;
    this.hub = held.cluster(HUB).kube;
    this.undoLog = new UndoFile(folder);
    this.centres = options.topology.cities.flatMap(city =>
      city.centres.map(({ name }) => ({ name, city: city.name, kube: held.cluster(name).kube })),
    );
  }

  async up(progress: Progress): Promise<void> {
    const { topology, application, vantagePoints } = this.#options;
    if ((this.undoLog.read()?.unhealed ?? []).length > 0)
      throw new LabError('a run that was killed has left faults in the lab: `liangdi heal` takes them back');
    this.undoLog.remove();
    // A hub that somebody broke by hand has no say.
    const engine = await engineOf(this.hub).catch(() => undefined);
    this.#hasKubeVela = engine === 'kubevela';
    await this.undoLog.begin(this.name, { topology, application, vantagePoints });
    progress('the clusters stay as they are', `kubeconfigs in ${relative('.', this.#folder) || '.'}/`);
  }

  addressOf(centre: string): string {
    const gateway = this.#held.gateways.get(centre);
    if (gateway === undefined) throw new LabError(`the centre ${centre} is not up`);
    return gateway.address;
  }

  runEngine(start: (hub: KubeClient) => Engine): void {
    if (!this.#hasKubeVela) this.#own.runEngine(() => start(this.hub));
  }

  serveDns(authority: Authority): Promise<string> {
    return this.#own.serveDns(authority);
  }

  watchLateness(): () => number {
    return this.clock.watchLateness();
  }

  /** Lets go of it. What takes faults back stays where some are left. */
  async down(): Promise<void> {
    this.#own.engine.stop();
    this.#held.close();
    await this.#own.stop();
    if ((this.undoLog.read()?.unhealed ?? []).length === 0) this.undoLog.remove();
    await this.#lock.release();
    this.clock.stop();
    this.#own.tellLocalFailure();
  }
}
