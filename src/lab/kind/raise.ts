import { ENGINE_KINDS } from '../../engine/model.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { RealKubeClient } from '../../kube/client-real.ts';
import type { EngineName } from '../../kube/engines.ts';
import type { Kind } from '../../kube/objects.ts';
import type { Network } from '../../runtime/network.ts';
import type { LabApplication } from '../lab.ts';
import { requestTo } from '../observer.ts';
import { cleanCentre, cleanHub } from './clean.ts';
import { answers, type Cluster, client, ensureCluster, type Workshop } from './clusters.ts';
import { API_PORT, Gateway, type GatewayParts, HUB, type RunLabels } from './gateway.ts';
import { ingressIsReady, installEngineKinds, installIngress } from './ingress.ts';
import { through } from './kubeconfig.ts';
import { hasKubeVela, type KubeVela } from './kubevela.ts';
import { clusterName, INGRESS_IMAGE, nodeName } from './pins.ts';
import { type Bounds, until } from './until.ts';

const READY_WITHIN_MS = 300_000;
const REQUEST_TIMEOUT_MS = 1000;
const NODE: Kind = { apiVersion: 'v1', kind: 'Node' };
/** Of a hub's node: what was installed for one engine does not suit the other. */
const ENGINE_LABEL = 'liangdi.lab/engine';

/** A centre that is up. */
export interface Raised {
  readonly cluster: Cluster;
  readonly gateway: Gateway;
  /** As the hub reaches its API: over the link that faults may strike. */
  readonly fromHub: RealKubeClient;
}

/** Brings the hub up, for one engine, without what an earlier drill left in it. */
export async function raiseHub(
  workshop: Workshop,
  namespace: string,
  kubevela: KubeVela | undefined,
): Promise<Cluster> {
  const engine: EngineName = kubevela === undefined ? 'liangdi' : 'kubevela';
  const suits = async (kube: KubeClient) =>
    (await engineOf(kube)) === engine && (kubevela === undefined || (await hasKubeVela(kube)));
  const hub = await ensureCluster(HUB, workshop, { suits });
  // An API that has just come up may fail what it did, under load: all of this may be done again.
  await until("the hub does not take the engine's kinds", bounds(workshop), async () => {
    await hub.kube.patch({ ...NODE, name: hub.node.name }, 'merge', {
      metadata: { labels: { [ENGINE_LABEL]: engine } },
      // What the hub holds is data: nothing of it may run there.
      spec: { unschedulable: true },
    });
    if (kubevela === undefined) await installEngineKinds(hub.kube);
    return true;
  });
  await kubevela?.install(hub, workshop);
  await until("the hub's API does not know the engine's kinds", bounds(workshop), () => serves(hub.kube));
  if (hub.kept) await cleanHub(hub.kube, namespace, workshop.clock);
  return hub;
}

/** The engine that a hub was made for. */
export async function engineOf(hub: KubeClient): Promise<string | undefined> {
  const { items } = await hub.list(NODE);
  return items[0]?.metadata.labels?.[ENGINE_LABEL];
}

async function serves(hub: KubeClient): Promise<boolean> {
  for (const kind of ENGINE_KINDS) await hub.list(kind);
  return true;
}

export interface CentrePlan {
  readonly gateway: GatewayParts;
  readonly labels: RunLabels;
  readonly application: LabApplication & { readonly images: readonly string[] };
  readonly network: Network;
}

/** Brings a centre up, its ingress and the gateway before it, without what an earlier drill left in it. */
export async function raiseCentre(name: string, plan: CentrePlan, workshop: Workshop): Promise<Raised> {
  const { application, network } = plan;
  const [cluster, gateway] = await allDone(
    ensureCluster(name, workshop, { addresses: [plan.gateway.address] }),
    Gateway.start(plan.gateway, plan.labels),
  );
  const { kube, node, kept } = cluster;
  await gateway.open(await node.address());
  const fromHub = clientFromHub(name, cluster.kubeconfig, gateway);
  await workshop.kind.load(clusterName(name), [INGRESS_IMAGE, ...application.images]);
  const inTime = bounds(workshop);
  await until(`${name} does not take its ingress`, inTime, async () => {
    await installIngress(kube, gateway.address);
    await node.startIngress();
    return true;
  });
  if (kept) await cleanCentre(kube, application.namespace, workshop.clock);
  await until(`the ingress of ${name} is not ready`, inTime, () => ingressIsReady(kube));
  await until(`the hub does not reach ${name}`, inTime, () => answers(fromHub));
  // Until the ingress has the application, it says 404: what matters is that the way there is open.
  await until(`${name} cannot be reached at its public address ${gateway.address}`, inTime, async () => {
    const { response } = await requestTo(gateway.address, network, application, REQUEST_TIMEOUT_MS);
    return response !== undefined;
  });
  return { cluster, gateway, fromHub };
}

function clientFromHub(name: string, kubeconfig: string, gateway: Gateway): RealKubeClient {
  return client(through(kubeconfig, serverOf(gateway), nodeName(name)));
}

/** How KubeVela reaches a centre: by the same way, but with no name that its certificate has. */
export function wayFromHub({ cluster, gateway }: Raised): string {
  return through(cluster.kubeconfig, serverOf(gateway));
}

const serverOf = ({ address }: Gateway) => `https://${address}:${API_PORT}`;

const bounds = ({ clock, signal }: Workshop): Bounds => ({ clock, signal, withinMs: READY_WITHIN_MS });

/** Both, or the first failure once both have ended. */
async function allDone<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  const both = await Promise.allSettled([one, other]);
  for (const each of both) if (each.status === 'rejected') throw each.reason;
  return [await one, await other];
}
