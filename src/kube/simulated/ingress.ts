import type { Clock } from '../../runtime/clock.ts';
import type { HttpRequest, HttpResponse, ServerProcess } from '../../runtime/network.ts';
import type { Random } from '../../runtime/random.ts';
import { type Told, tell } from '../../runtime/told.ts';
import type { ApiServer } from './api-server.ts';
import { WorkQueue } from './controllers/work-queue.ts';
import { badGatewayPage, notFoundPage, unavailablePage } from './ingress-pages.ts';
import { type Backend, isServed, type Routes, routesOf } from './ingress-routes.ts';
import { ENDPOINT_SLICE, INGRESS, isLeaving, keyOf, refTo, SERVICE } from './objects.ts';
import type { PodNetwork, UpstreamCall, UpstreamOutcome } from './pod-network.ts';
import { draw, type Timings } from './timings.ts';

/** Pods that are tried for one request: `attempts` of clusters/ingress/traefik.yaml. */
const TRIES = 10;

type Asker = Told<HttpResponse | 'reset'>;

/** `unsynced`: it listens and has not yet read the API: it knows no host. */
type State = 'stopped' | 'starting' | 'unsynced' | 'synced';

/** A run of the ingress controller, from its start to its end. */
class Process {
  over = false;
}

/** The ingress controller of a cluster and its proxy. */
export class Ingress {
  readonly #address: string;
  readonly #api: ApiServer;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #timings: Timings;
  readonly #proxy: ReverseProxy;
  readonly #onSynced: () => void;
  readonly #refresh: WorkQueue;
  readonly #publish: WorkQueue;
  #state: State = 'stopped';
  #process = new Process();
  #syncing = false;
  #routes: Routes | undefined;
  /** The earliest moment of the next reading of the routes, and whether one is to come then. */
  #rereadFrom = 0;
  #rereading = false;

