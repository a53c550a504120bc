import { mkdirSync, rmSync } from 'node:fs';
import { CAPABILITIES, type CentreControls, type Controls } from '../../faults/fault.ts';
import { type DnsServer, serveDns } from '../../gtm/dns-server-real.ts';
import type { Authority } from '../../gtm/dns-types.ts';
import { ApiError, type KubeClient } from '../../kube/client.ts';
import type { RealKubeClient } from '../../kube/client-real.ts';
import { centresOf, type Topology } from '../../kube/topology.ts';
import type { Network, Place } from '../../runtime/network.ts';
import { realNetwork } from '../../runtime/network-real.ts';
import type { Random } from '../../runtime/random.ts';
import { RealClock } from '../../runtime/real-clock.ts';
import { type Engine, type Lab, type LabApplication, type LabCentre, LabError } from '../lab.ts';
import { lastAddresses } from './addresses.ts';
import { centreControls } from './centre.ts';
import { cleanCentre, cleanHub } from './clean.ts';
import { type Cluster, client, ensureCluster, kubeconfigFile, type Workshop } from './clusters.ts';
import { Docker } from './docker.ts';
import { removeAll, sweep } from './down.ts';
import { Gateway, OBSERVER, type Way, waysInto } from './gateway.ts';
import { gatewayNetwork } from './gateway-network.ts';
import { buildWebDemo, isWebDemo, provide } from './images.ts';
import { ingressIsReady, installEngineKinds, installIngress } from './ingress.ts';
import { KindCli } from './kind-cli.ts';
import { through } from './kubeconfig.ts';
import { LabClock } from './lab-clock.ts';
import { linkControls, struck } from './links.ts';
import { type Lock, lockLab } from './lock.ts';
import { clusterName, INGRESS_IMAGE, NODE_IMAGE, nodeName, TOXIPROXY_IMAGE } from './pins.ts';
import { type UndoEntry, UndoLog } from './undo-log.ts';
import { type Bounds, until } from './until.ts';
import { tooFewWatches } from './watches.ts';

const READY_WITHIN_MS = 300_000;
const DNS_TIMEOUT_MS = 1000;
/** How often people hear what is still awaited. */
const TELL_EVERY_MS = 15_000;
const API_PORT = 6443;
const HUB = 'hub';

type Progress = (step: string, detail?: string) => void;

export interface KindLabOptions {
  readonly topology: Topology;
  readonly random: Random;
  readonly application: LabApplication & {
    /** That the application's manifests name, in any version. */
    readonly images: readonly string[];
  };
  readonly vantagePoints: readonly string[];
  /** Where the run's files go: kubeconfigs, what undoes its faults. Made when it is needed first. */
  readonly runFolder: () => string;
  /** Leaves the clusters for the next drill. */
  readonly keep?: boolean;
  readonly signal?: AbortSignal;
}

/** Real clusters in containers, real requests, real time. @throws LabError when Docker or kind is missing, or the lab is in use. */
export async function kindLab(options: KindLabOptions): Promise<KindLab> {
  const [docker, kind] = await Promise.all([Docker.connect(), KindCli.find(options.signal)]);
  return new KindLab(options, docker, kind, await lockLab());
}

/** A centre that is up. */
interface Raised {
  readonly cluster: Cluster;
  readonly gateway: Gateway;
  /** As the hub reaches its API: over the link that faults may strike. */
  readonly fromHub: RealKubeClient;
}

