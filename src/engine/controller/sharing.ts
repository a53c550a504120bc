import type { KubeObject } from '../../kube/objects.ts';
import { OWNER_NAME, OWNER_NAMESPACE } from '../model.ts';

/** On objects that several applications have: which, the owner first (`namespace/name,…`). */
export const SHARED_BY = 'app.oam.dev/shared-by';

type Name = { readonly name: string; readonly namespace: string };

const keyOf = ({ namespace, name }: Name) => `${namespace}/${name}`;
const sharersOf = (text: string | undefined) => (text ?? '').split(',').filter(each => each !== '');

export function withSharer(text: string | undefined, application: Name): string {
  const sharers = sharersOf(text);
  return (sharers.includes(keyOf(application)) ? sharers : [...sharers, keyOf(application)]).join(',');
}

/** Who shares an object when the application does not any more, and who owns it then; `undefined`: nobody. */
export function withoutSharer(
  text: string | undefined,
  application: Name,
): { readonly sharers: string; readonly owner: readonly [namespace: string, name: string] } | undefined {
  const [first, ...others] = sharersOf(text).filter(each => each !== keyOf(application));
  if (first === undefined) return undefined;
  const [namespace, name] = first.includes('/') ? first.split('/', 2) : ['default', first];
  return { sharers: [first, ...others].join(','), owner: [namespace as string, name as string] };
}

/** Whether the live object is the application's, or shared by it. */
export function managedBy({ metadata }: KubeObject, application: Name): boolean {
  const { labels = {}, annotations = {} } = metadata;
  if (labels[OWNER_NAME] === application.name && labels[OWNER_NAMESPACE] === application.namespace)
    return true;
  return sharersOf(annotations[SHARED_BY]).includes(keyOf(application));
}
