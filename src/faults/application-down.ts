import * as z from 'zod';
import type { KubeClient } from '../kube/client.ts';
import { follow } from '../kube/follow.ts';
import { insist } from '../kube/insist.ts';
import { type Controls, faultKind, type Hold, requestShows } from './fault.ts';

/** From an ingress, for want of a pod; 500 would be a pod's. */
const NOBODY_SERVES = new Set([502, 503, 504]);

const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment' };

const deployment = ({ application }: Controls) => ({ ...DEPLOYMENT, ...application });

const scale = (kube: KubeClient, controls: Controls, replicas: number) =>
  kube.patch(deployment(controls), 'merge', { spec: { replicas } });

/** The engine's drift repair would bring the pods back: scales down again whenever somebody scaled up. */
function holdDown(kube: KubeClient, controls: Controls): Hold {
  const { clock } = controls;
  const { apiVersion, kind, namespace, name } = deployment(controls);
  let released = false;
  let pressing: Promise<unknown> = Promise.resolve();
  const press = async () => released || scale(kube, controls, 0);
  const watch = follow({ client: kube, clock, kind: { apiVersion, kind }, namespace }, ({ object }) => {
    if (!released && object.metadata.name === name && object.spec?.['replicas'] !== 0)
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
  object: () => DEPLOYMENT,
  async prepare(controls, centre) {
    const live = await controls.centre(centre).kube.get(deployment(controls));
    return { replicas: Number(live.spec?.['replicas'] ?? 1) };
  },
  async inject(controls, centre): Promise<Hold> {
    const { kube } = controls.centre(centre);
    await scale(kube, controls, 0);
    return holdDown(kube, controls);
  },
  // All pods are told to go at once: the first request that none of them serves shows it, a while before the 503.
  isInEffect: (controls, centre) =>
    requestShows(controls, centre, ({ response }) => NOBODY_SERVES.has(response?.status ?? 0)),
  async heal(controls, centre, undo) {
    await scale(controls.centre(centre).kube, controls, (undo as { replicas: number }).replicas);
  },
});
