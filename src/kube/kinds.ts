import type { Kind } from './objects.ts';

/** What the API knows of a kind of object. */
export interface KindInfo extends Kind {
  readonly group: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Status is written through the `status` subresource, and only there. */
  readonly status: boolean;
  /** What a change of counts up `metadata.generation`; Deployments count their annotations too. */
  readonly generation: 'none' | 'spec' | 'spec and annotations';
  /** Defined by a CustomResourceDefinition: no strategic merge patch, no update without a resourceVersion. */
  readonly custom: boolean;
}

type Trait = 'cluster' | 'status' | 'generation' | 'annotations' | 'custom';

/** Group and version, kind, plural, traits. Namespaced unless `cluster`. */
const rows: readonly (readonly [string, string, string, ...Trait[]])[] = [
  ['v1', 'Namespace', 'namespaces', 'cluster', 'status'],
  ['v1', 'Node', 'nodes', 'cluster', 'status'],
  ['v1', 'Pod', 'pods', 'status', 'generation'],
  ['v1', 'Service', 'services', 'status'],
  ['v1', 'Endpoints', 'endpoints'],
  ['v1', 'ConfigMap', 'configmaps'],
  ['v1', 'Secret', 'secrets'],
  ['v1', 'ServiceAccount', 'serviceaccounts'],
  ['v1', 'Event', 'events'],
  ['v1', 'PersistentVolume', 'persistentvolumes', 'cluster', 'status'],
  ['v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', 'status'],
  ['v1', 'LimitRange', 'limitranges'],
  ['v1', 'ResourceQuota', 'resourcequotas', 'status'],
  ['apps/v1', 'Deployment', 'deployments', 'status', 'annotations'],
  ['apps/v1', 'ReplicaSet', 'replicasets', 'status', 'generation'],
  ['apps/v1', 'StatefulSet', 'statefulsets', 'status', 'generation'],
  ['apps/v1', 'DaemonSet', 'daemonsets', 'status', 'generation'],
  ['apps/v1', 'ControllerRevision', 'controllerrevisions'],
  ['batch/v1', 'Job', 'jobs', 'status', 'generation'],
  ['batch/v1', 'CronJob', 'cronjobs', 'status', 'generation'],
  ['autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', 'status'],
  ['policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', 'status', 'generation'],
  ['coordination.k8s.io/v1', 'Lease', 'leases'],
  ['discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices', 'generation'],
  ['networking.k8s.io/v1', 'Ingress', 'ingresses', 'status', 'generation'],
  ['networking.k8s.io/v1', 'IngressClass', 'ingressclasses', 'cluster', 'generation'],
  ['networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', 'generation'],
  ['rbac.authorization.k8s.io/v1', 'Role', 'roles'],
  ['rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles', 'cluster'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'clusterrolebindings', 'cluster'],
  ['scheduling.k8s.io/v1', 'PriorityClass', 'priorityclasses', 'cluster', 'generation'],
  ['storage.k8s.io/v1', 'StorageClass', 'storageclasses', 'cluster'],
  ['core.oam.dev/v1beta1', 'Application', 'applications', 'status', 'generation', 'custom'],
  ['core.oam.dev/v1beta1', 'ApplicationRevision', 'applicationrevisions', 'status', 'generation', 'custom'],
  [
    'core.oam.dev/v1beta1',
    'ResourceTracker',
    'resourcetrackers',
    'cluster',
    'status',
    'generation',
    'custom',
  ],
  ['core.oam.dev/v1beta1', 'ComponentDefinition', 'componentdefinitions', 'status', 'generation', 'custom'],
  ['core.oam.dev/v1beta1', 'TraitDefinition', 'traitdefinitions', 'status', 'generation', 'custom'],
  ['core.oam.dev/v1beta1', 'PolicyDefinition', 'policydefinitions', 'status', 'generation', 'custom'],
  [
    'core.oam.dev/v1beta1',
    'WorkflowStepDefinition',
    'workflowstepdefinitions',
    'status',
    'generation',
    'custom',
  ],
  ['core.oam.dev/v1beta1', 'WorkloadDefinition', 'workloaddefinitions', 'status', 'generation', 'custom'],
  ['core.oam.dev/v1alpha1', 'Policy', 'policies', 'generation', 'custom'],
  ['core.oam.dev/v1alpha1', 'Workflow', 'workflows', 'generation', 'custom'],
];

const kinds = new Map<string, Map<string, KindInfo>>();
for (const [apiVersion, kind, plural, ...traits] of rows) {
  const info: KindInfo = {
    apiVersion,
    kind,
    plural,
    group: apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '',
    namespaced: !traits.includes('cluster'),
    status: traits.includes('status'),
    generation: traits.includes('annotations')
      ? 'spec and annotations'
      : traits.includes('generation')
        ? 'spec'
        : 'none',
    custom: traits.includes('custom'),
  };
  const versions = kinds.get(kind) ?? new Map<string, KindInfo>();
  kinds.set(kind, versions.set(apiVersion, info));
}

/** What is known of a kind; `undefined` for one that the API does not serve. */
export function kindInfo(kind: Kind): KindInfo | undefined {
  return kinds.get(kind.kind)?.get(kind.apiVersion);
}

/** A name with its group, as in error messages: `deployments.apps`, `configmaps`. */
export function qualified(name: string, info: KindInfo): string {
  return info.group === '' ? name : `${name}.${info.group}`;
}

/** The kind that a resource's name means: singular or plural, in any case, as kubectl takes it; without a group, of any. */
export function resourceInfo(resource: string, group?: string): KindInfo | undefined {
  const name = resource.toLowerCase();
  for (const versions of kinds.values()) {
    for (const info of versions.values()) {
      if ((group || info.group) === info.group && (name === info.plural || name === info.kind.toLowerCase()))
        return info;
    }
  }
  return undefined;
}
