import { equal } from '../../kube/json.ts';
import type { Kind, KubeObject } from '../../kube/objects.ts';

/** An Application's status on the hub, with KubeVela's field names. */

export type ApplicationPhase =
  | 'starting'
  | 'rendering'
  | 'runningWorkflow'
  | 'workflowSuspending'
  | 'workflowTerminated'
  | 'workflowFailed'
  | 'running'
  | 'unhealthy'
  | 'deleting';

export type StepPhase = 'pending' | 'running' | 'suspending' | 'succeeded' | 'failed' | 'skipped';
export type StepReason =
  | 'Wait'
  | 'Suspend'
  | 'Skip'
  | 'Execute'
  | 'Input'
  | 'Rendering'
  | 'Timeout'
  | 'Terminate'
  | 'FailedAfterRetries';

export interface StepStatus {
  readonly name: string;
  readonly type: string;
  readonly phase: StepPhase;
  readonly reason?: StepReason;
  readonly message?: string;
  /** When it was executed first, of a step that has a time limit; the engine's clock, in milliseconds. */
  readonly firstExecuteTime?: number;
  /** When a suspended step goes on by itself. */
  readonly resumeTime?: number;
  readonly subSteps?: readonly StepStatus[];
}

export interface WorkflowStatus {
  /** The publishVersion, else the name of the revision that runs. */
  readonly appRevision: string;
  /** `StepByStep-DAG`: of the steps, and of the sub steps. */
  readonly mode: string;
  readonly status: 'executing' | 'suspending' | 'succeeded' | 'failed' | 'terminated';
  readonly suspend: boolean;
  readonly terminated: boolean;
  readonly finished: boolean;
  /** Those that have begun, in that order. */
  readonly steps: readonly StepStatus[];
  /** What steps have handed out, by name. */
  readonly values?: Readonly<Record<string, unknown>>;
}

/** A component in a cluster. */
export interface ServiceStatus {
  readonly name: string;
  readonly namespace: string;
  readonly cluster: string;
  readonly workloadDefinition: Kind;
  readonly healthy: boolean;
  readonly message?: string;
  readonly traits?: readonly {
    readonly type: string;
    readonly healthy: boolean;
    readonly message?: string;
  }[];
}

export interface Condition {
  readonly type: 'Parsed' | 'Ready' | 'StateKeep' | 'Workflow';
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message?: string;
}

export interface ApplicationStatus {
  /** The phase; `status.status`, as KubeVela calls it. */
  readonly status?: ApplicationPhase;
  readonly observedGeneration?: number;
  readonly latestRevision?: {
    readonly name: string;
    readonly revision: number;
    readonly revisionHash: string;
  };
  readonly workflow?: WorkflowStatus;
  /** The last version before this one that succeeded: what can be rolled back to. */
  readonly lastSucceeded?: { readonly revision: string; readonly workflow: WorkflowStatus };
  readonly services?: readonly ServiceStatus[];
  readonly conditions?: readonly Condition[];
}

export function statusOf(application: KubeObject): ApplicationStatus {
  return application.status ?? {};
}

/** Later statuses of a service take the place of earlier ones; new services follow. */
export function withServices(
  services: readonly ServiceStatus[],
  changed: readonly ServiceStatus[],
): readonly ServiceStatus[] {
  const all = new Map(services.map(service => [serviceKey(service), service]));
  for (const service of changed) all.set(serviceKey(service), service);
  return [...all.values()];
}

/** Tells an application's services apart. */
export function serviceKey({ name, cluster, namespace }: ServiceStatus): string {
  return `${cluster}/${namespace}/${name}`;
}

/** Sets a condition: without a problem it holds; one that was never broken is not made for that. */
export function withCondition(
  conditions: readonly Condition[],
  type: Condition['type'],
  problem: string | undefined,
): readonly Condition[] {
  const condition: Condition =
    problem === undefined
      ? { type, status: 'True', reason: 'Available' }
      : { type, status: 'False', reason: 'ReconcileError', message: problem };
  const index = conditions.findIndex(each => each.type === type);
  if (index < 0) return problem === undefined && type !== 'Parsed' ? conditions : [...conditions, condition];
  return equal(conditions[index], condition) ? conditions : conditions.with(index, condition);
}
