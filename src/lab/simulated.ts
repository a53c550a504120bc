import { belongsTo } from '../faults/application.ts';
import { type ApplicationBehaviour, combined } from '../faults/behaviour.ts';
import { CAPABILITIES, type CentreControls, type Controls } from '../faults/fault.ts';
import { addressesAt } from '../gtm/dns/zones.ts';
import { SimulatedCluster } from '../kube/simulated/cluster.ts';
import { centresOf, type Topology } from '../kube/topology.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Place, SimulatedNetwork } from '../runtime/network.ts';
import { simulatedNetwork } from '../runtime/network-simulated.ts';
import type { Random } from '../runtime/random.ts';
import type { Engine, Lab, LabApplication } from './lab.ts';
import { nameServerAnswers, OBSERVER, requestTo } from './observer.ts';

const NAME_SERVER = '192.0.2.53';

export interface SimulatedLabOptions {
  readonly topology: Topology;
  readonly clock: Clock;
  readonly random: Random;
  readonly application: LabApplication;
  readonly vantagePoints: readonly string[];
  /** As of ClusterOptions: for tests, since it takes a third of a drill's time. */
  readonly freeze?: boolean;
}

/** The whole design in one process: every cluster, link and client simulated, time virtual, chance seeded. */
export function simulatedLab(options: SimulatedLabOptions): Lab {
  const { topology, clock, random, application } = options;
  const network = simulatedNetwork(clock, random.fork('network'));
  layLinks(network, topology);
  const cluster = (name: string, nodes: number, address?: string) =>
    new SimulatedCluster({
      name,
      nodes,
      clock,
      network,
      random: random.fork(name),
      pod: {
        inService: topology.pod.inService,
        serviceTimeMs: topology.pod.serviceTime,
        queue: topology.pod.queue,
      },
      ...(address === undefined ? {} : { address, port: application.port }),
      freeze: options.freeze ?? false,
    });
  const hub = cluster('hub', 0);
  const centres = new Map(
    centresOf(topology).map(({ name, nodes, address }) => [name, cluster(name, nodes, address)]),
  );
  const addresses = new Map(centresOf(topology).map(({ name, address }) => [name, address]));
  const addressOf = (name: string) => found(addresses, name);
  const nameServer = { up: true };
  let startEngine: (() => Engine) | undefined;
  const observed = new Map<string, CentreControls>();
  let engine: Engine | undefined;

  const controls: Controls = {
    clock,
    capabilities: new Set(CAPABILITIES),
    application,
    vantagePoints: options.vantagePoints,
    centre(name) {
      const known =
        observed.get(name) ?? centreControls(found(centres, name), network, addressOf(name), application);
      observed.set(name, known);
      return known;
    },
    ...linkControls(network, ['clients', 'resolver', 'vantage', 'gtm', 'hub', ...centres.keys()]),
    async stopHub() {
      engine?.stop();
      engine = undefined;
      hub.stopControlPlane();
    },
    async startHub() {
      hub.startControlPlane();
      engine ??= startEngine?.();
    },
    hubAnswers: () => answers(hub.client(OBSERVER).list({ apiVersion: 'v1', kind: 'Namespace' })),
    async stopGtmDns() {
      nameServer.up = false;
    },
    async startGtmDns() {
      nameServer.up = true;
    },
    gtmDnsAnswers: () => nameServerAnswers(NAME_SERVER, network, application),
  };

  return {
    name: 'simulated',
    clock,
    random,
    network,
    hub: hub.client(OBSERVER),
    centres: topology.cities.flatMap(city =>
      city.centres.map(({ name }) => ({ name, city: city.name, kube: found(centres, name).client('hub') })),
    ),
    controls,
    async up() {
      const clusters = [hub, ...centres.values()];
      for (const each of clusters) each.boot();
      await Promise.all(clusters.map(each => new Promise<void>(resolve => each.whenReady(resolve))));
    },
    addressOf,
    runEngine(start) {
      startEngine = () => start(hub.client('hub'));
      engine = startEngine();
    },
    async serveDns(authority) {
      network.listenDns(NAME_SERVER, 'gtm', {
        accepts: () => (nameServer.up ? 'accept' : 'drop'),
        answer: ({ name, from }) => addressesAt(authority, name, from),
      });
      return NAME_SERVER;
    },
    async down() {
      engine?.stop();
    },
  };
}

function found<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new Error(`no centre "${name}"; known: ${[...map.keys()].join(', ')}`);
  return value;
}

const answers = (call: Promise<unknown>) =>
  call.then(
    () => true,
    () => false,
  );

function layLinks(network: SimulatedNetwork, topology: Topology): void {
  const placesOf = (end: string) =>
    topology.cities.find(city => city.name === end)?.centres.map(({ name }) => name) ?? [end];
  for (const { from, to, latency, jitter, loss } of topology.links)
    for (const one of placesOf(from))
      for (const other of placesOf(to)) {
        network.rule(one, other, { latencyMs: latency, jitterMs: jitter, loss });
        network.rule(other, one, { latencyMs: latency, jitterMs: jitter, loss });
      }
}

/** Faults strike `everywhere` when they say `*`: the network's own `*` would blind the observer. */
function linkControls(
  network: SimulatedNetwork,
  everywhere: readonly Place[],
): Pick<Controls, 'shapeLink' | 'restoreLinks'> {
  const placesOf = (place: Place) => (place === '*' ? everywhere : [place]);
  const removals = new Map<string, (() => void)[]>();
  return {
    async shapeLink(label, from, to, quality) {
      const impairments = placesOf(from).flatMap(one =>
        placesOf(to).map(other => network.impair(one, other, quality)),
      );
      removals.set(label, [...(removals.get(label) ?? []), ...impairments]);
    },
    async restoreLinks(label) {
      for (const remove of removals.get(label) ?? []) remove();
      removals.delete(label);
    },
  };
}

/** From everybody, the observer too. Returns what puts it back. */
function cutOff(network: SimulatedNetwork, place: Place): () => void {
  const cuts = [network.impair('*', place, { cut: true }), network.impair(place, '*', { cut: true })];
  return () => {
    for (const remove of cuts) remove();
  };
}

function centreControls(
  cluster: SimulatedCluster,
  network: SimulatedNetwork,
  address: string,
  application: LabApplication,
): CentreControls {
  const done = async (action: () => void) => {
    action();
  };
  let reconnect: (() => void) | undefined;
  const behaviours = new Map<string, ApplicationBehaviour>();
  return {
    kube: cluster.client(OBSERVER),
    pause: () => done(() => cluster.pause()),
    unpause: () => done(() => cluster.unpause()),
    // From outside they differ by refusals in a shutdown's last second.
    stop: () => done(() => cluster.stop()),
    kill: () => done(() => cluster.stop()),
    start: () => done(() => cluster.start()),
    disconnect: () =>
      done(() => {
        reconnect ??= cutOff(network, cluster.name);
      }),
    connect: () =>
      done(() => {
        reconnect?.();
        reconnect = undefined;
      }),
    stopControlPlane: () => done(() => cluster.stopControlPlane()),
    startControlPlane: () => done(() => cluster.startControlPlane()),
    stopIngress: () => done(() => cluster.stopIngress()),
    startIngress: () => done(() => cluster.startIngress()),
    killPods: async count => cluster.killPods(count, each => belongsTo(application, each)),
    async setApplication(label, behaviour) {
      behaviours.set(label, behaviour);
      cluster.setApplication(combined(behaviours.values()));
    },
    request: timeoutMs => requestTo(address, network, application, timeoutMs),
  };
}
