import { CAPABILITIES, type CentreControls, type Controls } from '../../faults/fault.ts';
import type { DnsServer } from '../../gtm/dns-server-real.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Network } from '../../runtime/network.ts';
import type { LabApplication } from '../lab.ts';
import { centreControls } from './centre.ts';
import type { Cluster } from './clusters.ts';
import { type Gateway, OBSERVER, type Way } from './gateway.ts';
import { linkControls } from './links.ts';
import { answers } from './until.ts';

const DNS_TIMEOUT_MS = 1000;

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
    gtmDnsAnswers: () =>
      new Promise(resolve => {
        const server = parts.nameServer()?.address;
        if (server === undefined) return resolve(false);
        network.dns(
          { from: OBSERVER, server, name: application.host, type: 'A', timeoutMs: DNS_TIMEOUT_MS },
          ({ answer }) => resolve(answer !== undefined),
        );
      }),
    close() {
      for (const controls of centres.values()) controls.close();
    },
  };
}
