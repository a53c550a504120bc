import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod';
import type { Controls } from '../../faults/fault.ts';
import type { Json } from '../../kube/objects.ts';
import { centresOf, topologySchema } from '../../kube/topology.ts';
import type { Clock } from '../../runtime/clock.ts';
import { realNetwork } from '../../runtime/network-real.ts';
import { LabError } from '../lab.ts';
import { type Cluster, client } from './clusters.ts';
import { controlsOf } from './controls.ts';
import { Docker } from './docker.ts';
import { Gateway, waysInto } from './gateway.ts';
import { gatewayNetwork } from './gateway-network.ts';
import { lockLab } from './lock.ts';
import { Node } from './node.ts';
import { gatewayName, RUN_LABEL } from './pins.ts';
import { HUB } from './raise.ts';
import { kubeconfigFile } from './run-files.ts';

/** What the undo log of a run says of the lab that it was on. */
const settingsSchema = z.object({
  topology: topologySchema,
  application: z.object({
    namespace: z.string(),
    name: z.string(),
    host: z.string(),
    path: z.string(),
    port: z.int(),
  }),
  vantagePoints: z.array(z.string()),
});

/** A lab whose process is gone, in the hands of another one. */
export interface Reattached {
  readonly controls: Controls;
  /** The hub and the centres of which nothing is there any more. */
  readonly gone: ReadonlySet<string>;
  close(): Promise<void>;
}

/**
 * Takes hold of what a killed run has left running, as it is.
 *
 * @returns why there is nothing to take hold of, in words, when the lab is gone or another run has taken it over
 * @throws LabError without Docker, or while another process uses the lab
 */
export async function reattach(
  runFolder: string,
  settings: Json,
  clock: Clock,
): Promise<Reattached | string> {
  const docker = await Docker.connect();
  const lock = await lockLab();
  try {
    const owners = new Set((await docker.ownContainers()).map(({ labels }) => labels[RUN_LABEL]));
    owners.delete(undefined);
    if (!owners.has(resolve(runFolder))) {
      await lock.release();
      return owners.size === 0
        ? 'its clusters are gone'
        : 'another run has taken its clusters over, and mended them';
    }
    const held = await takeHold(docker, runFolder, settingsSchema.parse(settings), clock);
    return {
      ...held,
      async close() {
        held.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function takeHold(
  docker: Docker,
  runFolder: string,
  { topology, application, vantagePoints }: z.infer<typeof settingsSchema>,
  clock: Clock,
) {
  const ways = waysInto(application.port, vantagePoints);
  const clusters = new Map<string, Cluster>();
  const gateways = new Map<string, Gateway>();
  const gone = new Set<string>();
  const parts = { docker, clock, signal: undefined, ways };
  for (const name of [HUB, ...centresOf(topology).map(centre => centre.name)]) {
    const node = new Node(name, docker, clock);
    const gateway = name === HUB ? undefined : await docker.statusOf(gatewayName(name));
    if ((await node.status()) === undefined || (name !== HUB && gateway === undefined)) {
      gone.add(name);
      continue;
    }
    const kubeconfig = kubeconfigOf(runFolder, name);
    clusters.set(name, { name, node, kubeconfig, kube: client(kubeconfig), kept: true });
    if (name === HUB) continue;
    const address = await docker.addressOf(gatewayName(name));
    gateways.set(name, new Gateway({ ...parts, centre: name, address }));
  }
  const addresses = new Set([...gateways.values()].map(({ address }) => address));
  const network = gatewayNetwork(
    // A request that this machine could not make tells nothing, and nobody is told of it.
    realNetwork({ clock, networks: [await docker.range()], onLocalFailure: () => {} }),
    address => addresses.has(address),
    ways,
    application.port,
  );
  const clusterOf = (name: string) => {
    const cluster = clusters.get(name);
    if (cluster === undefined) throw new LabError(`${name} is gone`);
    return cluster;
  };
  const controls = controlsOf({
    clock,
    network,
    application,
    vantagePoints,
    ways,
    gateways,
    cluster: clusterOf,
    hub: () => clusterOf(HUB),
    // Both died with the run.
    engine: { stop() {}, start() {} },
    nameServer: () => undefined,
  });
  return {
    controls,
    gone,
    close() {
      controls.close();
      for (const { kube } of clusters.values()) kube.close();
    },
  };
}

function kubeconfigOf(runFolder: string, name: string): string {
  const file = kubeconfigFile(runFolder, name);
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const why = (cause as Error).message;
    throw new LabError(`${name} runs, but the run's kubeconfig for it cannot be read: ${why}`, { cause });
  }
}
