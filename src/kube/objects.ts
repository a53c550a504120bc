/** Kubernetes objects as plain JSON data. Field names are Kubernetes' own. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  generateName?: string;
  [field: string]: unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: an object's fields depend on its kind; readers narrow what they read
export type Fields = Record<string, any>;

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: Fields;
  status?: Fields;
  data?: Record<string, string>;
  [field: string]: unknown;
}

/** A kind of object, as manifests name it. */
export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
}

export interface ObjectRef extends Kind {
  readonly namespace?: string;
  readonly name: string;
}

/** Where the object is to be found. */
export function refOf({ apiVersion, kind, metadata: { namespace, name } }: KubeObject): ObjectRef {
  return namespace === undefined ? { apiVersion, kind, name } : { apiVersion, kind, namespace, name };
}
