import * as z from 'zod';
import { found, type KubeClient } from '../kube/client.ts';
import { follow } from '../kube/follow.ts';
import { insist } from '../kube/insist.ts';
import type { KubeObject } from '../kube/objects.ts';
import { belongsTo } from './application.ts';
import { type Controls, faultKind, type Hold, requestShows } from './fault.ts';

/** From an ingress, for want of a pod; 500 would be a pod's. */
const NOBODY_SERVES = new Set([502, 503, 504]);

const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment' };

/** By `namespace/name`: how many replicas there were. */
type Replicas = Readonly<Record<string, number>>;

const keyOf = ({ metadata }: KubeObject) => `${metadata.namespace}/${metadata.name}`;

async function scale(kube: KubeClient, key: string, replicas: number): Promise<void> {
  const [namespace = '', name = ''] = key.split('/');
  // A new version may have taken it away.
  await found(kube.patch({ ...DEPLOYMENT, namespace, name }, 'merge', { spec: { replicas } }));
}

/** The engine's drift repair would bring the pods back: scales down again whenever somebody scaled up. */
function holdDown(kube: KubeClient, { clock }: Controls, keys: readonly string[]): Hold {
  let released = false;
  let pressing: Promise<unknown> = Promise.resolve();
  const watch = follow({ client: kube, clock, kind: DEPLOYMENT }, ({ object }) => {
    const key = keyOf(object);
    if (released || !keys.includes(key) || object.spec?.['replicas'] === 0) return;
    const press = async () => released || scale(kube, key, 0);
    pressing = pressing.then(() => insist(clock, press, () => !released)).catch(() => undefined);
  });
  return {
    async release() {
      released = true;
      watch.close();
      await pressing;
    },
  };
}

export const applicationDown = faultKind({
  kind: 'application-down',
  says: 'the application has no pod left in the centre: its ingress answers 503, once it has seen the last one go',
  strikes: 'centres',
  needs: ['kubernetes-api'],
  schema: z.strictObject({}),
  everyObject: DEPLOYMENT,
  async prepare(controls, centre) {
    const { items } = await controls.centre(centre).kube.list(DEPLOYMENT);
    const own = items.filter(object => belongsTo(controls.application, object));
    if (own.length === 0)
      throw new Error(`the application ${controls.application.name} has no Deployment in ${centre}`);
    return Object.fromEntries(own.map(each => [keyOf(each), Number(each.spec?.['replicas'] ?? 1)]));
  },
  async inject(controls, centre, _params, _label, undo): Promise<Hold> {
    const { kube } = controls.centre(centre);
    const keys = Object.keys(undo as Replicas);
    for (const key of keys) await scale(kube, key, 0);
    return holdDown(kube, controls, keys);
  },
  // All pods are told to go at once: the first request that none of them serves shows it, a while before the 503.
  isInEffect: (controls, centre) =>
    requestShows(controls, centre, ({ response }) => NOBODY_SERVES.has(response?.status ?? 0)),
  async heal(controls, centre, undo) {
    const { kube } = controls.centre(centre);
    for (const [key, replicas] of Object.entries(undo as Replicas)) await scale(kube, key, replicas);
  },
});
