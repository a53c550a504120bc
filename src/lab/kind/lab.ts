import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Controls } from '../../faults/fault.ts';
import type { Authority } from '../../gtm/dns/types.ts';
import type { KubeClient } from '../../kube/client.ts';
import { centresOf, type Topology } from '../../kube/topology.ts';
import type { Network, Place } from '../../runtime/network.ts';
import { realNetwork } from '../../runtime/network-real.ts';
import type { Random } from '../../runtime/random.ts';
import { RealClock } from '../../runtime/real-clock.ts';
import {
  type Engine,
  type Lab,
  type LabApplication,
  type LabCentre,
  LabError,
  type Progress,
  type UndoLog,
} from '../lab.ts';
import { UndoFile } from '../undo-log.ts';
import { lastAddresses } from './addresses.ts';
import { Awaited } from './awaited.ts';
import type { Cluster, Workshop } from './clusters.ts';
import { controlsOf } from './controls.ts';
import { Docker } from './docker.ts';
import { removeAll, sweep, usedFolders } from './down.ts';
import { type Gateway, HUB, type Way, waysInto } from './gateway.ts';
import { gatewayNetwork } from './gateway-network.ts';
import { provideAll } from './images.ts';
import { inotifyWarning } from './inotify.ts';
import { KindCli } from './kind-cli.ts';
import { KubeVela } from './kubevela.ts';
import { LabClock } from './lab-clock.ts';
import { struck } from './links.ts';
import { type Lock, lockLab } from './lock.ts';
import { allOf } from './needs.ts';
import { OwnParts } from './own-parts.ts';
import { INGRESS_IMAGE, KEPT_LABEL, NODE_IMAGE, TOXIPROXY_IMAGE } from './pins.ts';
import { type Raised, raiseCentre, raiseHub, wayFromHub } from './raise.ts';
import { hasRemains, removeClusterFiles, tellUnwritable } from './run-files.ts';

export interface KindLabOptions {
  readonly topology: Topology;
  readonly random: Random;
  readonly application: LabApplication & {
    /** That the application's manifests name, in any version. */
    readonly images: readonly string[];
  };
  readonly vantagePoints: readonly string[];
  /** Where the run's files go: kubeconfigs, what undoes its faults. */
  readonly runFolder: string;
  /** Leaves the clusters for the next drill. A lab that was left so before stays anyway. */
  readonly keep?: boolean;
  readonly signal?: AbortSignal;
}

/** Real clusters in containers, real requests, real time. @throws LabError when Docker or kind is missing, or the lab is in use. */
export async function kindLab(options: KindLabOptions): Promise<KindLab> {
  const { topology, signal } = options;
  const [docker, kind, kubevela] = await allOf([
    Docker.connect(),
    KindCli.find(signal),
    topology.engine === 'kubevela' ? KubeVela.find(signal) : Promise.resolve(undefined),
  ]);
  return new KindLab(options, { docker, kind, kubevela, lock: await lockLab() });
}

/** What the lab works with. */
interface Tools {
  readonly docker: Docker;
  readonly kind: KindCli;
  /** The hub's engine; the drill brings its own without it. */
  readonly kubevela: KubeVela | undefined;
  readonly lock: Lock;
}

