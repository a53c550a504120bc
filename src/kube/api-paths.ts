import type { Kind } from './objects.ts';

/** What the path of a kind's objects is made of. */
export interface Resource {
  readonly plural: string;
  readonly namespaced: boolean;
}

export function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** Of all objects of a kind, or those of a namespace; kinds without namespaces take no heed of it. */
export function collectionPath(kind: Kind, resource: Resource, namespace: string | undefined): string {
  const within = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${groupPath(kind.apiVersion)}${within}/${resource.plural}`;
}

export function objectPath(
  kind: Kind,
  resource: Resource,
  { namespace = 'default', name }: { readonly namespace?: string; readonly name: string },
  subresource?: 'status',
): string {
  const object = `${collectionPath(kind, resource, namespace)}/${encodeURIComponent(name)}`;
  return subresource === undefined ? object : `${object}/${subresource}`;
}
