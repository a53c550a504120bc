import { ApiError, type KubeClient } from '../../kube/client.ts';
import { equal } from '../../kube/json.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { VirtualClock } from '../../runtime/virtual-clock.ts';
import { FINALIZER, Reconciler } from '../controller/reconciler.ts';
import { DEFAULT_SETTINGS } from '../controller/settings.ts';
import { statusOf } from '../controller/status.ts';
import { operate, WorkflowError, type WorkflowOperation } from '../kubectl/operators.ts';
import { APPLICATION, LOCAL, withSubSteps } from '../model.ts';
import type { Action, Case } from './case.ts';
import { clusterInfos, normalized, populated, unreachableText } from './start.ts';
import { type ApplicationView, objectKeys, objectsIn, revisionsIn, row, trackersIn, viewOf } from './view.ts';
import type { World } from './world.ts';

const MOST_LOOKS = 80;

/** What one engine makes of its clients: they may throw EngineDeath, then another engine takes its place. */
export type Engines = () => (client: KubeClient, cluster: string) => KubeClient;

export class EngineDeath extends Error {}

/** What happened to a case's application over time. */
export async function play(
  given: Case,
  application: KubeObject,
  clock: VirtualClock,
  engines: Engines = () => client => client,
): Promise<Record<string, unknown>> {
  const game = new Game(given, application, clock, engines);
  return given.script == null ? game.settled() : game.scripted(given.script);
}

class Game {
  readonly #case: Case;
  readonly #clock: VirtualClock;
  readonly #world: World;
  readonly #engines: Engines;
  #reconciler: Reconciler;
  readonly #ref;
  readonly #retryLimit: number;
  readonly #timeline: object[] = [];
  readonly #writes: string[] = [];
  #looks = 0;
  #last: unknown;
  #lastError = '';

  constructor(given: Case, application: KubeObject, clock: VirtualClock, engines: Engines) {
    this.#case = given;
    this.#clock = clock;
    this.#engines = engines;
    this.#world = populated(given, clock);
    const { name, namespace = 'default' } = application.metadata;
    this.#ref = { ...APPLICATION, name, namespace };
    this.#hub.create(application);
    this.#retryLimit = given.options?.stepErrorRetryTimes || DEFAULT_SETTINGS.retryLimit;
    this.#reconciler = this.#start();
  }

  /** An engine that knows nothing but what is on the hub. */
  #start(): Reconciler {
    const { name, namespace } = this.#ref;
    const { clusterMinor, applicationRevisionLimit } = this.#case.options ?? {};
    const use = this.#engines();
    const client = (cluster: string) => {
      const made = this.#world.client(cluster);
      return made && use(made, cluster);
    };
    const hub = client(LOCAL);
    if (hub === undefined) throw new Error('there is no hub');
    const settings = {
      ...DEFAULT_SETTINGS,
      retryLimit: this.#retryLimit,
      admitted: true,
      thorough: true,
      ...(clusterMinor ? { clusterMinor: Number(clusterMinor) } : {}),
      ...(applicationRevisionLimit === undefined ? {} : { revisionLimit: applicationRevisionLimit }),
    };
    return new Reconciler(
      {
        hub,
        clusters: clusterInfos(this.#case),
        settings,
        now: () => this.#clock.now(),
        clientOf: client,
        wrote: ({ cluster, verb, object: { kind, metadata } }) => {
          const place = `${metadata.namespace ?? ''}/${metadata.name}`;
          this.#writes.push(`#${this.#looks} ${cluster} ${verb} ${kind} ${place}`);
        },
      },
      { name, namespace },
    );
  }

