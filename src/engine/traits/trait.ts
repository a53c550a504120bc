import type { KubeObject } from '../../kube/objects.ts';

/** What a trait does to its component's workload. The object that comes in is not changed. */
export interface TraitDefinition {
  /** Throws an Error that says what is wrong with the properties, or with the workload for this trait. */
  apply(workload: KubeObject, properties: unknown, component: string): KubeObject;
}
