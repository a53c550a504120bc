import type { Clock } from '../../../runtime/clock.ts';
import type { Random } from '../../../runtime/random.ts';
import type { Kind, KubeObject } from '../../objects.ts';
import type { ApiServer } from '../api-server.ts';
import { keyOf } from '../objects.ts';
import type { Timings } from '../timings.ts';
import { WorkQueue } from './work-queue.ts';

/** What every controller of a cluster works with. */
export interface ControllerContext {
  readonly api: ApiServer;
  readonly clock: Clock;
  readonly random: Random;
  readonly timings: Timings;
}

/** Runs while the control plane does; a start looks at everything afresh. */
export interface Runnable {
  start(): void;
  stop(): void;
}

/** A control loop: brings one object at a time to what it should be, whenever something about it may have changed. */
export class Controller implements Runnable {
  readonly queue: WorkQueue;
  readonly #context: ControllerContext;
  readonly #kind: Kind;
  readonly #concerns: (object: KubeObject) => boolean;

  constructor(
    context: ControllerContext,
    name: string,
    kind: Kind,
    reconcile: (key: string) => void,
    concerns: (object: KubeObject) => boolean = () => true,
  ) {
    this.#context = context;
    this.#kind = kind;
    this.#concerns = concerns;
    this.queue = new WorkQueue({
      clock: context.clock,
      random: context.random.fork(name),
      reaction: context.timings.reaction,
      retry: context.timings.retry,
      reconcile,
    });
    context.api.subscribe(kind, ({ object }) => {
      if (concerns(object)) this.queue.add(keyOf(object));
    });
  }

  /** Reconciles the objects whose keys an object of another kind concerns. */
  watch(kind: Kind, keysOf: (object: KubeObject) => readonly string[]): this {
    this.#context.api.subscribe(kind, ({ object }) => {
      for (const key of keysOf(object)) this.queue.add(key);
    });
    return this;
  }

  start(): void {
    this.queue.start();
    for (const object of this.#context.api.list(this.#kind)) {
      if (this.#concerns(object)) this.queue.add(keyOf(object));
    }
  }

  stop(): void {
    this.queue.stop();
  }
}
