import type { Clock } from '../../runtime/clock.ts';
import type { HttpResponse } from '../../runtime/network.ts';
import type { Random } from '../../runtime/random.ts';
import type { PodServer, UpstreamCall } from './pod-network.ts';

/** What one pod can do. Beyond `inService` requests wait, beyond `queue` waiting ones they are refused. */
export interface PodCapacity {
  readonly inService: number;
  readonly serviceTimeMs: number;
  readonly queue: number;
}

/** How an application misbehaves: a share of its answers are 500, each takes longer. */
export interface Misbehaviour {
  readonly errorShare: number;
  readonly delayMs: number;
}

/** Service times vary by this share to either side. */
const SERVICE_TIME_JITTER = 0.1;

const INTERNAL_ERROR: HttpResponse = { status: 500, body: 'Internal Server Error\n' };

/** The web-demo program: shows its ENV_NAME and the configuration that is mounted now. */
export class WebDemo implements PodServer {
  readonly port = 8080;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #capacity: PodCapacity;
  readonly #misbehaviour: () => Misbehaviour;
  readonly #env: string;
  #page: HttpResponse;
  #alive = true;
  #listening = true;
  readonly #waiting: UpstreamCall[] = [];
  /** Few: a set would cost several times as much. */
  #inService: UpstreamCall[] = [];

  constructor(options: {
    clock: Clock;
    random: Random;
    capacity: PodCapacity;
    misbehaviour: () => Misbehaviour;
    env: string;
    config: string;
  }) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#capacity = options.capacity;
    this.#misbehaviour = options.misbehaviour;
    this.#env = options.env;
    this.#page = page(options.env, options.config);
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** It reads its configuration for every page. */
  mount(config: string): void {
    this.#page = page(this.#env, config);
  }

  serve(call: UpstreamCall): void {
    if (!this.#listening) call.settle('refused');
    else if (this.#inService.length < this.#capacity.inService) this.#begin(call);
    else if (this.#waiting.length < this.#capacity.queue) this.#waiting.push(call);
    else call.settle('refused');
  }

  /** Takes no more requests; those that it has go on. */
  close(): void {
    this.#listening = false;
  }

  /** The process is gone; its connections break. */
  kill(): void {
    this.#alive = false;
    this.#listening = false;
    const open = [...this.#inService, ...this.#waiting];
    this.#inService = [];
    this.#waiting.length = 0;
    for (const call of open) call.settle('reset');
  }

  /** The machine under it is gone: nobody hears of anything any more. */
  vanish(): void {
    this.#alive = false;
    this.#listening = false;
  }

  #begin(call: UpstreamCall): void {
    this.#inService.push(call);
    const vary = 1 + SERVICE_TIME_JITTER * (2 * this.#random.float() - 1);
    const ms = this.#capacity.serviceTimeMs * vary + this.#misbehaviour().delayMs;
    this.#clock.after(Math.round(ms), new Serving(this, call));
  }

  /** The service of a call has taken its time. */
  finish(call: UpstreamCall): void {
    if (!this.#alive) return;
    remove(this.#inService, call);
    if (this.#waiting.length > 0) this.#begin(this.#waiting.shift() as UpstreamCall);
    const { errorShare } = this.#misbehaviour();
    const fails = errorShare > 0 && this.#random.chance(errorShare);
    call.settle(fails ? INTERNAL_ERROR : this.#page);
  }
}

/** A call that a pod is serving. */
class Serving {
  readonly #pod: WebDemo;
  readonly #call: UpstreamCall;

  constructor(pod: WebDemo, call: UpstreamCall) {
    this.#pod = pod;
    this.#call = call;
  }

  fire(): void {
    this.#pod.finish(this.#call);
  }
}

/** What `splice` does, without the array of what was removed. */
function remove<T>(items: T[], item: T): void {
  for (let index = items.indexOf(item); index + 1 < items.length; index++)
    items[index] = items[index + 1] as T;
  items.pop();
}

function page(env: string, config: string): HttpResponse {
  return { status: 200, body: `This is env ${env} !\nConfig file is ${config}` };
}
