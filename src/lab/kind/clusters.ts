import { writeFileSync } from 'node:fs';
import { ApiError, type KubeClient } from '../../kube/client.ts';
import { type RealKubeClient, realClient } from '../../kube/client-real.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Docker } from './docker.ts';
import type { KindCli } from './kind-cli.ts';
import { Node } from './node.ts';
import { clusterName } from './pins.ts';
import { kubeconfigFile } from './run-files.ts';
import { until } from './until.ts';

/** One call of the Kubernetes API. A paused cluster is known by its silence. */
const CALL_TIMEOUT_MS = 5000;
const ANSWERS_WITHIN_MS = 180_000;
/** A cluster that was kept answers soon, or it is made anew; one that a killed run left broken comes back slower. */
const KEPT_ANSWERS_WITHIN_MS = 15_000;
const MENDED_ANSWERS_WITHIN_MS = 90_000;

export interface Workshop {
  readonly docker: Docker;
  readonly kind: KindCli;
  readonly clock: Clock;
  readonly runFolder: string;
  readonly signal: AbortSignal | undefined;
}

export interface Cluster {
  readonly name: string;
  readonly node: Node;
  readonly kubeconfig: string;
  /** From this machine, by the port that kind opens on loopback. */
  readonly kube: RealKubeClient;
  /** It was there already. */
  readonly kept: boolean;
}

export const client = (kubeconfig: string) =>
  realClient({ kubeconfig, timeoutMs: CALL_TIMEOUT_MS, administrator: true });

export interface Wanted {
  /** At which its API can be reached, beside the node's own. */
  readonly addresses?: readonly string[];
  /** Whether one that was kept can be taken over. */
  readonly suits?: (kube: KubeClient) => Promise<boolean>;
}

/** A running cluster under that name: the one that was kept, or a new one. */
export async function ensureCluster(
  name: string,
  workshop: Workshop,
  { addresses = [], suits = async () => true }: Wanted = {},
): Promise<Cluster> {
  const { docker, kind, clock, runFolder, signal } = workshop;
  const node = new Node(name, docker, clock);
  const found = await kept(name, node, workshop, suits);
  if (found !== undefined) return found;
  await docker.remove(node.name);
  const file = kubeconfigFile(runFolder, name);
  await kind.create(clusterName(name), file, addresses);
  const cluster = await connect(name, node, workshop, false);
  await until(`the cluster ${name} does not answer`, { clock, signal, withinMs: ANSWERS_WITHIN_MS }, () =>
    isReady(cluster.kube),
  );
  return cluster;
}

async function kept(
  name: string,
  node: Node,
  workshop: Workshop,
  suits: NonNullable<Wanted['suits']>,
): Promise<Cluster | undefined> {
  const { clock, signal } = workshop;
  const found = await node.status();
  if (found === undefined) return undefined;
  let cluster: Cluster | undefined;
  try {
    await node.unpause();
    await node.start();
    await node.connect();
    const mended = (await node.restoreControlPlane()) || found !== 'running';
    const withinMs = mended ? MENDED_ANSWERS_WITHIN_MS : KEPT_ANSWERS_WITHIN_MS;
    cluster = await connect(name, node, workshop, true);
    const { kube } = cluster;
    await until('no answer', { clock, signal, withinMs }, () => isReady(kube));
    if (await suits(kube)) return cluster;
  } catch {
    // What does not come back is made anew.
  }
  cluster?.kube.close();
  return undefined;
}

async function connect(name: string, node: Node, workshop: Workshop, isKept: boolean): Promise<Cluster> {
  const kubeconfig = await workshop.kind.kubeconfig(clusterName(name));
  writeFileSync(kubeconfigFile(workshop.runFolder, name), kubeconfig, { mode: 0o600 });
  return { name, node, kubeconfig, kube: client(kubeconfig), kept: isKept };
}

async function isReady(kube: KubeClient): Promise<boolean> {
  const { items } = await kube.list({ apiVersion: 'v1', kind: 'Node' });
  return items.length > 0 && items.every(item => hasCondition(item.status, 'Ready'));
}

function hasCondition(status: unknown, type: string): boolean {
  const { conditions = [] } = (status ?? {}) as { conditions?: { type: string; status: string }[] };
  return conditions.some(condition => condition.type === type && condition.status === 'True');
}

/** Whether the API is there: one that says no is. */
export async function answers(kube: KubeClient): Promise<boolean> {
  try {
    await kube.list({ apiVersion: 'v1', kind: 'Namespace' });
    return true;
  } catch (error) {
    return error instanceof ApiError && error.reason !== 'Unreachable';
  }
}
