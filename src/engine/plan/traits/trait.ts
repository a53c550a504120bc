import type { KubeObject } from '../../../kube/objects.ts';
import type { Health } from '../health.ts';

/** What a component or a trait may know of where it is rendered; `context` in KubeVela's templates. */
export interface RenderContext {
  /** Of the component. */
  readonly name: string;
  readonly application: string;
  readonly namespace: string;
  /** The minor version of Kubernetes on the hub. */
  readonly clusterMinor: number;
}

/** What a trait does to its component. */
export interface TraitDefinition {
  /** `PostDispatch`: its objects are written once the workload is healthy. */
  readonly stage?: 'PostDispatch';
  /** It goes on for what later traits add, until one that patches JSON (`json`) makes plain data of it, and of defaults. */
  readonly lasts?: true;
  readonly json?: true;
  /**
   * The workload as the trait makes it, which is not changed itself. Throws an Error that says what is wrong with the
   * properties, or with the workload for this trait.
   */
  apply?(workload: KubeObject, properties: unknown, context: RenderContext): KubeObject;
  /** Objects that it adds, by names of theirs. */
  outputs?(properties: unknown, context: RenderContext): Readonly<Record<string, KubeObject>>;
  /** The health of its live objects; healthy without. */
  health?(outputs: readonly KubeObject[]): Health;
}
