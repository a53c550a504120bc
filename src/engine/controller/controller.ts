import { ApiError, calling, found, type KubeClient } from '../../kube/client.ts';
import { follow } from '../../kube/follow.ts';
import { type KubeObject, refOf } from '../../kube/objects.ts';
import type { Clock, Timer } from '../../runtime/clock.ts';
import { APPLICATION, LOCAL } from '../model.ts';
import type { ClusterInfo } from '../placement.ts';
import { Backoff } from './backoff.ts';
import type { Write } from './clusters.ts';
import { Reconciler } from './reconciler.ts';
import { DEFAULT_SETTINGS, type EngineSettings } from './settings.ts';
import type { Surroundings } from './surroundings.ts';

/** Something that the engine did in a cluster, or an API of the hub that failed it. */
export type EngineEvent =
  | ({ readonly kind: 'write'; readonly application: string } & Write)
  | { readonly kind: 'error'; readonly application: string; readonly message: string };

export interface ControllerOptions {
  readonly clock: Clock;
  readonly hub: KubeClient;
  /** In the order of their registration. */
  readonly clusters: readonly (ClusterInfo & { readonly client: KubeClient })[];
  /** Those not given are KubeVela's. */
  readonly settings?: Partial<EngineSettings>;
  onEvent?(event: EngineEvent): void;
}

/** Asked anew at most this long after the hub failed. */
const MAX_HUB_WAIT_MS = 30_000;

/**
 * Carries out the plans of all Applications on the hub. Stopped at any point, nothing more of it reaches any API; a new
 * controller goes on from what is on the hub.
 */
export function startController(options: ControllerOptions): { stop(): void } {
  const { clock, clusters, settings, onEvent = () => {} } = options;
  const life = { stopped: false };
  const hub = whileAlive(options.hub, life);
  const clients = new Map(clusters.map(({ name, client }) => [name, whileAlive(client, life)]));
  clients.set(LOCAL, hub);
  const around: Surroundings = {
    hub,
    clusters,
    settings: { ...DEFAULT_SETTINGS, ...settings },
    now: () => clock.now(),
    clientOf: cluster => clients.get(cluster),
    wrote: write => onEvent({ kind: 'write', ...write }),
  };
  const loops = new Map<string, Loop>();
  const applications = follow({ client: hub, clock, kind: APPLICATION }, ({ type, object }) => {
    const { uid = '', name } = object.metadata;
    let loop = loops.get(uid);
    if (type === 'DELETED') {
      loops.delete(uid);
      loop?.stop();
    } else if (loop === undefined) {
      loop = new Loop(around, clock, object, message =>
        onEvent({ kind: 'error', application: name, message }),
      );
      loops.set(uid, loop);
      loop.run();
    } else {
      loop.changed(object);
    }
  });
  return {
    stop() {
      life.stopped = true;
      applications.close();
      for (const loop of loops.values()) loop.stop();
    },
  };
}

class StoppedError extends Error {}

/** A client that fails as soon as its owner's life is over, even with what was asked before. */
function whileAlive(client: KubeClient, life: { readonly stopped: boolean }): KubeClient {
  return calling(client, ask => {
    if (life.stopped) return Promise.reject(new StoppedError());
    return ask().then(
      result => {
        if (life.stopped) throw new StoppedError();
        return result;
      },
      error => {
        throw life.stopped ? new StoppedError() : error;
      },
    );
  });
}

/** Looks at one application whenever it changed or its time has come; never twice at once. */
class Loop {
  readonly #around: Surroundings;
  readonly #clock: Clock;
  readonly #reconciler: Reconciler;
  readonly #failed: (message: string) => void;
  readonly #backoff = new Backoff();
  #object: KubeObject;
  /** Versions that others have written since `#object`. */
  #news = new Set<string>();
  #own = new Set<string>();
  #running = false;
  #stopped = false;
  #timer: Timer | undefined;

  constructor(around: Surroundings, clock: Clock, object: KubeObject, failed: (message: string) => void) {
    const { name, namespace = 'default' } = object.metadata;
    this.#clock = clock;
    this.#object = object;
    this.#failed = failed;
    const hub: KubeClient = {
      ...around.hub,
      update: (changed, sub) => this.#update(around.hub, changed, sub),
    };
    const abandoned = (resources: readonly string[]) =>
      failed(`deleted without what is in clusters that do not answer: ${resources.join(', ')}`);
    this.#around = { ...around, hub, abandoned };
    this.#reconciler = new Reconciler(this.#around, { name, namespace });
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** The watch shows a new version: news, unless this loop wrote it. */
  changed({ metadata: { resourceVersion = '' } }: KubeObject): void {
    this.#news.add(resourceVersion);
    if (!this.#running && this.#hasNews()) this.run();
  }

  run(): void {
    if (this.#running || this.#stopped) return;
    this.#timer?.cancel();
    this.#running = true;
    this.#look().then(
      againMs => this.#rest(againMs),
      error => this.#fail(error),
    );
  }

  async #look(): Promise<number | undefined> {
    if (this.#hasNews()) {
      this.#news.clear();
      const object = await found(this.#around.hub.get(refOf(this.#object)));
      if (object === undefined) return undefined;
      this.#object = object;
    }
    const { object, againMs } = await this.#reconciler.reconcile(this.#object);
    if (object !== undefined) this.#object = object;
    return againMs;
  }

  #rest(againMs: number | undefined): void {
    this.#running = false;
    if (this.#hasNews()) this.run();
    else if (againMs !== undefined) this.#later(againMs);
  }

  #fail(error: unknown): void {
    this.#running = false;
    if (error instanceof StoppedError) return;
    if (!(error instanceof ApiError)) throw error;
    // Whatever failed, what is known of the hub may not be true any more.
    this.#news.add('');
    this.#reconciler.forget();
    this.#failed(error.message);
    this.#later(error.reason === 'Conflict' ? 0 : this.#backoff.next(error.message, MAX_HUB_WAIT_MS));
  }

  #later(ms: number): void {
    if (!this.#stopped) this.#timer = this.#clock.after(ms, () => this.run());
  }

  #hasNews(): boolean {
    for (const version of this.#news) if (this.#own.delete(version)) this.#news.delete(version);
    return this.#news.size > 0;
  }

  async #update(hub: KubeClient, object: KubeObject, subresource?: 'status'): Promise<KubeObject> {
    const written = await hub.update(object, subresource);
    if (object.metadata.uid === this.#object.metadata.uid)
      this.#own.add(written.metadata.resourceVersion ?? '');
    return written;
  }
}
