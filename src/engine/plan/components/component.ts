import type { KubeObject } from '../../../kube/objects.ts';
import type { Health } from '../health.ts';
import type { RenderContext } from '../traits/trait.ts';

/** What a component of some type becomes. */
export interface ComponentDefinition {
  /** Throws an Error that says what is wrong with the properties. */
  render(properties: unknown, context: RenderContext): RenderedComponent;
  /** The health of its live workload; healthy as soon as it exists without. */
  health?(workload: KubeObject): Health;
}

export interface RenderedComponent {
  readonly workload: KubeObject;
  /** Objects that go along with the workload, by names of theirs; traits do not touch them. */
  readonly outputs: Readonly<Record<string, KubeObject>>;
}
