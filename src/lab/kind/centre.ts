import type { CentreControls } from '../../faults/fault.ts';
import { ApiError, type KubeClient } from '../../kube/client.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Network } from '../../runtime/network.ts';
import { type LabApplication, LabError } from '../lab.ts';
import { requestTo } from '../observer.ts';
import { BehaviourSwitch } from './behaviour.ts';
import type { Gateway } from './gateway.ts';
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

/** The faults of one real centre. */
export function centreControls(parts: CentreParts): CentreControls & { close(): void } {
  const { name, node, gateway, kube, application } = parts;
  const behaviour = new BehaviourSwitch(parts);
  const answers = () =>
    kube.list({ apiVersion: 'v1', kind: 'Node' }).then(
      () => true,
      () => false,
    );
  return {
    kube,
    pause: () => node.pause(),
    unpause: () => node.unpause(),
    stop: () => node.stop(),
    kill: () => node.kill(),
    async start() {
      await node.start();
      await gateway.reopen(await node.address());
    },
    disconnect: () => node.disconnect(),
    async connect() {
      await node.connect();
      await gateway.reopen(await node.address());
    },
    stopControlPlane: () => node.stopControlPlane(),
    startControlPlane: () => node.startControlPlane(answers),
    stopIngress: () => node.stopIngress(),
    startIngress: () => node.startIngress(),
    async killPods(count) {
      const running = await node.containersOf(application);
      const struck = count === 'all' ? running : running.slice(0, count);
      await Promise.all(struck.map(container => node.killContainer(container)));
      return struck.length;
    },
    async setApplication(label, wanted) {
      try {
        await behaviour.set(label, wanted);
      } catch (cause) {
        // It may be asked again when the machine runs.
        if (cause instanceof ApiError) throw cause;
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new LabError(`web-demo's behaviour cannot be set in ${name}: ${why}`, { cause });
      }
    },
    request: timeoutMs => requestTo(gateway.address, parts.network, application, timeoutMs),
    close: () => behaviour.close(),
  };
}
