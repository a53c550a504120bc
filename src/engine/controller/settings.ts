import { CLUSTER_MINOR } from '../model.ts';

export interface EngineSettings {
  /** Failing executions of a step before the workflow fails: with 10, the 11th ends it. */
  readonly retryLimit: number;
  /** The longest wait for something to become healthy. */
  readonly maxWaitMs: number;
  /** The longest wait after a failed execution. */
  readonly maxFailedWaitMs: number;
  /** How often a finished or suspended application is looked at again. */
  readonly resyncMs: number;
  /** Older revisions that are kept beside the latest, unless the application says another number. */
  readonly revisionLimit: number;
  /** Failing attempts to delete what is in a cluster that does not answer, before an application goes without it. */
  readonly deletionLimit: number;
  /** The minor version of Kubernetes on the hub. */
  readonly clusterMinor: number;
  /** Applications were admitted by somebody else; see PlanInput. */
  readonly admitted: boolean;
  /**
   * Each look looks at all objects anew, as KubeVela's does. Otherwise what this engine found healthy, or wrote, a moment
   * ago is taken for granted until the next resync: the same in the end, with fewer calls to far-away clusters.
   */
  readonly thorough: boolean;
}

/** KubeVela's own, but for `deletionLimit`: KubeVela waits for ever. */
export const DEFAULT_SETTINGS: EngineSettings = {
  retryLimit: 10,
  maxWaitMs: 60_000,
  maxFailedWaitMs: 300_000,
  resyncMs: 300_000,
  revisionLimit: 2,
  deletionLimit: 40,
  clusterMinor: CLUSTER_MINOR,
  admitted: false,
  thorough: false,
};
