import type { KubeClient } from '../kube/client.ts';
import type { KubeObject } from '../kube/objects.ts';
import { apiMessage, type Clusters, isMadeFrom, serviceOf } from './clusters.ts';
import { inParallel } from './parallel.ts';
import type { Dispatch, PlannedStep } from './plan.ts';
import type { ServiceStatus } from './status.ts';
import { type ManagedResource, managedResource, resourceKey, type Tracker } from './tracker.ts';

export interface Delivery {
  readonly hub: KubeClient;
  readonly clusters: Clusters;
  readonly tracker: Tracker;
  /** Components that were found healthy in this version (`taskKey`): they are not touched again. */
  readonly done: Set<string>;
}

export interface Delivered {
  readonly errors: readonly string[];
  /** What is not healthy yet, in words. */
  readonly waiting: readonly string[];
  readonly services: readonly ServiceStatus[];
}

interface Task {
  readonly key: string;
  readonly dispatch: Dispatch;
  /** The workload first. */
  readonly resources: readonly ManagedResource[];
}

/**
 * One execution of a deploy step. Components that are recorded and healthy are done; of the others, those whose
 * dependencies are done are written. An error in one cluster does not keep the others from being served.
 */
export async function deliver(step: PlannedStep, delivery: Delivery): Promise<Delivered> {
  const tasks = step.dispatch.map(taskOf);
  const execution = new Execution(tasks, step.parallelism, delivery);
  await execution.check();
  await execution.apply();
  return execution.result();
}

function taskOf(dispatch: Dispatch): Task {
  const { cluster, component, manifests, merged } = dispatch;
  const traits = (merged.traits ?? []).map(({ type }) => type);
  return {
    key: taskKey(dispatch, component),
    dispatch,
    resources: manifests.map((data, index) =>
      managedResource(cluster, component, index === 0 ? traits : undefined, data),
    ),
  };
}

/** `<cluster>/<namespace>/<replica>/<component>`, as messages have it. */
function taskKey({ cluster, namespace = '' }: Dispatch, component: string): string {
  return `${cluster}/${namespace}//${component}`;
}

class Execution {
  readonly #tasks: readonly Task[];
  readonly #parallelism: number;
  readonly #delivery: Delivery;
  readonly #live = new Map<string, KubeObject | undefined>();
  readonly #failed = new Map<string, string>();
  readonly #services: ServiceStatus[] = [];

  constructor(tasks: readonly Task[], parallelism: number, delivery: Delivery) {
    this.#tasks = tasks;
    this.#parallelism = parallelism;
    this.#delivery = delivery;
  }

  /** Finds what is healthy already, which may unlock more to look at. */
  async check(): Promise<void> {
    const checked = new Set<Task>();
    for (;;) {
      const tasks = this.#open().filter(task => !checked.has(task) && this.#isRecorded(task));
      if (tasks.length === 0) return;
      for (const task of tasks) checked.add(task);
      await this.#each(tasks, 'error health check from', task => this.#read(task));
      for (const task of tasks) if (this.#isUpToDate(task)) this.#judge(task);
    }
  }

  /** Reads before it records, and records before it writes: what cannot be written is not recorded. */
  async apply(): Promise<void> {
    const { hub, clusters, tracker } = this.#delivery;
    const tasks = this.#open();
    await this.#each(tasks, 'error encountered in cluster', async task => {
      await this.#read(task);
      for (const { data, cluster } of task.resources) {
        const problem = clusters.foreign(this.#live.get(resourceKey({ cluster, data })));
        if (problem !== undefined) this.#fail(task, 'error encountered in cluster', problem);
      }
    });
    const writable = tasks.filter(({ key }) => !this.#failed.has(key));
    await tracker.record(
      hub,
      writable.flatMap(({ resources }) => resources),
    );
    await this.#each(writable, 'error encountered in cluster', async task => {
      for (const resource of task.resources) {
        const key = resourceKey(resource);
        this.#live.set(key, await clusters.write(resource.cluster, resource.data, this.#live.get(key), true));
      }
      this.#judge(task);
    });
  }

  result(): Delivered {
    const open = new Set(this.#open());
    const waiting = this.#tasks.filter(({ key }) => !this.#delivery.done.has(key) && !this.#failed.has(key));
    return {
      errors: [...this.#failed.values()],
      waiting: [
        ...waiting.filter(task => open.has(task)).map(({ key }) => `${key} is not healthy`),
        ...waiting.filter(task => !open.has(task)).map(({ key }) => `${key} is waiting dependents`),
      ],
      services: this.#services,
    };
  }

  /** Tasks to do now: neither done nor failed, their dependencies in the same placement done. */
  #open(): Task[] {
    const { done } = this.#delivery;
    return this.#tasks.filter(
      ({ key, dispatch }) =>
        !done.has(key) &&
        !this.#failed.has(key) &&
        dispatch.dependsOn.every(component => done.has(taskKey(dispatch, component))),
    );
  }

  #isRecorded({ resources }: Task): boolean {
    return resources.every(resource => this.#delivery.tracker.find(resourceKey(resource)) !== undefined);
  }

  /** Whether the live objects are those that were recorded: an engine that died may have recorded what it never wrote. */
  #isUpToDate({ key, resources }: Task): boolean {
    if (this.#failed.has(key)) return false;
    return resources.every(resource => {
      const id = resourceKey(resource);
      const live = this.#live.get(id);
      const recorded = this.#delivery.tracker.find(id);
      return live !== undefined && recorded !== undefined && isMadeFrom(live, recorded.data);
    });
  }

  async #read({ resources }: Task): Promise<void> {
    await Promise.all(
      resources.map(async resource => {
        const key = resourceKey(resource);
        if (!this.#live.has(key)) {
          this.#live.set(key, await this.#delivery.clusters.read(resource.cluster, resource.data));
        }
      }),
    );
  }

  #judge({ key, resources }: Task): void {
    const [workload] = resources;
    if (workload === undefined) return;
    const service = serviceOf(workload, this.#live.get(resourceKey(workload)));
    this.#services.push(service);
    if (service.healthy) this.#delivery.done.add(key);
  }

  #each(tasks: readonly Task[], what: string, work: (task: Task) => Promise<void>): Promise<unknown> {
    return inParallel(tasks, this.#parallelism, async task => {
      try {
        await work(task);
      } catch (error) {
        this.#fail(task, what, apiMessage(error));
      }
    });
  }

  #fail({ key, dispatch }: Task, what: string, problem: string): void {
    const subject = what.endsWith('cluster') ? dispatch.cluster : key;
    if (!this.#failed.has(key)) this.#failed.set(key, `${what} ${subject}: ${problem}`);
  }
}
