import type { Kind } from './objects.ts';

/**
 * How strategic merge patch treats the fields of an object: `patchStrategy` and `patchMergeKey` of the API types
 * (k8s.io/api). A field that is not listed is merged when it is a map, and replaced when it is a list.
 */
export interface PatchSchema {
  readonly [field: string]: FieldSchema;
}

export interface FieldSchema {
  /** A list of maps that are told apart by this field of theirs. */
  readonly mergeKey?: string;
  /** A list of scalars without order or duplicates. */
  readonly set?: true;
  /** Of a union, fields that the patch does not name are cleared. */
  readonly retainKeys?: true;
  /** Replaced as a whole, though it is a map. */
  readonly replace?: true;
  /** Of the map, or of the list's maps. */
  readonly fields?: PatchSchema;
}

const byType: FieldSchema = { mergeKey: 'type' };

const metadata: FieldSchema = {
  fields: { ownerReferences: { mergeKey: 'uid' }, finalizers: { set: true } },
};

const container: PatchSchema = {
  env: { mergeKey: 'name' },
  ports: { mergeKey: 'containerPort' },
  volumeMounts: { mergeKey: 'mountPath' },
  volumeDevices: { mergeKey: 'devicePath' },
};

const podSpec: PatchSchema = {
  containers: { mergeKey: 'name', fields: container },
  initContainers: { mergeKey: 'name', fields: container },
  ephemeralContainers: { mergeKey: 'name', fields: container },
  volumes: { mergeKey: 'name', retainKeys: true },
  imagePullSecrets: { mergeKey: 'name' },
  hostAliases: { mergeKey: 'ip' },
  topologySpreadConstraints: { mergeKey: 'topologyKey' },
  schedulingGates: { mergeKey: 'name' },
  resourceClaims: { mergeKey: 'name', retainKeys: true },
};

const template: FieldSchema = { fields: { metadata, spec: { fields: podSpec } } };
const status: FieldSchema = { fields: { conditions: byType } };

const schemas: Readonly<Record<string, PatchSchema>> = {
  'v1/Pod': {
    spec: { fields: podSpec },
    status: { fields: { conditions: byType, podIPs: { mergeKey: 'ip' } } },
  },
  'v1/Service': { spec: { fields: { ports: { mergeKey: 'port' } } }, status },
  'v1/Namespace': { status },
  'v1/Node': {
    spec: { fields: { podCIDRs: { set: true } } },
    status: { fields: { conditions: byType, addresses: byType } },
  },
  'v1/ServiceAccount': { secrets: { mergeKey: 'name' }, imagePullSecrets: { mergeKey: 'name' } },
  'v1/PersistentVolumeClaim': { status },
  'apps/v1/Deployment': { spec: { fields: { template, strategy: { retainKeys: true } } }, status },
  'apps/v1/ReplicaSet': { spec: { fields: { template } }, status },
  'apps/v1/StatefulSet': { spec: { fields: { template } }, status },
  'apps/v1/DaemonSet': { spec: { fields: { template } }, status },
  'batch/v1/Job': { spec: { fields: { template } }, status },
  'batch/v1/CronJob': {
    spec: { fields: { jobTemplate: { fields: { metadata, spec: { fields: { template } } } } } },
  },
  'autoscaling/v2/HorizontalPodAutoscaler': { status },
  'policy/v1/PodDisruptionBudget': { spec: { fields: { selector: { replace: true } } }, status },
};

/** The schema of a kind; of an unknown one, only its metadata is known. */
export function patchSchema(kind: Kind): PatchSchema {
  const key = `${kind.apiVersion}/${kind.kind}`;
  return { metadata, ...(Object.hasOwn(schemas, key) ? schemas[key] : undefined) };
}
