import { type Fields, type KubeObject, refOf } from '../../objects.ts';
import {
  type Condition,
  controllerReference,
  DEPLOYMENT,
  isControlledBy,
  isLeaving,
  nonZero,
  ownerKeys,
  POD,
  REPLICA_SET,
  refTo,
  withCondition,
} from '../objects.ts';
import { drillTime, timestamp } from '../timestamps.ts';
import { Controller, type ControllerContext, type Runnable } from './controller.ts';
import {
  nextSizes,
  type RolloutBudget,
  rolloutBudget,
  type SetState,
  scaledSizes,
} from './rolling-update.ts';
import { TEMPLATE_HASH, templateHash } from './template-hash.ts';

const REVISION = 'deployment.kubernetes.io/revision';
/** Reasons of the condition Progressing: of a rollout that is done, that is late, and of those under way. */
const DONE = 'NewReplicaSetAvailable';
const LATE = 'ProgressDeadlineExceeded';
const rolloutReasons = new Set<string | undefined>([
  'NewReplicaSetCreated',
  'ReplicaSetUpdated',
  'DeploymentResumed',
]);
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** What the ReplicaSet was sized for: a Deployment that says something else has been scaled since. */
const DESIRED = 'deployment.kubernetes.io/desired-replicas';
const MAX = 'deployment.kubernetes.io/max-replicas';

/** Deployment → ReplicaSets: rolling updates, recreation, rollback to an equal template, status. */
export function deploymentController(context: ControllerContext): Runnable {
  const controller = new Controller(context, 'deployment', DEPLOYMENT, key => reconcile(key));
  controller.watch(REPLICA_SET, set => ownerKeys(set, 'Deployment'));
  // A Recreate waits for the last pod to go, which no ReplicaSet's status shows.
  controller.watch(POD, pod => (isLeaving(pod) ? deploymentKeysOf(context, pod) : []));

  function reconcile(key: string): void {
    const deployment = context.api.get(refTo(DEPLOYMENT, key));
    if (deployment === undefined || isLeaving(deployment)) {
      controller.queue.cancelDelayed(key);
      return;
    }
    const rollout = new Rollout(context, deployment);
    rollout.step();
    rollout.writeStatus();
    const late = rollout.lateAt();
    if (late === undefined) controller.queue.cancelDelayed(key);
    else controller.queue.addAfter(key, late - context.clock.now());
  }

  return controller;
}

/** One look at a Deployment and its ReplicaSets, and the next step. */
class Rollout {
  deployment: KubeObject;
  readonly #context: ControllerContext;
  readonly #paused: boolean;
  readonly #replicas: number;
  readonly #budget: RolloutBudget;
  readonly #hash: string;
  /** What this look did that bears on progress. */
  #did: 'scale' | 'create' | undefined;
  /** Its ReplicaSets as they were read last; each write forgets them. */
  #read: readonly KubeObject[] | undefined;