  /** `address` is the one that clients reach it by. */
  constructor(options: {
    address: string;
    api: ApiServer;
    clock: Clock;
    random: Random;
    timings: Timings;
    pods: PodNetwork;
    onSynced: () => void;
  }) {
    const { address, api, clock, random, timings, pods, onSynced } = options;
    this.#address = address;
    this.#api = api;
    this.#clock = clock;
    this.#random = random;
    this.#timings = timings;
    this.#proxy = new ReverseProxy(clock, timings, pods);
    this.#onSynced = onSynced;
    const queue = (reaction: Timings['reaction'], reconcile: (key: string) => void): WorkQueue =>
      new WorkQueue({ clock, random, reaction, retry: timings.retry, reconcile });
    this.#refresh = queue(timings.ingressReaction, () => this.#reread());
    this.#publish = queue(timings.ingressAddress, key => this.#publishAddress(key));
    for (const kind of [ENDPOINT_SLICE, SERVICE, INGRESS])
      api.subscribe(kind, () => this.#refresh.add('routes'));
    api.subscribe(INGRESS, ({ object }) => this.#publish.add(keyOf(object)));
  }

  get listening(): boolean {
    return this.#state === 'unsynced' || this.#state === 'synced';
  }

  get process(): ServerProcess {
    return this.#process;
  }

  get synced(): boolean {
    return this.#state === 'synced';
  }

  start(): void {
    if (this.#state !== 'stopped') return;
    this.#state = 'starting';
    this.#clock.after(draw(this.#random, this.#timings.ingressStart), () => {
      this.#state = 'unsynced';
      if (this.#api.serving) this.connect();
    });
  }

  /** The process ends; its connections break. Its clock is to be reset with it. */
  stop(): void {
    this.#process.over = true;
    const open = this.#proxy.drop();
    this.vanish();
    for (const { asker } of open) tell(asker, 'reset');
  }

  /** The machine under it is gone: clients hear nothing more. */
  vanish(): void {
    this.#state = 'stopped';
    this.#process = new Process();
    this.#routes = undefined;
    this.#syncing = false;
    this.#rereading = false;
    this.#proxy.drop();
    this.disconnect();
  }

  /** The API is there: reads it, all of it at first. */
  connect(): void {
    if (!this.listening || this.#syncing) return;
    this.#syncing = true;
    const wait = this.synced ? this.#timings.ingressReaction : this.#timings.ingressSync;
    this.#clock.after(draw(this.#random, wait), () => this.#sync());
  }

  /** The API is away: goes on with what it knows. */
  disconnect(): void {
    this.#refresh.stop();
    this.#publish.stop();
  }

  handle(request: HttpRequest, asker: Asker): void {
    const backend = this.#routes?.find(request.host, request.path);
    if (backend === undefined) tell(asker, notFoundPage);
    else if (backend.upstreams.length === 0) tell(asker, unavailablePage);
    else this.#proxy.pass(backend, asker);
  }

  #sync(): void {
    this.#syncing = false;
    if (!this.#api.serving) return;
    this.#refresh.start();
    this.#publish.start();
    this.#readRoutes();
    for (const ingress of this.#api.list(INGRESS)) this.#publish.add(keyOf(ingress));
    this.#state = 'synced';
    this.#onSynced();
  }

  #reread(): void {
    if (this.#rereading) return;
    const wait = this.#rereadFrom - this.#clock.now();
    if (wait <= 0) {
      this.#readRoutes();
      return;
    }
    this.#rereading = true;
    this.#clock.after(wait, () => {
      this.#rereading = false;
      if (this.#api.serving) this.#readRoutes();
    });
  }

  #readRoutes(): void {
    this.#rereadFrom = this.#clock.now() + this.#timings.ingressThrottle;
    this.#routes = routesOf(this.#api.list(INGRESS), this.#api.list(SERVICE), this.#api.list(ENDPOINT_SLICE));
  }

  #publishAddress(key: string): void {
    const ingress = this.#api.get(refTo(INGRESS, key));
    if (ingress === undefined || isLeaving(ingress) || !isServed(ingress)) return;
    const status = { loadBalancer: { ingress: [{ ip: this.#address }] } };
    this.#api.update({ ...ingress, status }, 'status');
  }
}

/** What passes requests on to the pods, and those that are under way. */
class ReverseProxy {
  readonly clock: Clock;
  readonly timings: Timings;
  readonly pods: PodNetwork;
  /** In the order of their coming. Those that are over are swept out now and then: a set costs several times as much. */
  #open: Proxying[] = [];
  #room = 64;

  constructor(clock: Clock, timings: Timings, pods: PodNetwork) {
    this.clock = clock;
    this.timings = timings;
    this.pods = pods;
  }

  pass(backend: Backend, asker: Asker): void {
    const call = new Proxying(this, backend, asker);
    if (this.#open.length === this.#room) {
      this.#open = this.#open.filter(({ over }) => !over);
      this.#room = Math.max(64, 2 * this.#open.length);
    }
    this.#open.push(call);
    call.next();
  }

  /** Has no more to do with the requests that are under way, and returns them. */
  drop(): readonly Proxying[] {
    const dropped = this.#open.filter(({ over }) => !over);
    for (const call of dropped) call.over = true;
    this.#open = [];
    return dropped;
  }
}

/** A request on its way through the proxy: to one pod, and to the next when that one fails. */
class Proxying implements UpstreamCall {
  readonly #proxy: ReverseProxy;
  readonly #backend: Backend;
  readonly asker: Asker;
  #tries: number;
  over = false;

  constructor(proxy: ReverseProxy, backend: Backend, asker: Asker) {
    this.#proxy = proxy;
    this.#backend = backend;
    this.asker = asker;
    this.#tries = Math.min(TRIES, backend.upstreams.length);
  }

  next(): void {
    const upstream = this.#tries > 0 ? this.#backend.next() : undefined;
    if (upstream === undefined) {
      this.#finish(badGatewayPage);
      return;
    }
    this.#tries--;
    this.#proxy.pods.call(upstream.address, upstream.port, this);
  }

  settle(outcome: UpstreamOutcome): void {
    if (this.over) return;
    const { clock, timings } = this.#proxy;
    if (typeof outcome !== 'string') this.#finish(outcome);
    else if (outcome === 'lost') clock.after(timings.upstreamConnect, () => this.next());
    else this.next();
  }

  #finish(response: HttpResponse): void {
    if (this.over) return;
    this.over = true;
    tell(this.asker, response);
  }
}
