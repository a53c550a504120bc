import type { Clock } from '../../runtime/clock.ts';
import type { Place, SimulatedNetwork, SimulatedServer } from '../../runtime/network.ts';
import type { Random } from '../../runtime/random.ts';
import type { KubeClient } from '../client.ts';
import type { KubeObject } from '../objects.ts';
import { ApiServer } from './api-server.ts';
import { simulatedClient } from './client.ts';
import type { ControllerContext, Runnable } from './controllers/controller.ts';
import { deploymentController } from './controllers/deployment.ts';
import { endpointSliceController } from './controllers/endpoint-slice.ts';
import { nodeLifecycle } from './controllers/node-lifecycle.ts';
import { replicaSetController } from './controllers/replica-set.ts';
import { scheduler } from './controllers/scheduler.ts';
import { TEMPLATE_HASH } from './controllers/template-hash.ts';
import { Ingress } from './ingress.ts';
import { Kubelet } from './kubelet.ts';
import { MachineClock } from './machine-clock.ts';
import { DEPLOYMENT, INGRESS_CLASS, isTrue, NODE } from './objects.ts';
import { PodNetwork } from './pod-network.ts';
import type { Machine, PodWorker } from './pod-worker.ts';
import { timings as defaults, draw, type Span, type Timings } from './timings.ts';
import type { Misbehaviour, PodCapacity } from './web-demo.ts';

export type { PodCapacity } from './web-demo.ts';

export interface ClusterOptions {
  readonly name: string;
  /** The public address before the ingress; absent: a cluster that serves no clients (the hub). */
  readonly address?: string;
  /** The one at which it serves them, 80 by default. */
  readonly port?: number;
  readonly nodes: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly network: SimulatedNetwork;
  readonly pod: PodCapacity;
  readonly timings?: Timings;
  /** Who changes an object of the API gets a TypeError; see ApiServer. */
  readonly freeze?: boolean;
}

const API_TIMEOUT = 10_000;
const HTTP = 80;

/**
 * A Kubernetes cluster on one machine, as kind makes them: API, controllers, nodes with their pods, an ingress at a
 * public address. Its faults may be laid over each other; each is idempotent.
 */
export class SimulatedCluster {
  readonly name: string;
  readonly api: ApiServer;
  readonly #network: SimulatedNetwork;
  readonly #random: Random;
  readonly #victims: Random;
  readonly #timings: Timings;
  /** One for each part that dies alone. */
  readonly #clock: Clock;
  readonly #control: MachineClock;
  readonly #machine: MachineClock;
  readonly #edge: MachineClock;
  readonly #controllers: readonly Runnable[];
  readonly #kubelets: readonly Kubelet[];
  readonly #ingress: Ingress | undefined;
  #misbehaviour: Misbehaviour = { errorShare: 0, delayMs: 0 };
  #power: 'on' | 'starting' | 'off' = 'on';
  #paused = false;
  #controlPlaneWanted = true;
  #controllersRunning = false;
  #ingressWanted = true;
  readonly #stoppedNodes = new Set<string>();
  #waiting: (() => void)[] = [];

