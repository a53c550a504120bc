import { type ApplicationBehaviour, combined } from '../../faults/behaviour.ts';
import type { KubeClient } from '../../kube/client.ts';
import { follow } from '../../kube/follow.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Node } from './node.ts';

interface Parts {
  readonly node: Node;
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly application: { readonly namespace: string; readonly name: string };
}

/**
 * How a centre's web-demo misbehaves: written into each of its containers, and into those that come while it lasts
 * (clusters/web-demo/image/index.cgi reads it).
 */
export class BehaviourSwitch {
  readonly #parts: Parts;
  readonly #behaviours = new Map<string, ApplicationBehaviour>();
  #watch: { close(): void } | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  set(label: string, behaviour: ApplicationBehaviour): Promise<void> {
    if (Object.keys(behaviour).length === 0) this.#behaviours.delete(label);
    else this.#behaviours.set(label, behaviour);
    if (this.#behaviours.size === 0) this.close();
    else this.#watch ??= this.#newcomers();
    return this.#apply();
  }

  close(): void {
    this.#watch?.close();
    this.#watch = undefined;
  }

  #newcomers(): { close(): void } {
    const { kube: client, clock, application } = this.#parts;
    const kind = { apiVersion: 'v1', kind: 'Pod' };
    return follow({ client, clock, kind, namespace: application.namespace }, ({ type }) => {
      // A pod that goes while it is written to is no failure; the next event tries again.
      if (type !== 'DELETED') this.#apply().catch(() => {});
    });
  }

  /** One after the other: the last one set must be the last one written. */
  #apply(): Promise<void> {
    const done = this.#turn.then(() => this.#write());
    this.#turn = done.catch(() => {});
    return done;
  }

  async #write(): Promise<void> {
    const { node, application } = this.#parts;
    const { errorShare, delayMs } = combined(this.#behaviours.values());
    const text = `${Math.round(errorShare * 1000)} ${Math.round(delayMs)}`;
    await node.inEach(application, `echo ${text} > /behaviour`);
  }
}
