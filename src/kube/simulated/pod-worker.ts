import type { Clock } from '../../runtime/clock.ts';
import type { Random } from '../../runtime/random.ts';
import type { Fields, KubeObject } from '../objects.ts';
import { isWebDemo } from '../web-demo-image.ts';
import { type Condition, keyOf, withCondition } from './objects.ts';
import type { PodNetwork } from './pod-network.ts';
import { timestamp } from './timestamps.ts';
import { backedOff, draw, type Timings } from './timings.ts';
import { type Files, mountedConfigMaps } from './volumes.ts';
import { type Misbehaviour, type PodCapacity, WebDemo } from './web-demo.ts';

/** What runs pods on a node, beside the API. */
export interface Machine {
  readonly clock: Clock;
  readonly random: Random;
  readonly timings: Timings;
  readonly network: PodNetwork;
  readonly capacity: PodCapacity;
  readonly misbehaviour: () => Misbehaviour;
}

/** What a pod needs of its kubelet. */
export interface PodKeeper {
  readonly machine: Machine;
  /** The node's own address. */
  readonly address: string;
  newAddress(): string;
  /** Whether the image has to be pulled; it is there afterwards. */
  pull(image: string): boolean;
  /** The container's files; `undefined` while they cannot be mounted. `before`: those that it runs with. */
  filesOf(pod: KubeObject, container: Fields, before: Files | undefined): Files | undefined;
  /** Writes `change` of the pod's status, if the API is there and knows the pod. */
  report(pod: KubeObject, change: (status: Fields) => Fields): void;
  /** Every process of the pod has ended. */
  ended(worker: PodWorker): void;
}

/** `starting`: on the way to a process. `dead`: the process died, the kubelet has not noticed or waits. */
type State = 'starting' | 'running' | 'dead' | 'stopping' | 'stopped';

const CONFIG_FILE = '/config-file/config.json';

/** One pod on its node, from its assignment to the end of its processes. */
export class PodWorker {
  readonly pod: KubeObject;
  readonly key: string;
  readonly configMaps: ReadonlySet<string>;
  readonly #keeper: PodKeeper;
  readonly #random: Random;
  readonly #container: Fields;
  #state: State = 'starting';
  #program: WebDemo | undefined;
  #files: Files | undefined;
  #address: string | undefined;
  #ready = false;
  /** A container has run before: another start is a restart. */
  #ran: boolean;
  #restarts: number;
  #startedAt = 0;
  #crashes = 0;
  #mountFailures = 0;
  #remounting = false;

  constructor(keeper: PodKeeper, pod: KubeObject) {
    const status: Fields = pod.status ?? {};
    this.pod = pod;
    this.key = keyOf(pod);
    this.configMaps = new Set(mountedConfigMaps(pod));
    this.#keeper = keeper;
    this.#random = keeper.machine.random.fork(this.key);
    this.#container = containerOf(pod);
    // Without a worker although it ran: the whole machine went down and came back.
    this.#ran = status['phase'] === 'Running';
    this.#restarts = status['containerStatuses']?.[0]?.restartCount ?? 0;
  }

  get running(): boolean {
    return this.#state === 'running';
  }

  get address(): string | undefined {
    return this.#address;
  }

