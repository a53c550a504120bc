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
import { Controller, type ControllerContext, type Runnable } from './controller.ts';
import { nextSizes, type RolloutBudget, rolloutBudget, type SetState } from './rolling-update.ts';
import { TEMPLATE_HASH, templateHash } from './template-hash.ts';

const REVISION = 'deployment.kubernetes.io/revision';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Deployment → ReplicaSets: rolling updates, recreation, rollback to an equal template, status. */
export function deploymentController(context: ControllerContext): Runnable {
  const progress = new Map<string, { mark: string; since: number }>();
  const controller = new Controller(context, 'deployment', DEPLOYMENT, key => reconcile(key));
  controller.watch(REPLICA_SET, set => ownerKeys(set, 'Deployment'));
  // A Recreate waits for the last pod to go, which no ReplicaSet's status shows.
  controller.watch(POD, pod => (isLeaving(pod) ? deploymentKeysOf(context, pod) : []));

  function reconcile(key: string): void {
    const deployment = context.api.get(refTo(DEPLOYMENT, key));
    if (deployment === undefined || isLeaving(deployment)) {
      progress.delete(key);
      controller.queue.cancelDelayed(key);
      return;
    }
    const rollout = new Rollout(context, deployment);
    if (deployment.spec?.['paused'] !== true) rollout.step();
    rollout.writeStatus(progressing(key, rollout));
  }

  function progressing(key: string, rollout: Rollout): Condition {
    if (rollout.complete) {
      progress.delete(key);
      controller.queue.cancelDelayed(key);
      return { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' };
    }
    const now = context.clock.now();
    const last = progress.get(key);
    const { mark } = rollout;
    const deadline = (rollout.deployment.spec?.['progressDeadlineSeconds'] ?? 600) * 1000;
    if (last === undefined || last.mark !== mark) {
      progress.set(key, { mark, since: now });
      controller.queue.addAfter(key, deadline);
    } else if (now - last.since >= deadline) {
      return { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' };
    }
    return { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated' };
  }

  return {
    start: () => {
      progress.clear();
      controller.start();
    },
    stop: () => controller.stop(),
  };
}

/** One look at a Deployment and its ReplicaSets, and the next step. */
class Rollout {
  deployment: KubeObject;
  readonly #context: ControllerContext;
  readonly #replicas: number;
  readonly #budget: RolloutBudget;
  readonly #hash: string;
  /** Its ReplicaSets as they were read last; each write forgets them. */
  #read: readonly KubeObject[] | undefined;

  constructor(context: ControllerContext, deployment: KubeObject) {
    const spec = deployment.spec ?? {};
    this.#context = context;
    this.deployment = deployment;
    this.#replicas = spec['replicas'] ?? 1;
    const limits = spec['strategy']?.rollingUpdate;
    this.#budget = rolloutBudget(this.#replicas, limits?.maxSurge, limits?.maxUnavailable);
    this.#hash = templateHash(spec['template']);
  }

  step(): void {
    if (this.#recreates() && this.#oldOnesLive()) this.#scaleOldToZero();
    else this.#roll();
  }

  #roll(): void {
    if (this.#current() === undefined) this.#create();
    this.#numberRevision();
    const current = this.#current();
    if (current === undefined) return;
    const old = this.#old();
    const sizes = nextSizes(this.#replicas, this.#budget, stateOf(current), old.map(stateOf));
    for (const set of [current, ...old]) this.#resize(set, sizes.get(set.metadata.name));
    this.#forgetHistory();
  }

  /** Every wanted pod is of the current template and available, and no other is left. */
  get complete(): boolean {
    const { updated, total, available } = this.#counts();
    return updated === this.#replicas && total === this.#replicas && available >= this.#replicas;
  }

  /** Changes whenever the rollout got further. */
  get mark(): string {
    return `${this.deployment.metadata.generation} ${Object.values(this.#counts()).join(' ')}`;
  }

  writeStatus(progressing: Condition): void {
    const { updated, total, ready, available } = this.#counts();
    const missing = Math.max(0, this.#replicas - available);
    const enough = available >= this.#replicas - this.#budget.unavailable;
    const availability: Condition = {
      type: 'Available',
      status: enough ? 'True' : 'False',
      reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    };
    const present = this.deployment.status?.['conditions'];
    const now = this.#context.clock.now();
    const status: Fields = {
      observedGeneration: this.deployment.metadata.generation,
      ...nonZero({
        replicas: total,
        updatedReplicas: updated,
        readyReplicas: ready,
        availableReplicas: available,
        unavailableReplicas: missing,
      }),
      conditions: withCondition(withCondition(present, availability, now), progressing, now),
    };
    this.#context.api.update({ ...this.deployment, status }, 'status');
  }

  #counts(): { updated: number; total: number; ready: number; available: number } {
    const current = this.#current();
    const count = (field: string): number =>
      this.#sets.reduce((total, set) => total + (set.status?.[field] ?? 0), 0);
    return {
      updated: current?.status?.['replicas'] ?? 0,
      total: count('replicas'),
      ready: count('readyReplicas'),
      available: count('availableReplicas'),
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
    const alone = { name: '', replicas: 0, available: 0 };
    const old = this.#old().map(stateOf);
    const replicas = nextSizes(this.#replicas, this.#budget, alone, old).get('') ?? 0;
    this.#context.api.create({
      ...REPLICA_SET,
      metadata: {
        name: `${metadata.name}-${this.#hash}`,
        ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
        labels,
        annotations: { ...inherited(metadata.annotations), [REVISION]: this.#nextRevision() },
        ownerReferences: [controllerReference(this.deployment)],
      },
      spec: {
        replicas,
        selector: {
          ...spec['selector'],
          matchLabels: { ...spec['selector']?.matchLabels, [TEMPLATE_HASH]: this.#hash },
        },
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
    });
    this.#read = undefined;
  }

  /** The current set carries the highest revision, also when it is an old one that a rollback uses again. */
  #numberRevision(): void {
    const current = this.#current();
    if (current === undefined) return;
    const revision = this.#nextRevision(revisionOf(current));
    this.#annotate(current, revision);
    this.deployment = this.#annotate(this.deployment, revision);
  }

  #nextRevision(atLeast = 1): string {
    return String(Math.max(atLeast, ...this.#old().map(set => revisionOf(set) + 1)));
  }

  #annotate(object: KubeObject, revision: string): KubeObject {
    if (object.metadata.annotations?.[REVISION] === revision) return object;
    const annotations = { ...object.metadata.annotations, [REVISION]: revision };
    return this.#update({ ...object, metadata: { ...object.metadata, annotations } });
  }

  #resize(set: KubeObject, replicas: number | undefined): void {
    if (replicas === undefined || replicas === set.spec?.['replicas']) return;
    this.#update({ ...set, spec: { ...set.spec, replicas } });
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
  };
}

function revisionOf(set: KubeObject): number {
  return Number(set.metadata.annotations?.[REVISION] ?? 0);
}

function inherited(annotations: Record<string, string> = {}): Record<string, string> {
  const { [LAST_APPLIED]: _applied, [REVISION]: _revision, ...rest } = annotations;
  return rest;
}

function deploymentKeysOf(context: ControllerContext, pod: KubeObject): readonly string[] {
  return ownerKeys(pod, 'ReplicaSet').flatMap(key => {
    const set = context.api.get(refTo(REPLICA_SET, key));
    return set === undefined ? [] : ownerKeys(set, 'Deployment');
  });
}