  constructor(options: ClusterOptions) {
    const { name, address, clock, network, timings = defaults } = options;
    const random = options.random.fork(name);
    this.name = name;
    this.#clock = clock;
    this.#network = network;
    this.#random = random;
    this.#victims = random.fork('victims');
    this.#timings = timings;
    this.#control = new MachineClock(clock);
    this.#machine = new MachineClock(clock);
    this.#edge = new MachineClock(clock);
    this.api = new ApiServer(this.#control, name, options);
    const pods = new PodNetwork();
    const machine: Machine = {
      clock: this.#machine,
      random: random.fork('nodes'),
      timings,
      network: pods,
      capacity: options.pod,
      misbehaviour: () => this.#misbehaviour,
    };
    this.#kubelets = Array.from({ length: options.nodes }, (_, index) => {
      const number = index + 1;
      return new Kubelet({ name: `${name}-node-${number}`, number, api: this.api, machine });
    });
    this.#controllers = this.#makeControllers();
    this.api.subscribe(NODE, () => this.#tellWhenReady());
    if (address !== undefined) {
      this.#ingress = new Ingress({
        address,
        api: this.api,
        clock: this.#edge,
        random: random.fork('ingress'),
        timings,
        pods,
        onSynced: () => this.#tellWhenReady(),
      });
      network.listen(address, name, this.#server(this.#ingress, options.port ?? HTTP));
    }
  }

  /** A client elsewhere; its calls go over the network. */
  client(from: Place): KubeClient {
    return simulatedClient({
      api: () => (this.#power !== 'on' || this.#paused ? undefined : this.api),
      network: this.#network,
      from,
      to: this.name,
      timeoutMs: API_TIMEOUT,
    });
  }

  /** Brings the cluster up for the first time: its API serves at once, all else within seconds. */
  boot(): void {
    this.api.create({
      ...INGRESS_CLASS,
      metadata: { name: 'nginx' },
      spec: { controller: 'k8s.io/ingress-nginx' },
    });
    this.#apiCameUp();
  }

  /** API and controllers run, every node is Ready, the ingress has read the API. */
  get ready(): boolean {
    if (!this.#controllersRunning || !this.api.serving) return false;
    const nodes = this.api.list(NODE);
    return (
      nodes.length === this.#kubelets.length &&
      nodes.every(node => isTrue(node, 'Ready')) &&
      (this.#ingress?.synced ?? true)
    );
  }

  /** Calls `done` once, as soon as the cluster is ready. */
  whenReady(done: () => void): void {
    if (this.ready) done();
    else this.#waiting.push(done);
  }

  /** Freezes all of it (`docker pause`): packets vanish, nothing is forgotten. */
  pause(): void {
    this.#paused = true;
    for (const clock of this.#clocks()) clock.freeze();
  }

  unpause(): void {
    this.#paused = false;
    for (const clock of this.#clocks()) clock.thaw();
  }

  /** Switches the machine off: packets vanish, every process is gone; what the API stored stays. */
  stop(): void {
    if (this.#power === 'off') return;
    this.#power = 'off';
    this.#controlPlaneGoesDown();
    for (const kubelet of this.#kubelets) kubelet.die();
    this.#ingress?.vanish();
    for (const clock of this.#clocks()) clock.reset();
  }

  /** Switches the machine on: first it refuses, then the API is up, then the ingress, at last the pods. */
  start(): void {
    if (this.#power !== 'off') return;
    this.#power = 'starting';
    this.#after(this.#machine, this.#timings.hostStart, () => {
      this.#power = 'on';
      if (this.#controlPlaneWanted) this.#startApiServer();
    });
  }

  /** API and controllers stop; nodes and ingress go on with what they know. */
  stopControlPlane(): void {
    if (!this.#controlPlaneWanted) return;
    this.#controlPlaneWanted = false;
    this.#controlPlaneGoesDown();
    for (const kubelet of this.#kubelets) kubelet.disconnect();
    this.#ingress?.disconnect();
  }

  startControlPlane(): void {
    if (this.#controlPlaneWanted) return;
    this.#controlPlaneWanted = true;
    if (this.#power === 'on') this.#startApiServer();
  }

  /** The ingress is gone: connections are refused. */
  stopIngress(): void {
    this.#ingressWanted = false;
    this.#ingress?.stop();
    this.#edge.reset();
  }

  startIngress(): void {
    if (this.#ingressWanted) return;
    this.#ingressWanted = true;
    if (this.#kubelets.some(kubelet => kubelet.running)) this.#ingress?.start();
  }

  /** Kills the processes of running pods of such Deployments, chosen at random; returns how many. The API is not needed. */
  killPods(count: number | 'all', isStruck: (deployment: KubeObject) => boolean): number {
    const matches = ({ running, pod }: PodWorker): boolean => {
      const deployment = running ? this.#deploymentOf(pod) : undefined;
      return deployment !== undefined && isStruck(deployment);
    };
    const candidates = this.#kubelets.flatMap(kubelet => kubelet.workers).filter(matches);
    const chosen = count === 'all' ? candidates : this.#victims.shuffle(candidates).slice(0, count);
    return chosen.filter(worker => worker.kill()).length;
  }

  /** By the ReplicaSet, which is named after it and its template's hash; as it is stored, whether the API answers or not. */
  #deploymentOf(pod: KubeObject): KubeObject | undefined {
    const { namespace = '', ownerReferences = [], labels } = pod.metadata;
    const owner = ownerReferences.find(({ kind }) => kind === 'ReplicaSet')?.name;
    const suffix = `-${labels?.[TEMPLATE_HASH]}`;
    if (owner === undefined || !owner.endsWith(suffix)) return undefined;
    const name = owner.slice(0, -suffix.length);
    const isIt = ({ kind, metadata }: KubeObject) => kind === DEPLOYMENT.kind && metadata.name === name;
    return this.api.contentOf(namespace).find(isIt);
  }

  /** How web-demo behaves in this cluster from now on; what is left out is as it should be. */
  setApplication(behaviour: Partial<Misbehaviour>): void {
    this.#misbehaviour = { errorShare: behaviour.errorShare ?? 0, delayMs: behaviour.delayMs ?? 0 };
  }

  /** One node goes down, with its pods. Nodes are named `<cluster>-node-<number>`, from 1. */
  stopNode(name: string): void {
    this.#stoppedNodes.add(name);
    this.#kubelet(name).die();
  }

  startNode(name: string): void {
    if (!this.#stoppedNodes.delete(name)) return;
    this.#after(this.#machine, this.#timings.kubeletStart, () => this.#nodesComeUp());
  }

  #makeControllers(): Runnable[] {
    const context: ControllerContext = {
      api: this.api,
      clock: this.#control,
      random: this.#random.fork('controllers'),
      timings: this.#timings,
    };
    const heartbeatOf = (node: string): number | undefined =>
      this.#kubelets.find(kubelet => kubelet.node === node)?.heartbeat;
    return [
      deploymentController(context),
      replicaSetController(context),
      scheduler(context),
      endpointSliceController(context),
      nodeLifecycle(context, heartbeatOf),
    ];
  }

  #server(ingress: Ingress, served: number): SimulatedServer {
    return {
      accepts: port => {
        if (this.#paused || this.#power !== 'on') return 'drop';
        return port === served && ingress.listening ? 'accept' : 'refuse';
      },
      process: () => ingress.process,
      handle: (request, asker) => ingress.handle(request, asker),
    };
  }

  #startApiServer(): void {
    this.#after(this.#control, this.#timings.apiServerStart, () => this.#apiCameUp());
  }

  #apiCameUp(): void {
    this.api.up();
    this.#after(this.#control, this.#timings.controllersStart, () => {
      this.#controllersRunning = true;
      for (const controller of this.#controllers) controller.start();
      this.#tellWhenReady();
    });
    for (const kubelet of this.#kubelets) kubelet.connect();
    this.#ingress?.connect();
    this.#after(this.#machine, this.#timings.kubeletStart, () => this.#nodesComeUp());
  }

  /** Kubelets and the ingress's pod need the API to start, not to go on. */
  #nodesComeUp(): void {
    if (!this.api.serving) return;
    for (const kubelet of this.#kubelets) if (!this.#stoppedNodes.has(kubelet.node)) kubelet.start();
    if (this.#ingressWanted) this.#ingress?.start();
  }

  #controlPlaneGoesDown(): void {
    for (const controller of this.#controllers) controller.stop();
    this.#controllersRunning = false;
    this.#control.reset();
    this.api.down();
  }

  #tellWhenReady(): void {
    if (this.#waiting.length === 0 || !this.ready) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    // Whoever waits may settle a promise, which a machine's timers must not.
    for (const done of waiting) this.#clock.after(0, done);
  }

  #kubelet(name: string): Kubelet {
    const kubelet = this.#kubelets.find(({ node }) => node === name);
    if (kubelet === undefined) throw new Error(`cluster ${this.name} has no node "${name}"`);
    return kubelet;
  }

  #clocks(): readonly MachineClock[] {
    return [this.#control, this.#machine, this.#edge];
  }

  #after(clock: Clock, span: Span, act: () => void): void {
    clock.after(draw(this.#random, span), act);
  }
}