export class KindLab implements Lab {
  readonly name = 'kind';
  /** Goes on when the lab is down: deadlines of what is still under way are kept by it. */
  readonly #machineClock = new RealClock();
  readonly clock = new LabClock(this.#machineClock);
  readonly random: Random;
  readonly network: Network;
  readonly controls: Controls & { close(): void };
  readonly undoLog: UndoLog;
  readonly centres: readonly LabCentre[];
  readonly #options: KindLabOptions;
  readonly #docker: Docker;
  readonly #kind: KindCli;
  readonly #kubevela: KubeVela | undefined;
  readonly #ways: readonly Way[];
  readonly #raised = new Map<string, Raised>();
  readonly #gateways = new Map<string, Gateway>();
  /** The gateways'. */
  readonly #addresses = new Set<string>();
  readonly #stopping = new AbortController();
  #hub: Cluster | undefined;
  #lines: Network | undefined;
  #rising: Promise<void> | undefined;
  readonly #lock: Lock;
  #undoFile: UndoFile | undefined;
  #isUp = false;
  /** Folders of runs that had the lab before and have left something in them. */
  #earlier: readonly string[] = [];
  /** It was up before, to stay. */
  #isFound = false;
  #isKept: boolean;
  readonly #own = new OwnParts();

  constructor(options: KindLabOptions, { docker, kind, kubevela, lock }: Tools) {
    const { topology, application, vantagePoints, random } = options;
    this.#options = options;
    this.#docker = docker;
    this.#kind = kind;
    this.#kubevela = kubevela;
    this.#lock = lock;
    this.#isKept = options.keep === true;
    this.random = random;
    this.undoLog = {
      injecting: undo => this.#undo.injecting(undo),
      healed: label => this.#undo.healed(label),
    };
    this.#ways = waysInto(application.port, vantagePoints);
    const raised = (name: string) => this.#raisedOf(name);
    this.centres = topology.cities.flatMap(city =>
      city.centres.map(({ name }) => ({
        name,
        city: city.name,
        get kube() {
          return raised(name).fromHub;
        },
      })),
    );
    this.network = gatewayNetwork(
      {
        http: (request, done) => this.#sending.http(request, done),
        tcp: (attempt, done) => this.#sending.tcp(attempt, done),
        dns: (query, done) => this.#sending.dns(query, done),
      },
      address => this.#addresses.has(address),
      this.#ways,
      application.port,
    );
    this.controls = controlsOf({
      clock: this.clock,
      network: this.network,
      application,
      vantagePoints,
      ways: this.#ways,
      gateways: this.#gateways,
      cluster: name => this.#raisedOf(name).cluster,
      hub: () => this.#hubCluster,
      engine: this.#own.engine,
      nameServer: this.#own.nameServer,
    });
  }

  get hub(): KubeClient {
    return this.#hubCluster.kube;
  }

  up(progress: Progress): Promise<void> {
    this.#rising ??= this.#rise(progress).catch(tellUnwritable);
    return this.#rising;
  }

  whyNoLink(from: Place, to: Place): string | undefined {
    try {
      struck(this.#names, this.#ways, from, to);
      return undefined;
    } catch (error) {
      if (error instanceof LabError) return error.message;
      throw error;
    }
  }

  addressOf(centre: string): string {
    return this.#raisedOf(centre).gateway.address;
  }

  runEngine(start: (hub: KubeClient) => Engine): void {
    this.#own.runEngine(() => start(this.hub));
  }

  serveDns(authority: Authority): Promise<string> {
    return this.#own.serveDns(authority);
  }

  watchLateness(): () => number {
    return this.clock.watchLateness();
  }

  async down(): Promise<void> {
    this.#stopping.abort();
    // What is still being made would appear after it was looked for.
    await this.#rising?.catch(() => {});
    this.#own.engine.stop();
    this.controls.close();
    for (const { cluster, fromHub } of this.#raised.values()) {
      cluster.kube.close();
      fromHub.close();
    }
    this.#hub?.kube.close();
    await this.#own.stop();
    try {
      if (this.#rising !== undefined) await this.#leave();
    } finally {
      await this.#lock.release();
      this.clock.stop();
    }
    this.#own.tellLocalFailure();
  }

  /**
   * What is kept needs the files in this run's folder for as long as faults are in it that nobody has healed. A lab that
   * stays does so for one who loses patience, too: the next drill mends it.
   */
  async #leave(): Promise<void> {
    const kept = this.#isKept && (this.#isUp || (this.#isFound && this.#options.signal?.aborted === true));
    if (!kept) await (this.#isUp ? removeAll(this.#docker) : sweep(this.clock, this.#docker));
    if (kept && (this.#undoFile?.read()?.unhealed ?? []).length > 0) return;
    this.#undoFile?.remove();
    if (!(kept && this.#options.keep)) removeClusterFiles(this.#options.runFolder);
  }

  async #rise(progress: Progress): Promise<void> {
    const { signal = this.#stopping.signal } = this.#options;
    const folder = resolve(this.#options.runFolder);
    mkdirSync(folder, { recursive: true });
    this.#earlier = (await usedFolders(this.#docker)).filter(each => each !== folder && hasRemains(each));
    this.#isFound = await isKept(this.#docker);
    this.#isKept ||= this.#isFound;
    const workshop: Workshop = {
      docker: this.#docker,
      kind: this.#kind,
      clock: this.clock,
      runFolder: folder,
      signal: AbortSignal.any([signal, this.#stopping.signal]),
    };
    const warning = inotifyWarning();
    if (warning !== undefined) progress('this machine is slow to start clusters', warning);
    const { images } = this.#options.application;
    const parts = [NODE_IMAGE, INGRESS_IMAGE, TOXIPROXY_IMAGE, ...(this.#kubevela?.images ?? [])];
    await provideAll(this.#docker, [...parts, ...images], folder, progress);
    const range = await this.#docker.ensureNetwork();
    const addresses = lastAddresses(range, this.#names.length);
    this.#lines = realNetwork({
      clock: this.#machineClock,
      networks: [range],
      onLocalFailure: this.#own.onLocalFailure,
    });

    await this.#raiseAll(addresses, workshop, progress);
    const { topology, application, vantagePoints } = this.#options;
    const undoFile = new UndoFile(folder);
    await undoFile.begin(this.name, { topology, application, vantagePoints });
    this.#undoFile = undoFile;
    this.#isUp = true;
  }

  async #raiseAll(addresses: readonly string[], workshop: Workshop, progress: Progress): Promise<void> {
    using awaited = new Awaited(this.clock, progress);
    const raising = [
      awaited.ready(HUB, this.#raiseHub(workshop)),
      ...this.#names.map((name, index) =>
        awaited.ready(name, this.#raiseCentre(name, addresses[index] ?? '', workshop)),
      ),
    ];
    try {
      await Promise.all(raising);
      const kubevela = this.#kubevela;
      if (kubevela !== undefined) await awaited.ready('KubeVela', this.#startKubeVela(kubevela, workshop));
    } catch (error) {
      // The others need not go on, but nothing may still be at work when what they made is removed.
      this.#stopping.abort();
      await Promise.allSettled(raising);
      throw error;
    }
  }

  async #raiseHub(workshop: Workshop): Promise<boolean> {
    const hub = await raiseHub(workshop, this.#options.application.namespace, this.#kubevela);
    this.#hub = hub;
    return hub.kept;
  }

  async #startKubeVela(kubevela: KubeVela, workshop: Workshop): Promise<boolean> {
    const ways = [...this.#raised].map(([name, raised]) => [name, wayFromHub(raised)] as const);
    await kubevela.start(this.#hubCluster, new Map(ways), workshop);
    return false;
  }

  async #raiseCentre(name: string, address: string, workshop: Workshop): Promise<boolean> {
    const { docker, clock, signal, runFolder } = workshop;
    this.#addresses.add(address);
    const raised = await raiseCentre(
      name,
      {
        gateway: { docker, clock, signal, centre: name, address, ways: this.#ways },
        labels: { run: runFolder, earlier: this.#earlier, keep: this.#isKept },
        application: this.#options.application,
        network: this.network,
      },
      workshop,
    );
    this.#gateways.set(name, raised.gateway);
    this.#raised.set(name, raised);
    return raised.cluster.kept;
  }

  get #names(): string[] {
    return centresOf(this.#options.topology).map(({ name }) => name);
  }

  get #undo(): UndoFile {
    if (this.#undoFile === undefined) throw new LabError('the lab is not up yet');
    return this.#undoFile;
  }

  get #hubCluster(): Cluster {
    if (this.#hub === undefined) throw new LabError('the hub is not up yet');
    return this.#hub;
  }

  get #sending(): Network {
    if (this.#lines === undefined) throw new LabError('the lab is not up yet');
    return this.#lines;
  }

  #raisedOf(name: string): Raised {
    const raised = this.#raised.get(name);
    if (raised === undefined) throw new LabError(`the centre ${name} is not up`);
    return raised;
  }
}

/** Whether the lab that is there, if any, was to stay. */
async function isKept(docker: Docker): Promise<boolean> {
  return (await docker.ownContainers()).some(({ labels }) => labels[KEPT_LABEL] !== undefined);
}
