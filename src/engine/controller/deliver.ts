import { ApiError, type KubeClient } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { OWNER_NAME, TRAIT_TYPE } from '../model.ts';
import { inParallel } from '../parallel.ts';
import type { Plan } from '../plan/plan.ts';
import { ruleFor } from '../plan/policies/resource-rules.ts';
import type { PlannedStep, Task } from '../plan/steps/step.ts';
import { taskKey, withInputs } from '../plan/steps/tasks.ts';
import { type ComponentValues, isOpen, outputsOf } from '../plan/steps/values.ts';
import { traitDefinitions } from '../plan/traits/index.ts';
import { isMadeFrom } from './apply-object.ts';
import { type Clusters, problemMessage } from './clusters.ts';
import { isHealthy, serviceOf } from './services.ts';
import type { ServiceStatus } from './status.ts';
import { type CurrentTrackers, type ManagedResource, objectOf, resourceKey } from './tracker.ts';

export interface Delivery {
  readonly hub: KubeClient;
  readonly clusters: Clusters;
  readonly trackers: CurrentTrackers;
  readonly plan: Plan;
  /** Tasks (`taskKey`) that are known to be healthy, and are not looked at again; those that are found so are added. */
  readonly done: Set<string>;
}

export interface Delivered {
  readonly errors: readonly string[];
  /** What is not healthy yet, in words. */
  readonly waiting: readonly string[];
  readonly services: readonly ServiceStatus[];
  /** The objects of the only task, where there is one, the workload first. */
  readonly objects: readonly KubeObject[];
}

const IN_CLUSTER = 'error encountered in cluster';

/** A task with the objects that it comes to, in the order in which they are written: those of a stage together. */
interface Work {
  readonly task: Task;
  /** The workload first. */
  readonly resources: readonly ManagedResource[];
  readonly stages: readonly (readonly ManagedResource[])[];
}

/**
 * One execution of a step that writes components. Those that are recorded and healthy are done; of the others, those
 * whose dependencies are done are written. An error in one cluster does not keep the others from being served.
 */
export async function deliver(step: PlannedStep, delivery: Delivery): Promise<Delivered> {
  const execution = new Execution(step.tasks, step.parallelism, delivery);
  await execution.check();
  await execution.apply();
  return execution.result();
}

class Execution {
  readonly #tasks: readonly Task[];
  readonly #parallelism: number;
  readonly #delivery: Delivery;
  readonly #works = new Map<string, Work>();
  readonly #values: ComponentValues = new Map();
  readonly #done: Set<string>;
  readonly #live = new Map<string, KubeObject | undefined>();
  readonly #failed = new Map<string, string>();
  readonly #services: ServiceStatus[] = [];

  constructor(tasks: readonly Task[], parallelism: number, delivery: Delivery) {
    this.#tasks = [...new Map(tasks.map(task => [taskKey(task), task])).values()];
    this.#parallelism = parallelism;
    this.#delivery = delivery;
    this.#done = new Set(delivery.done);
  }

