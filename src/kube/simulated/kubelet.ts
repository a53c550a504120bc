import { type Fields, type KubeObject, refOf } from '../objects.ts';
import type { ApiServer } from './api-server.ts';
import { WorkQueue } from './controllers/work-queue.ts';
import { CONFIG_MAP, isLeaving, isTrue, keyOf, NODE, nodeOf, POD, refTo, withCondition } from './objects.ts';
import { type Machine, type PodKeeper, PodWorker } from './pod-worker.ts';
import { draw } from './timings.ts';
import { type Files, mount } from './volumes.ts';

/** The agent of one node: runs the pods that the API gives it, tells the API how they are. */
export class Kubelet implements PodKeeper {
  readonly node: string;
  readonly address: string;
  readonly machine: Machine;
  readonly #number: number;
  readonly #api: ApiServer;
  readonly #queue: WorkQueue;
  readonly #workers = new Map<string, PodWorker>();
  readonly #images = new Set<string>();
  #running = false;
  #connected = false;
  #stoppedAt = 0;
  #addresses = 0;
  #lost: string[] = [];

  /** `number` counts the cluster's nodes from 1. */
  constructor(options: { name: string; number: number; api: ApiServer; machine: Machine }) {
    const { api, machine, number } = options;
    this.node = options.name;
    this.address = `172.18.0.${number + 1}`;
    this.machine = machine;
    this.#number = number;
    this.#api = api;
    this.#queue = new WorkQueue({
      clock: machine.clock,
      random: machine.random.fork(this.node),
      reaction: machine.timings.reaction,
      retry: machine.timings.retry,
      reconcile: key => this.#sync(key),
    });
    api.subscribe(POD, ({ object, type }) => {
      if (nodeOf(object) !== this.node) return;
      const key = keyOf(object);
      const runs = this.#workers.has(key) && type !== 'DELETED' && !isLeaving(object);
      if (!runs) this.#queue.add(key);
    });
    api.subscribe(CONFIG_MAP, ({ object }) => {
      const { name, namespace } = object.metadata;
      for (const worker of this.#workers.values()) {
        if (worker.configMaps.has(name) && worker.pod.metadata.namespace === namespace) worker.remount();
      }
    });
  }

  get workers(): readonly PodWorker[] {
    return [...this.#workers.values()];
  }

  /** Time of the node's latest heartbeat. */
  get heartbeat(): number {
    const { clock, timings } = this.machine;
    if (!this.#running) return this.#stoppedAt;
    return Math.floor(clock.now() / timings.nodeHeartbeat) * timings.nodeHeartbeat;
  }

  get running(): boolean {
    return this.#running;
  }

  /** The node comes up, with the API there. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    for (const address of this.#lost) this.machine.network.detach(address);
    this.#lost = [];
    this.connect();
    this.#register();
  }

  /** The node goes down, all at once. */
  die(): void {
    if (!this.#running) return;
    this.#stoppedAt = this.heartbeat;
    this.#running = false;
    this.disconnect();
    for (const worker of this.#workers.values()) {
      worker.vanish();
      if (worker.address !== undefined) this.#lost.push(worker.address);
    }
    this.#workers.clear();
  }

  /** The API is there: compares what runs with what should. */
  connect(): void {
    if (!this.#running || this.#connected) return;
    this.#connected = true;
    this.#queue.start();
    for (const pod of this.#api.list(POD)) if (nodeOf(pod) === this.node) this.#queue.add(keyOf(pod));
    for (const worker of this.#workers.values()) {
      this.#queue.add(worker.key);
      worker.report();
      worker.remount();
    }
  }

  /** The API is away: what runs goes on running. */
  disconnect(): void {
    this.#connected = false;
    this.#queue.stop();
  }

  newAddress(): string {
    this.#addresses++;
    return `10.244.${this.#number}.${this.#addresses + 1}`;
  }

  pull(image: string): boolean {
    if (this.#images.has(image)) return false;
    this.#images.add(image);
    return true;
  }

  filesOf(pod: KubeObject, container: Fields, before: Files | undefined): Files | undefined {
    if (!this.#connected) return undefined;
    const namespace = pod.metadata.namespace ?? '';
    return mount(pod, container, name => this.#api.get({ ...CONFIG_MAP, namespace, name }), before);
  }

  report(pod: KubeObject, change: (status: Fields) => Fields): void {
    const current = this.#current(pod);
    if (current === undefined) return;
    this.#api.update({ ...current, status: change(current.status ?? {}) }, 'status');
  }

  ended(worker: PodWorker): void {
    this.#workers.delete(worker.key);
    const current = this.#current(worker.pod);
    if (current !== undefined) this.#api.delete(refOf(current), { gracePeriodSeconds: 0 });
    else this.#queue.add(worker.key);
  }

  /** The API's copy of the pod, unless the API is away or has another pod by that name. */
  #current(pod: KubeObject): KubeObject | undefined {
    const current = this.#connected ? this.#api.get(refOf(pod)) : undefined;
    return current?.metadata.uid === pod.metadata.uid ? current : undefined;
  }

  #sync(key: string): void {
    const pod = this.#api.get(refTo(POD, key));
    const worker = this.#workers.get(key);
    if (worker !== undefined) {
      const same = pod?.metadata.uid === worker.pod.metadata.uid;
      if (!same || (pod !== undefined && isLeaving(pod))) {
        worker.terminate(pod?.metadata.deletionGracePeriodSeconds ?? 30);
      }
    } else if (pod !== undefined && nodeOf(pod) === this.node) {
      this.#take(pod);
    }
  }

  #take(pod: KubeObject): void {
    if (isLeaving(pod)) {
      this.#api.delete(refOf(pod), { gracePeriodSeconds: 0 });
      return;
    }
    const worker = new PodWorker(this, pod);
    this.#workers.set(worker.key, worker);
    worker.start();
  }

  #register(): void {
    const { clock, random, timings } = this.machine;
    if (this.#api.get({ ...NODE, name: this.node }) !== undefined) {
      this.#becomeReady();
      return;
    }
    this.#api.create({
      ...NODE,
      metadata: {
        name: this.node,
        labels: { 'kubernetes.io/hostname': this.node, 'kubernetes.io/os': 'linux' },
      },
      spec: { podCIDR: `10.244.${this.#number}.0/24` },
    });
    clock.after(draw(random, timings.nodeReady), () => this.#becomeReady());
  }

  #becomeReady(): void {
    const node = this.#connected ? this.#api.get({ ...NODE, name: this.node }) : undefined;
    if (node === undefined || isTrue(node, 'Ready')) return;
    const condition = { type: 'Ready', status: 'True', reason: 'KubeletReady' } as const;
    const conditions = withCondition(node.status?.['conditions'], condition, this.machine.clock.now());
    const status = {
      capacity: { cpu: '4', memory: '8Gi', pods: '110' },
      addresses: [
        { type: 'InternalIP', address: this.address },
        { type: 'Hostname', address: this.node },
      ],
      conditions,
    };
    this.#api.update({ ...node, status }, 'status');
  }
}
