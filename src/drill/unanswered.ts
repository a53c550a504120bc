import { belongsTo } from '../faults/application.ts';
import { list } from '../judge/words.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Manifests } from './application.ts';

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
