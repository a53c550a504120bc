import { ApiError, type KubeClient } from '../../kube/client.ts';
import { resourceInfo } from '../../kube/kinds.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { APPLICATION, PlanError, quoted } from '../model.ts';
import { aligned, tableOf } from './tables.ts';

/** What `kubectl amc` does: looks at all managed clusters at once, and handles workflows. Its texts are the article's. */

export interface Hub {
  readonly client: KubeClient;
  /** In the order in which they are told. */
  readonly clusters: readonly {
    readonly name: string;
    readonly alias: string;
    readonly client: KubeClient;
  }[];
}

export function managedClusters({ clusters }: Hub): string {
  return aligned([
    ['Name', 'Alias', 'HubAccepted'],
    ...clusters.map(({ name, alias }) => [name, alias, 'true']),
  ]);
}

/** What of a kind, or one object of it, is in a namespace of each cluster, or of one. Throws PlanError for what is not known. */
export async function getFrom(
  hub: Hub,
  what: {
    readonly resource: string;
    readonly name?: string;
    readonly namespace: string;
    readonly cluster: string;
  },
  now: number,
): Promise<string> {
  const { resource, name, namespace, cluster } = what;
  const info = resourceInfo(ALIASES[resource.toLowerCase()] ?? resource);
  if (info === undefined) throw new PlanError(`the server doesn't have a resource type "${resource}"`);
  const chosen = hub.clusters.filter(
    each => cluster === 'all' || each.name === cluster || each.alias === cluster,
  );
  if (chosen.length === 0) {
    throw new PlanError(
      `no managed cluster "${cluster}"; there are ${quoted(hub.clusters.map(each => each.name))}`,
    );
  }
  const texts = await Promise.all(
    chosen.map(async ({ name: of, alias, client }) => {
      const head = `Run on ManagedCluster ${of} (${alias})\n`;
      try {
        const { items } = await client.list(info, info.namespaced ? { namespace } : {});
        const found = name === undefined ? items : items.filter(({ metadata }) => metadata.name === name);
        return (
          head + (found.length > 0 ? tableOf(found, now) : `No resources found in ${namespace} namespace\n`)
        );
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return `${head}error: ${error.message}\n`;
      }
    }),
  );
  return texts.join('');
}

/** Short names that kubectl knows. */
const ALIASES: Readonly<Record<string, string>> = {
  deploy: 'deployment',
  svc: 'service',
  cm: 'configmap',
  ing: 'ingress',
  po: 'pod',
  sts: 'statefulset',
  ds: 'daemonset',
  rs: 'replicaset',
  ns: 'namespace',
  app: 'application',
  hpa: 'horizontalpodautoscaler',
};

/** Applications of a namespace, or one, as `kubectl get app` prints them. */
export async function getApplications(
  { client }: Hub,
  { name, namespace }: { readonly name?: string; readonly namespace: string },
  now: number,
): Promise<string> {
  const found: readonly KubeObject[] =
    name === undefined
      ? (await client.list(APPLICATION, { namespace })).items
      : [await client.get({ ...APPLICATION, namespace, name })];
  return found.length > 0 ? tableOf(found, now) : `No resources found in ${namespace} namespace\n`;
}