export class KindLab implements Lab {
  readonly name = 'kind';
  /** Goes on when the lab is down: deadlines of what is still under way are kept by it. */
  readonly #machineClock = new RealClock();
  readonly clock = new LabClock(this.#machineClock);
  readonly random: Random;
  readonly network: Network;
  readonly controls: Controls;
  readonly centres: readonly LabCentre[];
  readonly #options: KindLabOptions;
  readonly #docker: Docker;
  readonly #kind: KindCli;
  readonly #ways: readonly Way[];
  readonly #raised = new Map<string, Raised>();
  readonly #gateways = new Map<string, Gateway>();
  readonly #observed = new Map<string, CentreControls & { close(): void }>();
  readonly #stopping = new AbortController();
  #hub: Cluster | undefined;
  #lines: Network | undefined;
  #rising: Promise<void> | undefined;
  readonly #lock: Lock;
  #isUp = false;
  #nameServer: DnsServer | undefined;
  #startEngine: (() => Engine) | undefined;
  #engine: Engine | undefined;
  #localFailure: Error | undefined;

  constructor(options: KindLabOptions, docker: Docker, kind: KindCli, lock: Lock) {
    const { topology, application, vantagePoints, random } = options;
    this.#options = options;
    this.#docker = docker;
    this.#kind = kind;
    this.#lock = lock;
    this.random = random;
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
      address => [...this.#gateways.values()].some(gateway => gateway.address === address),
      this.#ways,
      application.port,
    );
    this.controls = this.#makeControls();
  }

  get hub(): KubeClient {
    return this.#hubCluster.kube;
  }

  up(progress: Progress): Promise<void> {
    this.#rising ??= this.#rise(progress);
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
    this.#startEngine = () => start(this.hub);
    this.#engine = this.#startEngine();
  }

  async serveDns(authority: Authority): Promise<string> {
    this.#nameServer = await serveDns({ host: '127.0.0.1', port: 0 }, authority);
    return this.#nameServer.address;
  }

  /** Writes what takes a fault back, to disk, before the fault is injected. */
  writeUndo(entry: UndoEntry): void {
    new UndoLog(this.#options.runFolder()).write(entry);
  }

  async down(): Promise<void> {
    this.#stopping.abort();
    // What is still being made would appear after it was looked for.
    await this.#rising?.catch(() => {});
    this.#engine?.stop();
    for (const controls of this.#observed.values()) controls.close();
    for (const { cluster, fromHub } of this.#raised.values()) {
      cluster.kube.close();
      fromHub.close();
    }
    this.#hub?.kube.close();
    await this.#nameServer?.stop();
    if (this.#rising !== undefined && !(this.#isUp && this.#options.keep)) await this.#remove();
    await this.#lock.release();
    this.clock.stop();
    const failure = this.#localFailure;
    if (failure !== undefined)
      throw new LabError(
        `this machine could not make some of the drill's connections (${failure.message}): they say nothing ` +
          'about the system under test',
        { cause: failure },
      );
  }

  async #remove(): Promise<void> {
    if (this.#isUp) await removeAll(this.#docker);
    else await sweep(this.clock, this.#docker);
    const folder = this.#options.runFolder();
    for (const name of [HUB, ...this.#names]) {
      rmSync(kubeconfigFile(folder, name), { force: true });
      // The kind command line locks the file that it writes.
      rmSync(`${kubeconfigFile(folder, name)}.lock`, { force: true });
    }
  }

  async #rise(progress: Progress): Promise<void> {
    const { signal = this.#stopping.signal } = this.#options;
    const folder = this.#options.runFolder();
    mkdirSync(folder, { recursive: true });
    const workshop: Workshop = {
      docker: this.#docker,
      kind: this.#kind,
      clock: this.clock,
      runFolder: folder,
      signal: AbortSignal.any([signal, this.#stopping.signal]),
    };
    const warning = tooFewWatches();
    if (warning !== undefined) progress('this machine is slow to start clusters', warning);
    const { images } = this.#options.application;
    for (const image of [NODE_IMAGE, INGRESS_IMAGE, TOXIPROXY_IMAGE])
      await provide(this.#docker, image, progress);
    for (const image of images)
      await (isWebDemo(image) ? buildWebDemo(this.#docker, image) : provide(this.#docker, image, progress));
    const range = await this.#docker.ensureNetwork();
    const addresses = lastAddresses(range, this.#names.length);
    this.#lines = realNetwork({
      clock: this.#machineClock,
      networks: [range],
      onLocalFailure: error => {
        this.#localFailure ??= error;
      },
    });

    const awaited = new Set([HUB, ...this.#names]);
    const heartbeat = this.#tell(awaited, progress);
    const timed = async (name: string, work: Promise<boolean>) => {
      const begun = this.clock.now();
      const kept = await work;
      awaited.delete(name);
      const took = `${Math.round((this.clock.now() - begun) / 1000)} s`;
      progress(`${name} is ready`, kept ? `it was there, ${took}` : took);
    };
    try {
      const raising = [
        timed(HUB, this.#raiseHub(workshop)),
        ...this.#names.map((name, index) =>
          timed(name, this.#raiseCentre(name, addresses[index] ?? '', workshop)),
        ),
      ];
      try {
        await Promise.all(raising);
      } catch (error) {
        // The others need not go on, but nothing may still be at work when what they made is removed.
        this.#stopping.abort();
        await Promise.allSettled(raising);
        throw error;
      }
    } finally {
      heartbeat.abort();
    }
    this.#isUp = true;
  }

  /** Says every few seconds what is awaited, until it is aborted. */
  #tell(awaited: ReadonlySet<string>, progress: Progress): AbortController {
    const over = new AbortController();
    const begun = this.clock.now();
    const tell = async () => {
      for (;;) {
        await this.clock.sleep(TELL_EVERY_MS, over.signal);
        const seconds = Math.round((this.clock.now() - begun) / 1000);
        progress(`waiting for ${[...awaited].join(', ')}`, `${seconds} s`);
      }
    };
    tell().catch(() => {});
    return over;
  }

  async #raiseHub(workshop: Workshop): Promise<boolean> {
    const hub = await ensureCluster(HUB, workshop);
    this.#hub = hub;
    // An API that has just come up may fail what it did, under load: all of this may be done again.
    await until("the hub does not take the engine's kinds", bounds(workshop), async () => {
      await installEngineKinds(hub.kube);
      // What the hub holds is data: nothing of it may run there.
      await hub.kube.patch({ apiVersion: 'v1', kind: 'Node', name: hub.node.name }, 'merge', {
        spec: { unschedulable: true },
      });
      return true;
    });
    await this.#served(hub, workshop);
    if (hub.kept) await cleanHub(hub.kube, this.#options.application.namespace, this.clock);
    return hub.kept;
  }

  async #served(hub: Cluster, workshop: Workshop): Promise<void> {
    const kinds = [
      ['core.oam.dev/v1beta1', 'Application'],
      ['core.oam.dev/v1beta1', 'ApplicationRevision'],
      ['core.oam.dev/v1beta1', 'ResourceTracker'],
      ['core.oam.dev/v1alpha1', 'Policy'],
      ['core.oam.dev/v1alpha1', 'Workflow'],
    ] as const;
    await until("the hub's API does not know the engine's kinds", bounds(workshop), async () => {
      for (const [apiVersion, kind] of kinds) await hub.kube.list({ apiVersion, kind });
      return true;
    });
  }

  async #raiseCentre(name: string, address: string, workshop: Workshop): Promise<boolean> {
    const { clock, signal } = workshop;
    const [cluster, gateway] = await allDone(
      ensureCluster(name, workshop),
      Gateway.start({ docker: this.#docker, clock, signal, centre: name, address, ways: this.#ways }),
    );
    this.#gateways.set(name, gateway);
    const { kube, node, kubeconfig, kept } = cluster;
    await gateway.open(await node.address());
    const server = `https://${gateway.address}:${API_PORT}`;
    const fromHub = client(through(kubeconfig, server, nodeName(name)));
    this.#raised.set(name, { cluster, gateway, fromHub });
    const { application } = this.#options;
    await this.#kind.load(clusterName(name), [INGRESS_IMAGE, ...application.images]);
    await until(`${name} does not take its ingress`, bounds(workshop), async () => {
      await installIngress(kube, gateway.address);
      await this.controls.centre(name).startIngress();
      return true;
    });
    if (kept) await cleanCentre(kube, application.namespace, clock);
    const inTime = bounds(workshop);
    await until(`the ingress of ${name} is not ready`, inTime, () => ingressIsReady(kube));
    await until(`the hub does not reach ${name}`, inTime, () => answers(fromHub));
    // Until the ingress has the application, it says 404: what matters is that the way there is open.
    await until(`${name} cannot be reached at its public address ${gateway.address}`, inTime, async () => {
      const { response } = await this.controls.centre(name).request(DNS_TIMEOUT_MS);
      return response !== undefined;
    });
    return kept;
  }

  #makeControls(): Controls {
    const { application, vantagePoints } = this.#options;
    const { clock, network } = this;
    return {
      clock,
      capabilities: new Set(CAPABILITIES),
      application,
      vantagePoints,
      centre: name => {
        const { cluster, gateway } = this.#raisedOf(name);
        const { node, kube } = cluster;
        const controls =
          this.#observed.get(name) ??
          centreControls({ name, node, gateway, kube, network, clock, application });
        this.#observed.set(name, controls);
        return controls;
      },
      ...linkControls(this.#gateways, this.#ways),
      stopHub: async () => {
        this.#engine?.stop();
        this.#engine = undefined;
        await this.#hubCluster.node.pause();
      },
      startHub: async () => {
        await this.#hubCluster.node.unpause();
        this.#engine ??= this.#startEngine?.();
      },
      hubAnswers: () => answers(this.hub),
      stopGtmDns: async () => {
        await this.#nameServer?.silence();
      },
      startGtmDns: async () => {
        await this.#nameServer?.start();
      },
      gtmDnsAnswers: () =>
        new Promise(resolve => {
          const server = this.#nameServer?.address;
          if (server === undefined) return resolve(false);
          this.network.dns(
            { from: OBSERVER, server, name: application.host, type: 'A', timeoutMs: DNS_TIMEOUT_MS },
            ({ answer }) => resolve(answer !== undefined),
          );
        }),
    };
  }

  get #names(): string[] {
    return centresOf(this.#options.topology).map(({ name }) => name);
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

const bounds = ({ clock, signal }: Workshop): Bounds => ({ clock, signal, withinMs: READY_WITHIN_MS });

/** Both, or the first failure once both have ended. */
async function allDone<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  const both = await Promise.allSettled([one, other]);
  for (const each of both) if (each.status === 'rejected') throw each.reason;
  return [await one, await other];
}

async function answers(kube: KubeClient): Promise<boolean> {
  try {
    await kube.list({ apiVersion: 'v1', kind: 'Namespace' });
    return true;
  } catch (error) {
    // What says no is there.
    return error instanceof ApiError && error.reason !== 'Unreachable';
  }
}
