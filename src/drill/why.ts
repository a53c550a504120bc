import type { WorkflowStatus } from '../engine/controller/status.ts';
import { isFinished } from '../engine/controller/workflow.ts';
import { withSubSteps } from '../engine/model.ts';
import type { Plan } from '../engine/plan/plan.ts';
import { belongsTo } from '../faults/application.ts';
import { list } from '../judge/words.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Manifests } from './application.ts';

/** Why a rollout did not get where it was to, in words for people, from what the APIs show of it. */

/** What the steps of a workflow that failed say of it. */
export function whyFailed(workflow: WorkflowStatus | undefined): string {
  return withSubSteps(workflow?.steps ?? [])
    .filter(({ phase, subSteps }) => phase === 'failed' && subSteps === undefined)
    .map(({ name, message, reason, phase }) => `step ${name}: ${message ?? reason ?? phase}`)
    .join('; ');
}

/** Which steps of the plan have not ended, and what they say of it. */
export function whyUnfinished(workflow: WorkflowStatus | undefined, { steps }: Plan): string {
  const records = new Map(withSubSteps(workflow?.steps ?? []).map(record => [record.name, record]));
  return withSubSteps(steps)
    .flatMap(({ name, subSteps }) => {
      const record = records.get(name);
      if (subSteps.length > 0 || isFinished(record)) return [];
      if (record === undefined) return [`step ${name} has not begun`];
      const { phase, message } = record;
      return [`step ${name} is ${phase}${message === undefined ? '' : ` (${message})`}`];
    })
    .join('; ');
}

/** What a centre's API shows of why an application that was rolled out does not answer; empty when it shows nothing. */
export async function whyUnanswered(
  answer: string,
  kube: KubeClient,
  application: Pick<Manifests, 'namespace' | 'name'>,
): Promise<string> {
  if (answer === '404') return 'so an ingress answers for a host and path that no Ingress is for';
  const { items } = await kube.list({ apiVersion: 'apps/v1', kind: 'Deployment' });
  const own = items.filter(object => belongsTo(application, object));
  if (own.length === 0) return 'the application has no Deployment there';
  const states = own.map(({ metadata, spec, status }) => {
    const ready = `${status?.['readyReplicas'] ?? 0} of ${spec?.['replicas'] ?? 1}`;
    return `Deployment ${metadata.namespace}/${metadata.name} has ${ready} pods ready`;
  });
  return list(states);
}
