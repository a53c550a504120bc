import type { KubeObject } from '../../kube/objects.ts';
import type { ClusterInfo } from '../placement.ts';
import { type Plan, plan } from '../plan/plan.ts';
import {
  planInput,
  publishVersionOf,
  revisionFor,
  revisionsOf,
  type Snapshot,
  snapshotIn,
  takeSnapshot,
} from './revision.ts';
import type { EngineSettings } from './settings.ts';
import { statusOf } from './status.ts';
import type { Surroundings } from './surroundings.ts';

/** The version of an application that is being carried out. */
export interface Version {
  /** As the workflow's status names it. */
  readonly appRevision: string;
  readonly publishVersion: string | undefined;
  readonly revision: KubeObject;
  readonly plan: Plan;
}

/** Finds the version of one application that is to be carried out, and remembers the last. */
export class Versions {
  readonly #around: Surroundings;
  #known: Version | undefined;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  forget(): void {
    this.#known = undefined;
  }

  /** Throws ApiError and PlanError. */
  async of(object: KubeObject): Promise<Version> {
    this.#known = await this.#find(object);
    return this.#known;
  }

  /** While the publishVersion is that of the latest revision, its copy of everything counts. */
  async #find(object: KubeObject): Promise<Version> {
    const publishVersion = publishVersionOf(object);
    const known = this.#known;
    if (known !== undefined && publishVersion !== undefined && known.publishVersion === publishVersion)
      return known;
    const { hub } = this.#around;
    const revisions = await revisionsOf(hub, object);
    const latest = revisions.find(({ metadata }) => metadata.name === statusOf(object).latestRevision?.name);
    if (latest !== undefined && publishVersion !== undefined && publishVersionOf(latest) === publishVersion) {
      return this.#planned(publishVersion, latest, snapshotIn(latest));
    }
    const snapshot = await takeSnapshot(hub, cluster => this.#around.clientOf(cluster), object);
    const { revision, isNew } = revisionFor(revisions, object, snapshot);
    const version = this.#planned(publishVersion, revision, snapshot);
    if (!isNew) return version;
    const old = revisions.find(({ metadata }) => metadata.name === revision.metadata.name);
    const { resourceVersion } = old?.metadata ?? {};
    await (resourceVersion === undefined
      ? hub.create(revision)
      : hub.update({ ...revision, metadata: { ...revision.metadata, resourceVersion } }));
    return version;
  }

  #planned(publishVersion: string | undefined, revision: KubeObject, snapshot: Snapshot): Version {
    const { name } = revision.metadata;
    const { clusters, settings } = this.#around;
    const made = cachedPlan(snapshot, clusters, name, settings);
    const known = this.#known;
    if (known?.plan === made && known.publishVersion === publishVersion) return known;
    return { appRevision: publishVersion || name, publishVersion, revision, plan: made };
  }
}

/** Plans by what they are made from: drills of one scenario plan once. */
function cachedPlan(
  snapshot: Snapshot,
  clusters: readonly ClusterInfo[],
  revision: string,
  { clusterMinor, admitted }: EngineSettings,
): Plan {
  const infos = clusters.map(({ name, alias, labels }) => ({ name, alias, labels }));
  const key = JSON.stringify([snapshot, infos, revision, clusterMinor, admitted]);
  let made = plans.get(key);
  if (made === undefined) {
    made = plan({ ...planInput(snapshot, clusters, revision), clusterMinor, admitted });
    if (plans.size >= 64) plans.clear();
    plans.set(key, made);
  }
  return made;
}

const plans = new Map<string, Plan>();