  constructor(context: ControllerContext, deployment: KubeObject) {
    const spec = deployment.spec ?? {};
    this.#context = context;
    this.deployment = deployment;
    this.#replicas = spec['replicas'] ?? 1;
    const { type, rollingUpdate } = spec['strategy'] ?? {};
    this.#paused = spec['paused'] === true;
    this.#budget =
      type === 'Recreate'
        ? { surge: 0, unavailable: 0 }
        : rolloutBudget(this.#replicas, rollingUpdate?.maxSurge, rollingUpdate?.maxUnavailable);
    this.#hash = templateHash(spec['template']);
  }

  step(): void {
    if (this.#paused || this.#wasScaled()) this.#scale();
    else if (this.#recreates() && this.#oldOnesLive()) this.#scaleOldToZero();
    else this.#roll();
  }

  #wasScaled(): boolean {
    return this.#sets.some(
      set => set.spec?.['replicas'] > 0 && Number(set.metadata.annotations?.[DESIRED]) !== this.#replicas,
    );
  }

  /** Sizes what there is; a rollout goes on at the next look, one that is paused does not. */
  #scale(): void {
    this.#did = 'scale';
    this.#tendCurrent();
    const current = this.#current();
    const old = this.#old();
    const sizes = scaledSizes(this.#replicas, this.#budget, current && stateOf(current), old.map(stateOf));
    for (const set of this.#sets) this.#resize(set, sizes.get(set.metadata.name));
    if (this.#paused) this.#forgetHistory();
  }

  #roll(): void {
    if (this.#current() === undefined) this.#create();
    this.#tendCurrent();
    const current = this.#current();
    if (current === undefined) return;
    const old = this.#old();
    const sizes = nextSizes(this.#replicas, this.#budget, stateOf(current), old.map(stateOf));
    for (const set of [current, ...old]) this.#resize(set, sizes.get(set.metadata.name));
    this.#forgetHistory();
  }

  writeStatus(): void {
    const { updated, total, ready, available, wanted } = this.#counts();
    const enough = available >= this.#replicas - this.#budget.unavailable;
    const availability: Condition = {
      type: 'Available',
      status: enough ? 'True' : 'False',
      reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    };
    const now = this.#context.clock.now();
    const progressing = this.#progressing(now);
    let conditions: readonly Condition[] | undefined = this.deployment.status?.['conditions'];
    conditions = withCondition(conditions, availability, now);
    if (progressing !== undefined) conditions = withCondition(conditions, progressing, now);
    const status: Fields = {
      observedGeneration: this.deployment.metadata.generation,
      ...nonZero({
        replicas: total,
        updatedReplicas: updated,
        readyReplicas: ready,
        availableReplicas: available,
        unavailableReplicas: Math.max(0, wanted - available),
      }),
      conditions,
    };
    this.deployment = this.#context.api.update({ ...this.deployment, status }, 'status');
  }

  /** When a rollout that gets no further is late, drill time in ms; `undefined` when none is under way, or late already. */
  lateAt(): number | undefined {
    const progressing = this.#progressCondition();
    if (progressing === undefined || this.#complete || !rolloutReasons.has(progressing.reason))
      return undefined;
    const seconds = this.deployment.spec?.['progressDeadlineSeconds'] ?? 600;
    // Times are kept in whole seconds.
    return drillTime(progressing.lastUpdateTime) + (seconds + 1) * 1000;
  }

  /** How the rollout goes; a finished one stays finished, whatever becomes of its pods (`syncRolloutStatus`). */
  #progressing(now: number): Condition | undefined {
    const before = this.#progressCondition();
    const is = (reason: string, status: Condition['status'] = 'True'): Condition =>
      before?.reason === reason
        ? before
        : { type: 'Progressing', status, reason, lastUpdateTime: timestamp(now) };
    if (this.#paused) return before?.reason === LATE ? before : is('DeploymentPaused', 'Unknown');
    if (this.#did === 'scale')
      return before?.reason === 'DeploymentPaused' ? is('DeploymentResumed', 'Unknown') : before;
    if (this.#did === 'create') return is('NewReplicaSetCreated');
    const { updated, total, ready, available } = this.#counts();
    if (before?.reason === DONE && updated === total) return before;
    if (this.#complete) return is(DONE);
    const last: Fields = this.deployment.status ?? {};
    const count = (field: string): number => last[field] ?? 0;
    const got =
      updated > count('updatedReplicas') ||
      total - updated < count('replicas') - count('updatedReplicas') ||
      ready > count('readyReplicas') ||
      available > count('availableReplicas');
    if (got)
      return {
        type: 'Progressing',
        status: 'True',
        reason: 'ReplicaSetUpdated',
        lastUpdateTime: timestamp(now),
      };
    if (now >= (this.lateAt() ?? Number.POSITIVE_INFINITY)) return is(LATE, 'False');
    return before?.reason === 'DeploymentPaused' ? is('DeploymentResumed', 'Unknown') : before;
  }

  #progressCondition(): Condition | undefined {
    const conditions: readonly Condition[] = this.deployment.status?.['conditions'] ?? [];
    return conditions.find(({ type }) => type === 'Progressing');
  }

  /** Every wanted pod is of the current template and available, and no other is left. */
  get #complete(): boolean {
    const { updated, total, available } = this.#counts();
    return updated === this.#replicas && total === this.#replicas && available >= this.#replicas;
  }

  #counts(): { updated: number; total: number; ready: number; available: number; wanted: number } {
    const current = this.#current();
    const count = (field: string): number =>
      this.#sets.reduce((total, set) => total + (set.status?.[field] ?? 0), 0);
    return {
      updated: current?.status?.['replicas'] ?? 0,
      total: count('replicas'),
      ready: count('readyReplicas'),
      available: count('availableReplicas'),
      wanted: this.#sets.reduce((total, set) => total + set.spec?.['replicas'], 0),
    };
  }

  get #sets(): readonly KubeObject[] {
    const namespace = this.deployment.metadata.namespace ?? '';
    this.#read ??= this.#context.api
      .list(REPLICA_SET, { namespace })
      .filter(set => isControlledBy(set, this.deployment) && !isLeaving(set));
    return this.#read;
  }

  #current(): KubeObject | undefined {
    return this.#sets.find(set => set.metadata.labels?.[TEMPLATE_HASH] === this.#hash);
  }

  /** Oldest revision first. */
  #old(): KubeObject[] {
    return this.#sets
      .filter(set => set.metadata.labels?.[TEMPLATE_HASH] !== this.#hash)
      .sort((a, b) => revisionOf(a) - revisionOf(b));
  }

  #recreates(): boolean {
    return this.deployment.spec?.['strategy']?.type === 'Recreate';
  }

  #oldOnesLive(): boolean {
    const old = this.#old();
    return this.#context.api
      .list(POD, { namespace: this.deployment.metadata.namespace ?? '' })
      .some(pod => old.some(set => isControlledBy(pod, set)));
  }

  #scaleOldToZero(): void {
    for (const set of this.#old()) this.#resize(set, 0);
  }

  #create(): void {
    const { metadata, spec = {} } = this.deployment;
    const template = spec['template'];
    const labels = { ...template.metadata?.labels, [TEMPLATE_HASH]: this.#hash };
    const alone = { name: '', replicas: 0, available: 0, of: 0 };
    const old = this.#old().map(stateOf);
    const replicas = nextSizes(this.#replicas, this.#budget, alone, old).get('') ?? 0;
    this.#context.api.create({
      ...REPLICA_SET,
      metadata: {
        name: `${metadata.name}-${this.#hash}`,
        ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
        labels,
        annotations: {
          ...inherited(metadata.annotations),
          [REVISION]: this.#nextRevision(),
          ...this.#sizedFor(),
        },
        ownerReferences: [controllerReference(this.deployment)],
      },
      spec: {
        replicas,
        ...(spec['minReadySeconds'] && { minReadySeconds: spec['minReadySeconds'] }),
        selector: {
          ...spec['selector'],
          matchLabels: { ...spec['selector']?.matchLabels, [TEMPLATE_HASH]: this.#hash },
        },
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
    });
    this.#read = undefined;
    this.#did = 'create';
  }

  /** The current set carries the highest revision, also when it is an old one that a rollback uses again. */
  #tendCurrent(): void {
    const current = this.#current();
    if (current === undefined) return;
    const revision = this.#nextRevision(revisionOf(current));
    const { minReadySeconds: before = 0, ...rest } = current.spec ?? {};
    const minReadySeconds: number = this.deployment.spec?.['minReadySeconds'] ?? 0;
    const spec =
      before === minReadySeconds
        ? current.spec
        : { ...rest, ...(minReadySeconds > 0 && { minReadySeconds }) };
    if (revisionOf(current) !== Number(revision) || spec !== current.spec) {
      this.#update({ ...annotated(current, { [REVISION]: revision }), ...(spec && { spec }) });
    }
    if (this.deployment.metadata.annotations?.[REVISION] === revision) return;
    // As status, which counts up no generation.
    this.deployment = this.#context.api.update(
      annotated(this.deployment, { [REVISION]: revision }),
      'status',
    );
  }

