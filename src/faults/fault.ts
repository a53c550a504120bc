import type * as z from 'zod';
import type { KubeClient } from '../kube/client.ts';
import type { Json, Kind } from '../kube/objects.ts';
import type { Clock } from '../runtime/clock.ts';
import type { HttpOutcome, LinkQuality, NetworkFailure, Place } from '../runtime/network.ts';
import type { ApplicationBehaviour } from './behaviour.ts';

/** What a lab must be able to do to a part of the system; a fault names those it needs. */
export const CAPABILITIES = [
  'kubernetes-api',
  'pause-cluster',
  'stop-cluster',
  'kill-cluster',
  'disconnect-cluster',
  'stop-control-plane',
  'stop-ingress',
  'kill-pods',
  'application-behaviour',
  'shape-links',
  'stop-hub',
  'stop-gtm-dns',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

export interface CentreControls {
  readonly kube: KubeClient;
  pause(): Promise<void>;
  unpause(): Promise<void>;
  /** Shuts the machines down. */
  stop(): Promise<void>;
  /** Switches the machines off: nothing is told to end. */
  kill(): Promise<void>;
  /** After `stop` or `kill`. */
  start(): Promise<void>;
  /** Off the network and back, all the while running. */
  disconnect(): Promise<void>;
  connect(): Promise<void>;
  stopControlPlane(): Promise<void>;
  startControlPlane(): Promise<void>;
  stopIngress(): Promise<void>;
  startIngress(): Promise<void>;
  /** Kills the processes of that many of the application's pods; returns how many it killed. */
  killPods(count: number | 'all'): Promise<number>;
  /** What is set under several labels adds up; an empty behaviour takes its label's back. */
  setApplication(label: string, behaviour: ApplicationBehaviour): Promise<void>;
  /** One request to the centre's public address, from a place that no link fault strikes. */
  request(timeoutMs: number): Promise<HttpOutcome>;
}

/** What faults act through; each lab implements it. */
export interface Controls {
  readonly clock: Clock;
  readonly capabilities: ReadonlySet<Capability>;
  /** The application's objects. */
  readonly application: { readonly namespace: string; readonly name: string };
  readonly vantagePoints: readonly string[];
  centre(name: string): CentreControls;
  /**
   * Makes a link (one direction) worse under a label, by which that is taken back; what several labels do to it adds
   * up. `*` is every place but the one that the drill observes from.
   */
  shapeLink(label: string, from: Place, to: Place, quality: LinkQuality): Promise<void>;
  restoreLinks(label: string): Promise<void>;
  stopHub(): Promise<void>;
  startHub(): Promise<void>;
  hubAnswers(): Promise<boolean>;
  stopGtmDns(): Promise<void>;
  startGtmDns(): Promise<void>;
  gtmDnsAnswers(): Promise<boolean>;
}

/** What an injected fault leaves running. Once `release` has resolved, nothing of it reaches the system any more. */
export interface Hold {
  release(): Promise<void>;
}

export interface ObjectStruck {
  readonly apiVersion: string;
  readonly kind: string;
  /** The application's, where it is not said. */
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/**
 * One kind of fault on one target. Choosing targets, timing, writing the undo before the injection, verification and
 * journal are the drill's; a kind only says what inject and heal mean.
 */
export interface FaultKind<P = unknown> {
  readonly kind: string;
  /** One line: what happens to the system. */
  readonly says: string;
  readonly strikes: 'centres' | 'vantage points' | 'hub' | 'gtm';
  readonly needs: readonly Capability[];
  /** The fields beside at, for, name and on. */
  readonly schema: z.ZodType<P>;
  /** Strikes once and passes by itself: `for` makes no sense. */
  readonly momentary?: boolean;
  /** Of a momentary one: nothing stays changed. What it struck starts again at once, and successes show that it has. */
  readonly leavesNothing?: boolean;
  /**
   * Several of the kind on one target keep apart by their labels, and each is healed by itself. Otherwise they share
   * one state: the first one's undo is kept, and the last to be healed restores it.
   */
  readonly stacks?: boolean;
  /** What it takes away, where other kinds take away the same: they share one state with it. */
  readonly takes?: 'power';
  /** Whether the population's requests can meet what it does to its centre; by default they can. */
  meetsClients?(params: P, population: string): boolean;
  /** The object of the application that the target must have; by default it has the application's name. */
  object?(params: P): ObjectStruck;
  /** It strikes all that the application has of this kind in the target, which must have one. */
  readonly everyObject?: Kind;
  /** What `heal` needs to know of the state before the injection: plain data, written down before `inject`. */
  prepare?(controls: Controls, target: string, params: P): Promise<Json>;
  /** `undo` is what `prepare` returned, of the first fault where several share a state. */
  // biome-ignore lint/suspicious/noConfusingVoidType: most injections leave nothing running
  inject(controls: Controls, target: string, params: P, label: string, undo: Json): Promise<Hold | void>;
  /** Whether the system shows the injection now. */
  isInEffect(controls: Controls, target: string, params: P): Promise<boolean>;
  heal(controls: Controls, target: string, undo: Json, label: string): Promise<void>;
}

/** Lets a kind be written with its own parameter type and kept in one list. */
export function faultKind<P>(kind: FaultKind<P>): FaultKind {
  return kind as unknown as FaultKind;
}

const LOOK_TIMEOUT_MS = 1000;

/** Another fault keeps requests from the application: what happens beneath does not show. */
function isHidden({ response }: HttpOutcome): boolean {
  return response === undefined || response.status === 404 || response.status === 503;
}

/** True when the request to the centre ends as `expected` says, or does not get as far as the application. */
export async function requestShows(
  controls: Controls,
  centre: string,
  expected: (outcome: HttpOutcome) => boolean,
  timeoutMs = LOOK_TIMEOUT_MS,
): Promise<boolean> {
  const outcome = await controls.centre(centre).request(timeoutMs);
  return expected(outcome) || isHidden(outcome);
}

/** True when the request to the centre gives no answer, in the way that is given. */
export async function requestFails(
  controls: Controls,
  centre: string,
  way?: NetworkFailure,
): Promise<boolean> {
  const { failure } = await controls.centre(centre).request(LOOK_TIMEOUT_MS);
  return failure !== undefined && (way === undefined || failure === way);
}

/** True when the centre's Kubernetes API gives no answer. */
export async function apiIsDown(kube: KubeClient): Promise<boolean> {
  try {
    await kube.list({ apiVersion: 'v1', kind: 'Node' });
    return false;
  } catch {
    return true;
  }
}
