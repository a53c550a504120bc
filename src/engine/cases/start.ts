import type { KubeObject } from '../../kube/objects.ts';
import type { VirtualClock } from '../../runtime/virtual-clock.ts';
import { APPLICATION, LOCAL } from '../model.ts';
import type { ClusterInfo } from '../placement.ts';
import type { Case } from './case.ts';
import { World } from './world.ts';

/** What is there when a case begins. */

export function clusterInfos(given: Case): ClusterInfo[] {
  return (given.clusters ?? [])
    .filter(({ name }) => name !== LOCAL)
    .map(({ name, alias, labels }) => ({
      name,
      ...(alias === undefined ? {} : { alias }),
      ...(labels === undefined ? {} : { labels }),
    }));
}

/** The world with what the case has in it, but for the application. */
export function populated(given: Case, clock: VirtualClock): World {
  const world = new World(clock, { defaults: given.options?.noServerDefaults !== true });
  world.unhealthy = given.options?.unhealthy ?? [];
  for (const { name, unreachable, namespaces, objects = [] } of given.clusters ?? []) {
    const store = world.store(name) ?? world.add(name);
    store.unreachable = unreachableText(name, unreachable, '');
    if (namespaces !== undefined) store.namespaces = new Set(namespaces);
    for (const object of objects) store.seed(object);
  }
  const workflows = [...(given.workflow == null ? [] : [given.workflow]), ...(given.workflows ?? [])];
  const hub = world.store(LOCAL);
  for (const object of [...(given.hubObjects ?? []), ...(given.policies ?? []), ...workflows])
    hub?.seed(object);
  return world;
}

export function unreachableText(
  name: string,
  unreachable: boolean | string | undefined,
  before: string,
): string {
  if (unreachable === undefined) return before;
  if (typeof unreachable === 'string') return unreachable;
  return unreachable
    ? `error trying to reach service: dial tcp ${name}:6443: connect: connection refused`
    : '';
}

/** The application as KubeVela's admission leaves it: in a namespace, with the version that looks after it. */
export function normalized(given: object): KubeObject {
  const object = given as KubeObject;
  const annotations = { ...object.metadata?.annotations, 'oam.dev/kubevela-version': 'v1.10.6' };
  const namespace = object.metadata?.namespace || 'default';
  return { ...object, ...APPLICATION, metadata: { ...object.metadata, namespace, annotations } };
}
