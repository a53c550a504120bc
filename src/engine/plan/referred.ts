import * as z from 'zod';
import { type KindInfo, kindInfo, resourceInfo } from '../../kube/kinds.ts';
import type { Fields, KubeObject, ObjectMeta } from '../../kube/objects.ts';
import type { Component } from '../application.ts';
import { decode, LOCAL, PlanError } from '../model.ts';

/** Which objects a ref-objects component refers to. */
const refObjectsSchema = z.strictObject({
  objects: z
    .array(
      z.strictObject({
        resource: z.string().optional(),
        group: z.string().optional(),
        apiVersion: z.string().optional(),
        kind: z.string().optional(),
        name: z.string().optional(),
        namespace: z.string().optional(),
        cluster: z.string().optional(),
        labelSelector: z.record(z.string(), z.string()).nullish(),
        /** The old name of labelSelector: ignored, as by KubeVela. */
        selector: z.unknown().optional(),
      }),
    )
    .nullish(),
  urls: z
    .array(z.string())
    .max(0, 'objects at addresses are not fetched; put them onto the hub, or run engine: kubevela')
    .nullish(),
});

/** Which objects of the hub, or of another cluster, a ref-objects component refers to: one by name, or several by labels. */
export type ObjectQuery = {
  readonly cluster: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
} & (
  | { readonly name: string; readonly labels?: undefined }
  | { readonly labels: Readonly<Record<string, string>>; readonly name?: undefined }
);

/** Finds what a query asks for, ordered by namespace and name. */
export type ObjectLookup = (query: ObjectQuery) => readonly KubeObject[];

/** Looks in a list of the hub's objects, and in those of other clusters by name. */
export function lookupIn(
  hubObjects: readonly KubeObject[],
  clusters: Readonly<Record<string, readonly KubeObject[]>> = {},
): ObjectLookup {
  return query =>
    (query.cluster === LOCAL ? hubObjects : (clusters[query.cluster] ?? []))
      .filter(object => answers(object, query))
      .sort((a, b) => compare(objectKey(a), objectKey(b)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function answers({ apiVersion, kind, metadata }: KubeObject, query: ObjectQuery): boolean {
  return (
    apiVersion === query.apiVersion &&
    kind === query.kind &&
    (metadata.namespace ?? '') === (query.namespace ?? '') &&
    (query.name === undefined
      ? Object.entries(query.labels).every(([key, value]) => metadata.labels?.[key] === value)
      : metadata.name === query.name)
  );
}

/** Tells objects of one cluster apart. */
export function objectKey({
  apiVersion,
  kind,
  metadata,
}: Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>): string {
  return `${apiVersion}/${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}

/** The queries of a ref-objects component. Throws PlanError. */
export function queriesOf(component: Component, namespace: string): ObjectQuery[] {
  const where = `component ${component.name}: properties`;
  return (decode(refObjectsSchema, component.properties ?? {}, where).objects ?? []).map(
    (referrer, index): ObjectQuery => {
      const at = `${where}: objects[${index}]`;
      const info = kindOf(referrer, at);
      if (referrer.name && referrer.labelSelector) {
        throw new PlanError(`${at}: name and labelSelector cannot both be set`);
      }
      const query = {
        cluster: referrer.cluster || LOCAL,
        apiVersion: info.apiVersion,
        kind: info.kind,
        ...(info.namespaced ? { namespace: referrer.namespace || namespace } : {}),
      };
      return referrer.labelSelector
        ? { ...query, labels: referrer.labelSelector }
        : { ...query, name: referrer.name || component.name };
    },
  );
}

type Referrer = NonNullable<z.infer<typeof refObjectsSchema>['objects']>[number];

function kindOf(referrer: Referrer, at: string): KindInfo {
  const { resource, group, apiVersion, kind } = referrer;
  if (resource) {
    const info = resourceInfo(resource, group);
    if (info === undefined)
      throw new PlanError(`${at}: no matches for resource "${resource}" in group "${group ?? ''}"`);
    return info;
  }
  if (!apiVersion || !kind) throw new PlanError(`${at}: neither resource nor apiVersion and kind are set`);
  const info = kindInfo({ apiVersion, kind });
  if (info === undefined)
    throw new PlanError(`${at}: no matches for kind "${kind}" in version "${apiVersion}"`);
  return info;
}

/** The objects that a ref-objects component refers to, each once, without what belongs to the cluster that they lie in. */
export function loadObjects(component: Component, namespace: string, lookup: ObjectLookup): KubeObject[] {
  const objects = new Map<string, KubeObject>();
  for (const query of queriesOf(component, namespace)) {
    const found = lookup(query);
    if (query.name !== undefined && found.length === 0) {
      const name = [query.namespace, query.name].filter(Boolean).join('/');
      const cluster = query.cluster === LOCAL ? 'the hub' : query.cluster;
      throw new PlanError(`component ${component.name}: ${query.kind} ${name} not found on ${cluster}`);
    }
    for (const object of found) objects.set(objectKey(object), strip(object));
  }
  return [...objects.values()];
}

/** The object without what its cluster gave it. */
export function strip({ status: _, ...object }: KubeObject): KubeObject {
  const {
    resourceVersion: _1,
    generation: _2,
    ownerReferences: _3,
    deletionTimestamp: _4,
    deletionGracePeriodSeconds: _5,
    managedFields: _6,
    uid: _7,
    creationTimestamp: _8,
    ...metadata
  } = object.metadata;
  const stripped: KubeObject = { ...object, metadata: metadata as ObjectMeta };
  const isService = object.apiVersion === 'v1' && object.kind === 'Service';
  return isService && object.spec?.['clusterIP'] !== 'None'
    ? { ...stripped, spec: withoutAddress(object.spec) }
    : stripped;
}

/** The cluster IP is the cluster's to give. */
function withoutAddress(spec: Fields | null | undefined): Fields {
  const { clusterIP: _, clusterIPs: _1, ...rest } = spec ?? {};
  return rest;
}