  #nextRevision(atLeast = 1): string {
    return String(Math.max(atLeast, ...this.#old().map(set => revisionOf(set) + 1)));
  }

  #resize(set: KubeObject, replicas: number | undefined): void {
    if (replicas === undefined) return;
    const { annotations } = set.metadata;
    const sizedFor = this.#sizedFor();
    const same = set.spec?.['replicas'] === replicas;
    if (same && annotations?.[DESIRED] === sizedFor[DESIRED] && annotations[MAX] === sizedFor[MAX]) return;
    this.#update({ ...annotated(set, sizedFor), spec: { ...set.spec, replicas } });
  }

  #sizedFor(): { [DESIRED]: string; [MAX]: string } {
    return { [DESIRED]: String(this.#replicas), [MAX]: String(this.#replicas + this.#budget.surge) };
  }

  #update(object: KubeObject): KubeObject {
    this.#read = undefined;
    return this.#context.api.update(object);
  }

  #forgetHistory(): void {
    const limit = this.deployment.spec?.['revisionHistoryLimit'] ?? 10;
    const idle = this.#old().filter(set => set.spec?.['replicas'] === 0 && !set.status?.['replicas']);
    const forgotten = idle.slice(0, Math.max(0, idle.length - limit));
    if (forgotten.length > 0) this.#read = undefined;
    for (const set of forgotten) this.#context.api.delete(refOf(set));
  }
}

function stateOf(set: KubeObject): SetState {
  return {
    name: set.metadata.name,
    replicas: set.spec?.['replicas'] ?? 0,
    available: set.status?.['availableReplicas'] ?? 0,
    of: Number(set.metadata.annotations?.[MAX]) || (set.spec?.['replicas'] ?? 0),
  };
}

function annotated(object: KubeObject, annotations: Record<string, string>): KubeObject {
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } } };
}

function revisionOf(set: KubeObject): number {
  return Number(set.metadata.annotations?.[REVISION] ?? 0);
}

function inherited(annotations: Record<string, string> = {}): Record<string, string> {
  const {
    [LAST_APPLIED]: _applied,
    [REVISION]: _revision,
    [DESIRED]: _desired,
    [MAX]: _max,
    ...rest
  } = annotations;
  return rest;
}

function deploymentKeysOf(context: ControllerContext, pod: KubeObject): readonly string[] {
  return ownerKeys(pod, 'ReplicaSet').flatMap(key => {
    const set = context.api.get(refTo(REPLICA_SET, key));
    return set === undefined ? [] : ownerKeys(set, 'Deployment');
  });
}
