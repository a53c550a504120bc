import { CAPABILITIES, type CentreControls, type Controls } from '../../faults/fault.ts';
import type { DnsServer } from '../../gtm/dns/server-real.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Network } from '../../runtime/network.ts';
import type { LabApplication } from '../lab.ts';
import { nameServerAnswers } from '../observer.ts';
import { centreControls } from './centre.ts';
import { answers, type Cluster } from './clusters.ts';
import type { Gateway, Way } from './gateway.ts';
import { linkControls } from './links.ts';

/** What the faults of a lab act on: one that this process brought up, or one that it found. */
export interface ControlParts {
  readonly clock: Clock;
  readonly network: Network;
  readonly application: LabApplication;
  readonly vantagePoints: readonly string[];
  readonly ways: readonly Way[];
  readonly gateways: ReadonlyMap<string, Gateway>;
  readonly cluster: (name: string) => Cluster;
  readonly hub: () => Cluster;
  readonly engine: { stop(): void; start(): void };
  readonly nameServer: () => DnsServer | undefined;
}

export function controlsOf(parts: ControlParts): Controls & { close(): void } {
  const { clock, network, application, vantagePoints, ways, gateways, engine } = parts;
  const centres = new Map<string, CentreControls & { close(): void }>();
  const make = (name: string) => {
    const { node, kube } = parts.cluster(name);
    const gateway = gateways.get(name);
    if (gateway === undefined) throw new Error(`${name} has no gateway`);
    return centreControls({ name, node, gateway, kube, network, clock, application });
  };
  return {
    clock,
    capabilities: new Set(CAPABILITIES),
    application,
    vantagePoints,
    centre(name) {
      const controls = centres.get(name) ?? make(name);
      centres.set(name, controls);
      return controls;
    },
    ...linkControls(gateways, ways),
    async stopHub() {
      engine.stop();
      await parts.hub().node.pause();
    },
    async startHub() {
      await parts.hub().node.unpause();
      engine.start();
    },
    hubAnswers: () => answers(parts.hub().kube),
    async stopGtmDns() {
      await parts.nameServer()?.silence();
    },
    async startGtmDns() {
      await parts.nameServer()?.start();
    },
    async gtmDnsAnswers() {
      const server = parts.nameServer()?.address;
      return server !== undefined && (await nameServerAnswers(server, network, application));
    },
    close() {
      for (const controls of centres.values()) controls.close();
    },
  };
}
