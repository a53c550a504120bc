import type { KubeClient } from '../../kube/client.ts';
import type { ClusterInfo } from '../placement.ts';
import type { Write } from './clusters.ts';
import type { EngineSettings } from './settings.ts';

/** What the engine works with. */
export interface Surroundings {
  readonly hub: KubeClient;
  readonly clusters: readonly ClusterInfo[];
  readonly settings: EngineSettings;
  /** The clock's time in milliseconds. */
  now(): number;
  clientOf(cluster: string): KubeClient | undefined;
  wrote(write: Write & { readonly application: string }): void;
  /** Objects that an application left behind in a cluster that did not answer when it was deleted. */
  abandoned?(resources: readonly string[]): void;
}