  /** Finds what is healthy already, which may unlock more to look at. */
  async check(): Promise<void> {
    const checked = new Set<Task>();
    for (;;) {
      const tasks = this.#open().filter(task => !checked.has(task));
      if (tasks.length === 0) return;
      for (const task of tasks) checked.add(task);
      const works = tasks
        .flatMap(task => this.#workOf(task) ?? [])
        .filter(({ resources }) => resources.every(resource => this.#recorded(resource) !== undefined));
      await this.#each(works, 'error health check from', work => this.#read(work.resources));
      for (const work of works) {
        const isUpToDate = work.resources.every(resource => this.#isUpToDate(resource));
        if (isUpToDate && !this.#failed.has(taskKey(work.task))) this.#judge(work);
      }
    }
  }

  /**
   * Writes what is not recorded and healthy yet, stage by stage. Reads before it records, and records before it writes:
   * what cannot be written is not recorded.
   */
  async apply(): Promise<void> {
    let works = this.#open().flatMap(task => this.#workOf(task) ?? []);
    for (let stage = 0; works.length > 0; stage++) {
      works = works.filter(({ stages }) => stages[stage] !== undefined);
      await this.#each(works, IN_CLUSTER, work =>
        this.#read((work.stages[stage] ?? []).filter(each => this.#recorded(each) !== undefined)),
      );
      const open = works.filter(work => !this.#isStageDone(work, stage));
      await this.#write(open, stage);
      works = works.filter(work => this.#isStageDone(work, stage));
    }
  }

  async #write(works: readonly Work[], stage: number): Promise<void> {
    const { clusters } = this.#delivery;
    const stageOf = ({ stages }: Work) => stages[stage] ?? [];
    await this.#each(works, IN_CLUSTER, async work => {
      await this.#read(stageOf(work));
      for (const resource of stageOf(work)) {
        clusters.check(objectOf(resource), this.#live.get(resourceKey(resource)), 'dispatch');
      }
    });
    const writable = works.filter(({ task }) => !this.#failed.has(taskKey(task)));
    const problem = await this.#record(writable.flatMap(stageOf));
    if (problem !== undefined) {
      for (const { task } of writable) this.#fail(task, IN_CLUSTER, problem);
      return;
    }
    await this.#each(writable, IN_CLUSTER, async work => {
      for (const resource of stageOf(work)) {
        const key = resourceKey(resource);
        const live = this.#live.get(key);
        this.#live.set(key, await clusters.write(resource.cluster, objectOf(resource), live, 'dispatch'));
      }
      this.#judge(work);
    });
  }

  /** Records each resource in the tracker that its rules name; a tracker of the same name that is another's is a problem. */
  async #record(resources: readonly ManagedResource[]): Promise<string | undefined> {
    const { hub, trackers, plan } = this.#delivery;
    const rules = plan.rules;
    const onlyNames = rules['apply-once']?.enable === true && rules['apply-once'].rules == null;
    const strategyOf = (resource: ManagedResource) =>
      ruleFor(rules['garbage-collect'], objectOf(resource))?.strategy;
    const kept = (resource: ManagedResource): ManagedResource => {
      const { data, ...names } = resource;
      const skip = strategyOf(resource) === 'never' ? ({ skipGC: true } as const) : {};
      return onlyNames || data === undefined ? { ...names, ...skip } : { ...resource, ...skip };
    };
    const isRooted = (resource: ManagedResource) =>
      ['never', 'onAppDelete'].includes(strategyOf(resource) ?? '');
    try {
      await trackers.root.record(hub, resources.filter(isRooted).map(kept));
      await trackers.current.record(hub, resources.filter(each => !isRooted(each)).map(kept));
      return undefined;
    } catch (error) {
      if (error instanceof ApiError && error.reason === 'AlreadyExists') return error.message;
      throw error;
    }
  }

  result(): Delivered {
    const open = new Set(this.#open());
    const waiting = this.#tasks.filter(task => {
      const key = taskKey(task);
      return !this.#done.has(key) && !this.#failed.has(key);
    });
    const [only] = this.#works.values();
    return {
      errors: [...this.#failed.values()],
      waiting: [
        ...waiting.filter(task => open.has(task)).map(task => `${taskKey(task)} is not healthy`),
        ...waiting.filter(task => !open.has(task)).map(task => `${taskKey(task)} is waiting dependents`),
      ],
      services: this.#services,
      objects: (only?.resources ?? []).flatMap(resource => this.#live.get(resourceKey(resource)) ?? []),
    };
  }

  /** Tasks to do now: not done, their dependencies in the same placement done, their inputs there. */
  #open(): Task[] {
    return this.#tasks.filter(task => {
      const key = taskKey(task);
      return !this.#done.has(key) && !this.#failed.has(key) && isOpen(task, this.#done, this.#values);
    });
  }

  /** What a task comes to; `undefined`, and failed, when it cannot be rendered. */
  #workOf(task: Task): Work | undefined {
    const key = taskKey(task);
    const known = this.#works.get(key);
    if (known !== undefined) return known;
    const { plan } = this.#delivery;
    const made = withInputs(plan.context.rendering, task, this.#values);
    if (made.manifests === undefined) {
      this.#fail(task, IN_CLUSTER, made.error ?? 'cannot be rendered');
      return undefined;
    }
    const { component, manifests } = made;
    const nameless = manifests.find(({ apiVersion }) => typeof apiVersion !== 'string');
    if (nameless !== undefined) {
      this.#fail(task, IN_CLUSTER, `${nameless.kind} has no apiVersion`);
      return undefined;
    }
    const resources = manifests.map(
      (data, index): ManagedResource => ({
        apiVersion: data.apiVersion,
        kind: data.kind,
        ...(data.metadata.namespace === undefined ? {} : { namespace: data.metadata.namespace }),
        name: data.metadata.name,
        cluster: task.cluster,
        component: component.name,
        type: component.type,
        serviceNamespace: task.namespace ?? plan.namespace,
        ...(index === 0 ? { traits: (component.traits ?? []).map(({ type }) => type) } : {}),
        ...traitOf(data),
        data,
      }),
    );
    const isLate = ({ trait }: ManagedResource) =>
      trait !== undefined && traitDefinitions.get(trait)?.stage === 'PostDispatch';
    const late = resources.filter(isLate);
    const work = {
      task: made,
      resources,
      stages: [resources.filter(each => !isLate(each)), ...(late.length > 0 ? [late] : [])],
    };
    this.#works.set(key, work);
    return work;
  }

