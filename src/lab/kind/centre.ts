import type { CentreControls } from '../../faults/fault.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { HttpOutcome, Network } from '../../runtime/network.ts';
import { type LabApplication, LabError } from '../lab.ts';
import { BehaviourSwitch } from './behaviour.ts';
import { type Gateway, OBSERVER } from './gateway.ts';
import { INGRESS } from './ingress.ts';
import type { Node } from './node.ts';

export interface CentreParts {
  readonly name: string;
  readonly node: Node;
  readonly gateway: Gateway;
  readonly kube: KubeClient;
  readonly network: Network;
  readonly clock: Clock;
  readonly application: LabApplication;
}

/** What no node has: the ingress finds no place to run. */
const NOWHERE = { 'liangdi.lab/ingress': 'off' };

/** The faults of one real centre. */
export function centreControls(parts: CentreParts): CentreControls & { close(): void } {
  const { name, node, gateway, kube, network, application } = parts;
  const behaviour = new BehaviourSwitch(parts);
  const answers = () =>
    kube.list({ apiVersion: 'v1', kind: 'Node' }).then(
      () => true,
      () => false,
    );
  const place = (nodeSelector: Record<string, string | null>) =>
    kube.patch(INGRESS, 'merge', { spec: { template: { spec: { nodeSelector } } } });
  return {
    kube,
    pause: () => node.pause(),
    unpause: () => node.unpause(),
    stop: () => node.stop(),
    async start() {
      await node.start();
      await gateway.restart();
    },
    stopControlPlane: () => node.stopControlPlane(),
    startControlPlane: () => node.startControlPlane(answers),
    async stopIngress() {
      await place(NOWHERE);
    },
    async startIngress() {
      await place(Object.fromEntries(Object.keys(NOWHERE).map(key => [key, null])));
    },
    async killPods(count) {
      const running = await node.containersOf(application);
      const struck = count === 'all' ? running : running.slice(0, count);
      await Promise.all(struck.map(container => node.kill(container)));
      return struck.length;
    },
    async setApplication(label, wanted) {
      try {
        await behaviour.set(label, wanted);
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new LabError(`web-demo's behaviour cannot be set in ${name}: ${why}`, { cause });
      }
    },
    request: timeoutMs =>
      new Promise<HttpOutcome>(resolve =>
        network.http(
          {
            from: OBSERVER,
            address: gateway.address,
            port: application.port,
            host: application.host,
            path: application.path,
            timeoutMs,
          },
          resolve,
        ),
      ),
    close: () => behaviour.close(),
  };
}
