import type { Controls } from '../faults/fault.ts';
import type { Authority } from '../gtm/dns/types.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Json } from '../kube/objects.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Network, Place } from '../runtime/network.ts';
import type { Random } from '../runtime/random.ts';

/** The lab failed, or cannot do what was asked: exit code 3. */
export class LabError extends Error {
  override readonly name = 'LabError';
}

/** What was under way was given up, as somebody asked for. */
export class StoppedError extends LabError {
  constructor(options?: ErrorOptions) {
    super('stopped', options);
  }
}

/** Tells people what is going on. */
export type Progress = (step: string, detail?: string) => void;

/** What the lab knows of the application beside its manifests. */
export interface LabApplication {
  readonly namespace: string;
  readonly name: string;
  readonly host: string;
  readonly path: string;
  readonly port: number;
}

export interface LabCentre {
  readonly name: string;
  readonly city: string;
  readonly kube: KubeClient;
}

/** The hub's engine as the lab sees it: it dies with the hub and comes back with it. */
export interface Engine {
  stop(): void;
}

/** A fault on one target, and what takes it back. */
export interface Undo {
  /** Names the fault and its target; no two of a drill have the same. */
  readonly label: string;
  readonly fault: string;
  readonly target: string;
  /** What the fault's `prepare` returned. */
  readonly undo: Json;
}

/** Where a drill writes what takes its faults back. Both resolve when it is on disk. @throws LabError */
export interface UndoLog {
  /** Before the fault is injected. */
  injecting(undo: Undo): Promise<void>;
  healed(label: string): Promise<void>;
}

/**
 * What a drill runs on: clusters, a network and time. The drill itself — engine, GTM, clients, faults, journal — is
 * the same on every lab.
 */
export interface Lab {
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly hub: KubeClient;
  readonly centres: readonly LabCentre[];
  readonly controls: Controls;
  /** For a lab that outlives the drill's process: `liangdi heal` takes back what is in it. */
  readonly undoLog?: UndoLog;
  /** Why the link between two places cannot be shaped; undefined when it can. */
  whyNoLink?(from: Place, to: Place): string | undefined;
  /** Brings the clusters up. */
  up(progress: Progress): Promise<void>;
  /** The public address before a centre's ingress, once it is up. */
  addressOf(centre: string): string;
  /** Runs the distribution engine beside the hub: started now, stopped and started again with the hub. */
  runEngine(start: (hub: KubeClient) => Engine): void;
  /** Puts a name server on the network and returns its address, with its port unless that is 53. */
  serveDns(authority: Authority): Promise<string>;
  /**
   * From now on, watches how late the lab's timers fire; gives the most so far, in whole milliseconds. Virtual time
   * is never late.
   */
  watchLateness?(): () => number;
  /** Takes everything down; nothing is left behind. */
  down(): Promise<void>;
}