  get #hub() {
    const store = this.#world.store(LOCAL);
    if (store === undefined) throw new Error('there is no hub');
    return store;
  }

  /** Lets it go on until nothing changes; a person resumes it whenever it is suspended. */
  async settled(): Promise<Record<string, unknown>> {
    await this.#settle(MOST_LOOKS);
    const suspends: object[] = [];
    for (let times = 0; times < 20 && this.#case.options?.autoResume !== false; times++) {
      const application = this.#application;
      if (application === undefined || statusOf(application).status !== 'workflowSuspending') break;
      suspends.push(this.#suspendPoint(application));
      const problem = await this.#operate('resume', '');
      if (problem !== '') break;
      await this.#settle(MOST_LOOKS);
    }
    return { suspends, ...this.#end() };
  }

  async scripted(script: readonly Action[]): Promise<Record<string, unknown>> {
    const checkpoints: object[] = [];
    for (const [n, action] of script.entries()) {
      const error = await this.#act(action);
      const { conditions: _, ...status } = this.#view();
      const objects = objectKeys(this.#world);
      checkpoints.push({ n, op: action.op, ...(error === '' ? {} : { error }), status, objects });
    }
    return { checkpoints, ...this.#end() };
  }

  #end(): Record<string, unknown> {
    return {
      timeline: this.#timeline,
      final: this.#view(),
      ...(this.#lastError === '' ? {} : { lastReconcileError: this.#lastError }),
      kubectlGetApp: row(this.#application),
      objects: objectsIn(this.#world, false),
      trackers: trackersIn(this.#hub),
      revisions: revisionsIn(this.#hub),
      reconciles: this.#looks,
      writes: this.#writes,
    };
  }

  get #application(): KubeObject | undefined {
    return this.#hub.find(this.#ref);
  }

  #view(): ApplicationView {
    return viewOf(this.#application);
  }

  /** Looks until nothing changes any more, but while a step is tried again. */
  async #settle(most: number): Promise<void> {
    for (let looks = 0, stable = 0; looks < most; looks++) {
      const before = this.#fingerprint();
      const died = await this.#look();
      stable = !died && equal(before, this.#fingerprint()) ? stable + 1 : 0;
      const application = this.#application;
      if (application === undefined) {
        this.#note('');
        return;
      }
      const { status, workflow } = statusOf(application);
      const steps = withSubSteps(workflow?.steps ?? []);
      const isTried =
        status === 'runningWorkflow' &&
        steps.some(({ phase, reason }) => phase === 'failed' && reason === 'Execute');
      if (stable >= (isTried ? this.#retryLimit + 3 : 2)) return;
    }
  }

  #fingerprint(): unknown {
    return [this.#view(), objectsIn(this.#world, true), trackersIn(this.#hub)];
  }

  /** One look of the engine; the first only claims the application, as KubeVela's does. True when it died of it. */
  async #look(): Promise<boolean> {
    let died = false;
    this.#looks += 1;
    const application = this.#application;
    let problem = '';
    if (application !== undefined) {
      try {
        const { finalizers = [], deletionTimestamp } = application.metadata;
        if (!finalizers.includes(FINALIZER) && deletionTimestamp === undefined) {
          await this.#reconciler.claim(application);
        } else {
          await this.#reconciler.reconcile(application);
        }
      } catch (error) {
        died = error instanceof EngineDeath;
        if (died) this.#reconciler = this.#start();
        else if (error instanceof ApiError) this.#reconciler.forget();
        else throw error;
        problem = (error as Error).message;
      }
    }
    this.#world.collectOrphans();
    this.#lastError = problem;
    this.#note(problem);
    if (!this.#case.options?.noKubelet) this.#world.makeReady();
    return died;
  }

  #note(error: string): void {
    const view = { ...this.#view(), ...(error === '' ? {} : { reconcileError: error }) };
    if (equal(view, this.#last)) return;
    this.#last = view;
    this.#timeline.push({ ...view, reconcile: this.#looks });
  }

  #suspendPoint(application: KubeObject): object {
    const steps = statusOf(application).workflow?.steps ?? [];
    return {
      afterReconcile: this.#looks,
      objects: objectKeys(this.#world),
      steps: steps.flatMap(({ name, phase, subSteps = [] }) => [
        ...(phase === 'suspending' ? [name] : []),
        ...subSteps.filter(sub => sub.phase === 'suspending').map(sub => `${name}/${sub.name}`),
      ]),
    };
  }

  /** Does what a script says; what went wrong comes back. */
  async #act(action: Action): Promise<string> {
    const store = this.#world.store(action.cluster || LOCAL);
    switch (action.op) {
      case 'settle':
        await this.#settle(action.times || MOST_LOOKS);
        return '';
      case 'reconcile':
        for (let times = 0; times < (action.times || 1); times++) await this.#look();
        return '';
      case 'resume':
      case 'suspend':
      case 'terminate':
      case 'restart':
      case 'rollback':
        return this.#operate(action.op, action.step ?? '');
      case 'health':
        this.#world.unhealthy = action.health ?? [];
        this.#world.makeReady();
        return '';
      case 'update':
        return this.#update(action.application);
      case 'deleteApp':
        if (this.#application !== undefined) this.#hub.delete(this.#application, `T+${this.#clock.now()}`);
        return '';
      case 'wait':
        await this.#clock.sleep(action.millis ?? 0);
        return '';
      case 'cluster':
      case 'apply':
      case 'patch':
      case 'delete':
        return store === undefined ? `no such cluster ${action.cluster}` : this.#meddle(store, action);
      default:
        return `unknown op ${action.op}`;
    }
  }

  async #operate(op: WorkflowOperation, step: string): Promise<string> {
    const hub = this.#world.client(LOCAL);
    if (hub === undefined || this.#application === undefined) return 'application not found';
    try {
      await operate(hub, this.#ref, op, step === '' ? undefined : step);
      return '';
    } catch (error) {
      if (error instanceof WorkflowError || error instanceof ApiError) return error.message;
      throw error;
    } finally {
      this.#reconciler.forget();
    }
  }

  /** `kubectl apply` of the application: spec, labels and annotations become those that are given. */
  #update(given: KubeObject | undefined): string {
    if (given === undefined) return 'update needs an application';
    const object = normalized(given);
    const before = this.#application;
    if (before === undefined) {
      this.#hub.create(object);
      return '';
    }
    const { labels: _, annotations: _1, ...metadata } = before.metadata;
    const { labels, annotations } = object.metadata;
    this.#hub.commit(before, {
      ...before,
      spec: object.spec ?? {},
      metadata: {
        ...metadata,
        ...(labels === undefined ? {} : { labels }),
        ...(annotations === undefined ? {} : { annotations }),
      },
    });
    return '';
  }

  #meddle(store: NonNullable<ReturnType<World['store']>>, action: Action): string {
    if (action.op === 'cluster') {
      const { unreachable } = action;
      store.unreachable = unreachableText(store.name, unreachable, store.unreachable);
      return '';
    }
    if (action.op === 'apply') {
      if (action.object === undefined) return 'apply needs an object';
      const { apiVersion, kind, metadata } = action.object;
      const old = store.find({ apiVersion, kind, name: metadata.name, namespace: metadata.namespace ?? '' });
      const { uid, generation = 0 } = old?.metadata ?? {};
      const kept = uid === undefined ? {} : { uid, generation: generation + 1 };
      store.seed({ ...action.object, metadata: { ...metadata, ...kept } });
      return '';
    }
    const { apiVersion = '', kind = '', name = '', namespace = '' } = action;
    const object = store.find({ apiVersion, kind, name, namespace });
    if (object === undefined) return `object not found: ${kind} ${namespace}/${name}`;
    if (action.op === 'delete') store.drop(object);
    else store.meddle(object, action.patch);
    return '';
  }
}
