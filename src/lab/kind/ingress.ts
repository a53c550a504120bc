import { readFileSync } from 'node:fs';
import { applyManifests } from '../../engine/kubectl/apply.ts';
import { parseManifests } from '../../engine/manifests.ts';
import type { KubeClient } from '../../kube/client.ts';
import { shipped } from '../../runtime/shipped.ts';

const INGRESS = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'traefik', name: 'traefik' };

/** Runs Traefik on every node, with the centre's public address as the one that its Ingresses show. */
export async function installIngress(kube: KubeClient, publicAddress: string): Promise<void> {
  const file = shipped('clusters/ingress/traefik.yaml');
  const text = readFileSync(file, 'utf8').replace('<public-address>', publicAddress);
  await applyManifests(kube, parseManifests(text, file));
}

/** True when it runs on as many nodes as it should. */
export async function ingressIsReady(kube: KubeClient): Promise<boolean> {
  const { metadata, status } = await kube.get(INGRESS);
  const { observedGeneration, desiredNumberScheduled, numberReady } = (status ?? {}) as Record<
    string,
    number
  >;
  return (
    observedGeneration === metadata.generation &&
    numberReady !== undefined &&
    numberReady > 0 &&
    numberReady === desiredNumberScheduled
  );
}

/** Teaches the hub's API the engine's kinds. */
export async function installEngineKinds(hub: KubeClient): Promise<void> {
  const file = shipped('clusters/hub/crds.yaml');
  await applyManifests(hub, parseManifests(readFileSync(file, 'utf8'), file));
}