  start(): void {
    const pull = this.#keeper.pull(this.#container['image'] ?? '') ? this.#draw('imagePull') : 0;
    const start = this.#ran ? this.#draw('podRestart') : this.#draw('podStart');
    if (this.#ran) this.#report();
    this.#keeper.machine.clock.after(pull + start, this.#launch);
  }

  /** The container's process dies. False when none runs. */
  kill(): boolean {
    if (this.#state !== 'running') return false;
    this.#state = 'dead';
    this.#program?.kill();
    this.#keeper.machine.clock.after(this.#draw('deathNotice'), this.#noticeDeath);
    return true;
  }

  /** Asks the process to end (SIGTERM): it takes no more requests, and serves those that it has. */
  terminate(graceSeconds: number): void {
    if (this.#state === 'stopping' || this.#state === 'stopped') return;
    const ms = this.running ? Math.min(this.#draw('termination'), graceSeconds * 1000) : 0;
    this.#state = 'stopping';
    const { clock, timings } = this.#keeper.machine;
    clock.after(ms, () => {
      this.#program?.close();
      clock.after(Math.min(timings.drain, graceSeconds * 1000 - ms), () => this.#exit());
    });
  }

  /** The node is gone, and the pod with it. */
  vanish(): void {
    this.#state = 'stopped';
    this.#program?.vanish();
    if (this.#address !== undefined) this.#keeper.machine.network.lose(this.#address);
  }

  /** A mounted ConfigMap may have changed: its files follow some time later. */
  remount(): void {
    if (this.#remounting || !this.running) return;
    this.#remounting = true;
    this.#keeper.machine.clock.after(this.#draw('mountUpdate'), () => {
      this.#remounting = false;
      this.#readFiles();
      this.#program?.mount(this.#config());
    });
  }

  /** Writes the pod's status as the kubelet knows it. */
  report(): void {
    if (this.#ran && this.#state !== 'stopped') this.#report();
  }

  readonly #launch = (): void => {
    if (this.#state !== 'starting') return;
    this.#readFiles();
    if (this.#files === undefined) this.#waitForVolumes();
    else this.#run();
  };

  #waitForVolumes(): void {
    const { clock, timings } = this.#keeper.machine;
    this.#mountFailures++;
    if (this.#mountFailures === 1) this.#report();
    clock.after(backedOff(timings.mountRetry, this.#mountFailures), this.#launch);
  }

  #run(): void {
    const { machine } = this.#keeper;
    this.#state = 'running';
    if (this.#ran) this.#restarts++;
    this.#ran = true;
    this.#startedAt = machine.clock.now();
    this.#address ??= this.#keeper.newAddress();
    if (isWebDemo(this.#container['image'])) {
      const { clock, capacity, misbehaviour } = machine;
      const env = environmentOf(this.#container, 'ENV_NAME');
      const config = this.#config();
      this.#program = new WebDemo({ clock, random: this.#random, capacity, misbehaviour, env, config });
      machine.network.attach(this.#address, this.#program);
    }
    const probe: Fields | undefined = this.#container['readinessProbe'];
    if (probe === undefined) this.#becomeReady();
    else this.#awaitProbe(probe);
  }

  #awaitProbe(probe: Fields): void {
    this.#report();
    const wait = (probe['initialDelaySeconds'] ?? 0) + (probe['periodSeconds'] ?? 10) * this.#random.float();
    const program = this.#program;
    this.#keeper.machine.clock.after(wait * 1000, () => {
      if (this.running && program === this.#program) this.#becomeReady();
    });
  }

  #becomeReady(): void {
    this.#ready = true;
    this.#report();
  }

  readonly #noticeDeath = (): void => {
    if (this.#state !== 'dead') return;
    const { clock, timings } = this.#keeper.machine;
    if (clock.now() - this.#startedAt >= timings.crashForgiven) this.#crashes = 0;
    const wait = this.#crashes === 0 ? 0 : backedOff(timings.crashBackOff, this.#crashes);
    this.#crashes++;
    this.#ready = false;
    this.#report();
    this.#state = 'starting';
    clock.after(wait + this.#draw('containerRestart'), this.#launch);
  };

  #exit(): void {
    if (this.#state !== 'stopping') return;
    this.#state = 'stopped';
    this.#program?.kill();
    const { clock, network } = this.#keeper.machine;
    const address = this.#address;
    if (address === undefined) {
      this.#keeper.ended(this);
      return;
    }
    network.detach(address);
    clock.after(this.#draw('networkTeardown'), () => {
      network.lose(address);
      clock.after(this.#draw('podRemoval'), () => this.#keeper.ended(this));
    });
  }

  /** What was mounted once stays when the API is away. */
  #readFiles(): void {
    this.#files =
      this.#keeper.filesOf(this.pod, this.#container, this.running ? this.#files : undefined) ?? this.#files;
  }

  #config(): string {
    return this.#files?.get(CONFIG_FILE) ?? '';
  }

  #draw(
    span:
      | 'imagePull'
      | 'podRestart'
      | 'podStart'
      | 'deathNotice'
      | 'termination'
      | 'networkTeardown'
      | 'podRemoval'
      | 'mountUpdate'
      | 'containerRestart',
  ): number {
    return draw(this.#random, this.#keeper.machine.timings[span]);
  }

  #report(): void {
    this.#keeper.report(this.pod, status => this.#statusAfter(status));
  }

  #statusAfter(before: Fields): Fields {
    const now = this.#keeper.machine.clock.now();
    const ready = this.#ready ? 'True' : 'False';
    let conditions: readonly Condition[] | undefined = before['conditions'];
    for (const [type, status] of [
      ['PodScheduled', 'True'],
      ['Initialized', 'True'],
      ['ContainersReady', ready],
      ['Ready', ready],
    ] as const) {
      conditions = withCondition(conditions, { type, status }, now);
    }
    const containers: Fields[] = this.pod.spec?.['containers'] ?? [];
    return {
      phase: this.#ran ? 'Running' : 'Pending',
      conditions,
      hostIP: this.#keeper.address,
      ...(this.#address !== undefined && { podIP: this.#address, podIPs: [{ ip: this.#address }] }),
      startTime: before['startTime'] ?? timestamp(now),
      containerStatuses: containers.map(({ name, image }) => ({
        name,
        image,
        ready: this.#ready,
        started: this.running,
        restartCount: this.#restarts,
        state: this.#containerState(),
      })),
    };
  }

  #containerState(): Fields {
    if (this.running) return { running: { startedAt: timestamp(this.#startedAt) } };
    if (!this.#ran || this.#state === 'starting') return { waiting: { reason: 'ContainerCreating' } };
    if (this.#crashes > 1) return { waiting: { reason: 'CrashLoopBackOff' } };
    return { terminated: { exitCode: 137, reason: 'Error' } };
  }
}

/** The container that matters: the one that serves, else the first. */
function containerOf(pod: KubeObject): Fields {
  const containers: Fields[] = pod.spec?.['containers'] ?? [];
  return containers.find(({ image }) => isWebDemo(image)) ?? containers[0] ?? {};
}

function environmentOf(container: Fields, name: string): string {
  const variables: Fields[] = container['env'] ?? [];
  return variables.findLast(variable => variable['name'] === name)?.['value'] ?? '';
}
