import type { KubeObject } from '../../../kube/objects.ts';
import type { Component, Input, Output, Policy, Step, WorkflowMode } from '../../application.ts';
import type { ClusterInfo, Placement } from '../../placement.ts';
import type { Rendering } from '../render.ts';

/** A step with all that it will do, as far as that can be known before. */
export interface PlannedStep {
  readonly name: string;
  readonly type: string;
  readonly if: string;
  readonly timeoutMs?: number;
  readonly dependsOn: readonly string[];
  readonly inputs: readonly Input[];
  readonly outputs: readonly Output[];
  readonly properties: unknown;
  /** As it stands in the workflow. */
  readonly source: Step;
  /** Another name by which steps can depend on it: of its component. */
  readonly alias?: string;
  /** Waits for a person before it does anything. */
  readonly suspends: boolean;
  /** A suspended step goes on by itself after this time. */
  readonly durationMs?: number;
  readonly policies: readonly string[];
  readonly parallelism: number;
  readonly placements: readonly Placement[];
  /** Component by component; within a component in the order of the placements. */
  readonly tasks: readonly Task[];
  /** Those of the tasks whose objects are known. */
  readonly dispatch: readonly Dispatch[];
  /** How its sub steps follow one another. */
  readonly mode?: WorkflowMode;
  readonly subSteps: readonly PlannedStep[];
  /** What cannot be planned because something else does not become healthy, in words. */
  readonly waiting?: string;
  /** Why the step, or a part of it, cannot succeed: what `dispatch` has is still applied. */
  readonly error?: string;
}

/** One component in one placement. */
export interface Task {
  readonly cluster: string;
  /** The placement's, when it has one for all objects. */
  readonly namespace?: string;
  /** The component after the overrides; its inputs are not filled in. */
  readonly component: Component;
  /** Absent where inputs come first, and when they cannot be rendered. The first is the workload. */
  readonly manifests?: readonly KubeObject[];
  /** Why it cannot be rendered. */
  readonly error?: string;
}

export interface Dispatch {
  readonly cluster: string;
  readonly namespace?: string;
  /** Name of the component. */
  readonly component: string;
  readonly merged: Component;
  readonly manifests: readonly KubeObject[];
}

/** What steps are planned from. */
export interface StepContext {
  readonly rendering: Rendering;
  readonly policies: ReadonlyMap<string, Policy>;
  /** The application's components, objects in the place of references to them. */
  readonly components: readonly Component[];
  /** The components as the application has them. */
  readonly written: readonly Component[];
  readonly clusters: readonly ClusterInfo[];
}

/** What a step of some type does. */
export interface StepDefinition {
  /** What of the planned step the type decides. A PlanError becomes the step's `error`. */
  plan(step: Step, context: StepContext): Partial<PlannedStep>;
}
