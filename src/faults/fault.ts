import type * as z from 'zod';
import type { KubeClient } from '../kube/client.ts';
import type { Json } from '../kube/objects.ts';
import type { Clock } from '../runtime/clock.ts';
import type { HttpOutcome, LinkQuality, Place } from '../runtime/network.ts';

/** What a lab must be able to do to a part of the system; a fault names those it needs. */
export type Capability =
  | 'kubernetes-api'
  | 'pause-cluster'
  | 'stop-cluster'
  | 'stop-control-plane'
  | 'stop-ingress'
  | 'kill-pods'
  | 'application-behaviour'
  | 'shape-links'
  | 'stop-hub'
  | 'stop-gtm-dns';

/** How web-demo misbehaves; an empty object is its ordinary behaviour. */
export interface ApplicationBehaviour {
  /** Share of requests answered with 500, 0…1. */
  readonly errorShare?: number;
  /** Added to each request's time of service, milliseconds. */
  readonly delayMs?: number;
}

export interface CentreControls {
  readonly kube: KubeClient;
  pause(): Promise<void>;
  unpause(): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
  stopControlPlane(): Promise<void>;
  startControlPlane(): Promise<void>;
  stopIngress(): Promise<void>;
  startIngress(): Promise<void>;
  /** Kills the processes of that many of the application's pods; returns how many it killed. */
  killPods(count: number | 'all'): Promise<number>;
  setApplication(behaviour: ApplicationBehaviour): Promise<void>;
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
  /** Changes a link (one direction) under a label, by which the change is taken back. */
  shapeLink(label: string, from: Place, to: Place, quality: LinkQuality): Promise<void>;
  restoreLinks(label: string): Promise<void>;
  stopHub(): Promise<void>;
  startHub(): Promise<void>;
  hubAnswers(): Promise<boolean>;
  stopGtmDns(): Promise<void>;
  startGtmDns(): Promise<void>;
  gtmDnsAnswers(): Promise<boolean>;
}

/** What an injected fault leaves running; `release` ends it before the fault is healed. */
export interface Hold {
  release(): void;
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
  /** What `heal` needs to know of the state before the injection: plain data, written down before `inject`. */
  prepare?(controls: Controls, target: string, params: P): Promise<Json>;
  // biome-ignore lint/suspicious/noConfusingVoidType: most injections leave nothing running
  inject(controls: Controls, target: string, params: P, label: string): Promise<Hold | void>;
  /** Whether the system shows the injection now. */
  isInEffect(controls: Controls, target: string, params: P): Promise<boolean>;
  heal(controls: Controls, target: string, undo: Json, label: string): Promise<void>;
}

/** Lets a kind be written with its own parameter type and kept in one list. */
export function faultKind<P>(kind: FaultKind<P>): FaultKind {
  return kind as unknown as FaultKind;
}

/** True when the request to the centre fails as `expected` says. */
export async function requestShows(
  controls: Controls,
  centre: string,
  expected: (outcome: HttpOutcome) => boolean,
  timeoutMs = 1000,
): Promise<boolean> {
  return expected(await controls.centre(centre).request(timeoutMs));
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
