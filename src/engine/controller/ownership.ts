import type { KubeObject } from '../../kube/objects.ts';
import { OWNER_NAME, OWNER_NAMESPACE } from '../model.ts';

/** Whose an object is: one application's, several applications', or nobody's. */

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

/**
 * Why the engine must not touch a live object: it belongs to nobody, unless what is nobody's may be taken over, or to
 * another application.
 */
export function foreign(live: KubeObject, { name, namespace }: Name, takesOver: boolean): string | undefined {
  const labels = live.metadata.labels ?? {};
  const owner = labels[OWNER_NAME];
  const where = `${live.kind} ${[live.metadata.namespace, live.metadata.name].filter(Boolean).join('/')}`;
  if ((!owner || !labels[OWNER_NAMESPACE]) && takesOver) return undefined;
  if (!owner || !labels[OWNER_NAMESPACE]) return `${where} exists but not managed by any application now`;
  if (owner === name && labels[OWNER_NAMESPACE] === namespace) return undefined;
  return `${where} is managed by other application ${labels[OWNER_NAMESPACE]}/${owner}`;
}

/** By which all that is an application's is found. */
export function ownerLabels({ metadata }: KubeObject): Record<string, string> {
  return { [OWNER_NAME]: metadata.name, [OWNER_NAMESPACE]: metadata.namespace ?? 'default' };
}
