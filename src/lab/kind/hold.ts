import type { Controls } from '../../faults/fault.ts';
import { centresOf, type Topology } from '../../kube/topology.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Network } from '../../runtime/network.ts';
import { realNetwork } from '../../runtime/network-real.ts';
import { type LabApplication, LabError } from '../lab.ts';
import { type Cluster, client } from './clusters.ts';
import { type ControlParts, controlsOf } from './controls.ts';
import type { Docker } from './docker.ts';
import { Gateway, HUB, waysInto } from './gateway.ts';
import { gatewayNetwork } from './gateway-network.ts';
import { Node } from './node.ts';
import { gatewayName } from './pins.ts';

export interface HoldParts extends Pick<ControlParts, 'engine' | 'nameServer'> {
  readonly docker: Docker;
  readonly clock: Clock;
  readonly topology: Topology;
  readonly application: LabApplication;
  readonly vantagePoints: readonly string[];
  readonly kubeconfigOf: (name: string) => Promise<string>;
  /** Told when this machine, not the lab, makes an exchange impossible. */
  readonly onLocalFailure: (error: Error) => void;
}

/** A lab that another process brought up. */
export interface Held {
  readonly controls: Controls;
  readonly network: Network;
  /** @throws LabError for one that is gone */
  readonly cluster: (name: string) => Cluster;
  readonly gateways: ReadonlyMap<string, Gateway>;
  /** The hub and the centres of which nothing is there any more. */
  readonly gone: ReadonlySet<string>;
  close(): void;
}

/** Takes hold of the lab's containers as they are. @throws LabError when a kubeconfig cannot be had */
export async function takeHold(parts: HoldParts): Promise<Held> {
  const { docker, clock, topology, application, vantagePoints, kubeconfigOf, onLocalFailure } = parts;
  const ways = waysInto(application.port, vantagePoints);
  const clusters = new Map<string, Cluster>();
  const gateways = new Map<string, Gateway>();
  const gone = new Set<string>();
  for (const name of [HUB, ...centresOf(topology).map(centre => centre.name)]) {
    const node = new Node(name, docker, clock);
    const gateway = name === HUB ? undefined : await docker.statusOf(gatewayName(name));
    if ((await node.status()) === undefined || (name !== HUB && gateway === undefined)) {
      gone.add(name);
      continue;
    }
    const kubeconfig = await kubeconfigOf(name);
    clusters.set(name, { name, node, kubeconfig, kube: client(kubeconfig), kept: true });
    if (name === HUB) continue;
    const address = await docker.addressOf(gatewayName(name));
    gateways.set(name, new Gateway({ docker, clock, signal: undefined, ways, centre: name, address }));
  }
  const addresses = new Set([...gateways.values()].map(({ address }) => address));
  const network = gatewayNetwork(
    realNetwork({ clock, networks: [await docker.range()], onLocalFailure }),
    address => addresses.has(address),
    ways,
    application.port,
  );
  const cluster = (name: string) => {
    const found = clusters.get(name);
    if (found === undefined) throw new LabError(`${name} is gone`);
    return found;
  };
  const { engine, nameServer } = parts;
  const hub = () => cluster(HUB);
  const common = { clock, network, application, vantagePoints, ways, gateways };
  const controls = controlsOf({ ...common, cluster, hub, engine, nameServer });
  return {
    controls,
    network,
    cluster,
    gateways,
    gone,
    close() {
      controls.close();
      for (const { kube } of clusters.values()) kube.close();
    },
  };
}