  #recorded(resource: ManagedResource): ManagedResource | undefined {
    const { current, root } = this.#delivery.trackers;
    return current.find(resourceKey(resource)) ?? root.find(resourceKey(resource));
  }

  /**
   * Whether the live object is what was recorded: an engine that died may have recorded what it never wrote. What is
   * recorded by its name only, or is another's, is taken as it is.
   */
  #isUpToDate(resource: ManagedResource): boolean {
    const live = this.#live.get(resourceKey(resource));
    const recorded = this.#recorded(resource)?.data;
    if (live === undefined) return false;
    if (recorded === undefined || isMadeFrom(live, recorded)) return true;
    const { rules } = this.#delivery.plan;
    const isOthers = ['read-only', 'shared-resource', 'apply-once'] as const;
    return isOthers.some(type => ruleFor<{ selector: never }>(rules[type] as never, recorded) !== undefined);
  }

  #isStageDone({ task, stages, resources }: Work, stage: number): boolean {
    const written = stages.slice(0, stage + 1).flat();
    if (this.#failed.has(taskKey(task))) return false;
    if (!written.every(each => this.#recorded(each) !== undefined && this.#isUpToDate(each))) return false;
    const service = serviceOf(
      resources.filter(each => written.includes(each)).map(withTraitsOf(written)),
      this.#live,
    );
    return service !== undefined && isHealthy(service);
  }

  #read(resources: readonly ManagedResource[]): Promise<unknown> {
    return Promise.all(
      resources.map(async resource => {
        const key = resourceKey(resource);
        if (this.#live.has(key)) return;
        this.#live.set(key, await this.#delivery.clusters.read(resource.cluster, objectOf(resource)));
      }),
    );
  }

  #judge({ task, resources }: Work): void {
    const there = resources.filter(resource => this.#live.get(resourceKey(resource)) !== undefined);
    const service = serviceOf(there.map(withTraitsOf(there)), this.#live);
    if (service === undefined) return;
    this.#services.push(service);
    if (there.length < resources.length || !isHealthy(service)) return;
    const objects = resources.map(resource => this.#live.get(resourceKey(resource)) as KubeObject);
    const problem = outputsOf(task, objects, this.#values);
    if (problem === undefined) {
      this.#done.add(taskKey(task));
      // What others take in must be read anew.
      if ((task.component.outputs ?? []).length === 0) this.#delivery.done.add(taskKey(task));
    } else this.#fail(task, 'error health check from', problem);
  }

  /** Several at once, but one after the other those that have an object in common: the last one's stays. */
  #each(works: readonly Work[], what: string, act: (work: Work) => Promise<unknown>): Promise<unknown> {
    return inParallel(chains(works), this.#parallelism, async chain => {
      for (const work of chain) {
        try {
          await act(work);
        } catch (error) {
          this.#fail(work.task, what, problemMessage(error));
        }
      }
    });
  }

  #fail(task: Task, what: string, problem: string): void {
    const key = taskKey(task);
    const subject = what.endsWith('cluster') ? task.cluster : key;
    if (!this.#failed.has(key)) this.#failed.set(key, `${what} ${subject}: ${problem}`);
  }
}

/** Works in groups: those that have an object in common are in one, in their order. */
function chains(works: readonly Work[]): Work[][] {
  // Most steps have one: to one cluster.
  if (works.length < 2) return works.map(work => [work]);
  const found = new Set<Work[]>();
  const chainOf = new Map<string, Work[]>();
  for (const work of works) {
    const joined = new Set(
      work.resources.map(each => chainOf.get(resourceKey(each))).filter(each => each !== undefined),
    );
    const [chain = [], ...others] = joined;
    const more = [...others.flat(), work];
    for (const other of others) found.delete(other);
    found.add(chain);
    chain.push(...more);
    for (const resource of more.flatMap(({ resources }) => resources)) {
      chainOf.set(resourceKey(resource), chain);
    }
  }
  return [...found];
}

function traitOf({ metadata }: KubeObject): { trait?: string } {
  const { labels = {} } = metadata;
  const trait = labels[TRAIT_TYPE];
  return trait === undefined || !traitDefinitions.has(trait) || !labels[OWNER_NAME] ? {} : { trait };
}

/** Traits whose objects are not there yet are not judged. */
function withTraitsOf(there: readonly ManagedResource[]): (resource: ManagedResource) => ManagedResource {
  return resource => {
    if (resource.traits === undefined) return resource;
    const isJudged = (type: string) =>
      traitDefinitions.get(type)?.outputs === undefined || there.some(({ trait }) => trait === type);
    return { ...resource, traits: resource.traits.filter(isJudged) };
  };
}
