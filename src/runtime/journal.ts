import type { NetworkFailure } from './network.ts';

/**
 * The journal: the ordered record of all that happened in a drill. Verdicts and reports are made from it and from
 * nothing else. `at` is milliseconds of drill time, never decreasing; one event is one line of `journal.ndjson`.
 * The vocabulary, with an example of each kind, is docs/journal.md.
 */
export type JournalEvent =
  | DrillEvent
  | LabEvent
  | DeployEvent
  | WorkflowEvent
  | ApprovalEvent
  | ObjectEvent
  | PlanEvent
  | CompareEvent
  | TimelineEvent
  | TimelineEndEvent
  | FaultEvent
  | ProbeEvent
  | HealthEvent
  | RouteEvent
  | SwitchEvent
  | PublishEvent
  | AnswerEvent
  | BodyEvent
  | RequestEvent
  | EndEvent;

/** Always the first line: what is needed to judge the journal again, and to run it again. */
export interface DrillEvent {
  at: number;
  kind: 'drill';
  format: 1;
  /** liangdi's version. */
  version: string;
  lab: string;
  seed: number;
  /** How many times faster than the scenario says the drill ran, its settings with it; 1 when absent. */
  timeScale?: number;
  /** The scenario with its topology, GTM configuration and clients filled in (`Scenario` of src/drill/scenario.ts). */
  scenario: unknown;
}

/** Progress of the lab itself, for people. */
export interface LabEvent {
  at: number;
  kind: 'lab';
  step: string;
  detail?: string;
}

/** The application's manifests were applied to the hub. */
export interface DeployEvent {
  at: number;
  kind: 'deploy';
  application: string;
  publishVersion?: string;
}

/** The Application's status on the hub changed, as an observer of the hub saw it. */
export interface WorkflowEvent {
  at: number;
  kind: 'workflow';
  application: string;
  publishVersion?: string;
  phase: string;
  /** Phase of each step, in the order of the workflow; in the place of a group that has begun are its sub steps. */
  steps: Record<string, string>;
}

/** A person (the drill in that role) approved a suspended step. */
export interface ApprovalEvent {
  at: number;
  kind: 'approval';
  application: string;
  step: string;
  publishVersion?: string;
}

/** An object of the application changed in a centre, as an observer of that centre's API saw it. */
export interface ObjectEvent {
  at: number;
  kind: 'object';
  centre: string;
  verb: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** `Deployment demo/web-demo`. */
  object: string;
  generation?: number;
  /** Of the annotation app.oam.dev/publishVersion. */
  publishVersion?: string;
  /** Deployments: wanted and ready replicas. */
  replicas?: number;
  ready?: number;
}

/** What the engine's plan promises that a centre's web-demo will show: one of several where it has several Deployments. */
export interface PlanEvent {
  at: number;
  kind: 'plan';
  centre: string;
  publishVersion?: string;
  /** ENV_NAME of the Deployment. */
  env: string;
  /** config.json of the ConfigMap. */
  config: string;
}

/** One object of the plan held against the centre's live object. */
export interface CompareEvent {
  at: number;
  kind: 'compare';
  centre: string;
  object: string;
  /** Paths of fields that differ, `missing` when the object is not there, `unreachable` when the API did not answer. */
  differences: string[];
}

/** The scenario's timeline begins: its times count from here, and clients start to ask. */
export interface TimelineEvent {
  at: number;
  kind: 'timeline';
  /** Each centre's public IPv4 address on this lab, by the centre's name. */
  addresses: Record<string, string>;
}

/**
 * The timeline is over: clients send no more, what they had sent has ended, and the GTM has stopped. What follows (the
 * comparison with the plan, the healing of what is still broken) may take its time, and no expectation looks at it.
 */
export interface TimelineEndEvent {
  at: number;
  kind: 'timeline-end';
}

/**
 * A fault's life. `injected` is written when the injection was verified to have taken effect: RTO counts from its `since`.
 * `healed`: it was taken back; what was down may still be starting.
 */
export interface FaultEvent {
  at: number;
  kind: 'fault';
  /** The timeline entry's name. */
  name: string;
  fault: string;
  step: 'inject' | 'injected' | 'heal' | 'healed';
  /** What it strikes: centres, vantage points, `hub`, `gtm`. */
  targets: string[];
  /** `injected`: when the observation that showed the effect was begun; the fault was in force by then. */
  since?: number;
}

/** One health check from one vantage point. */
export interface ProbeEvent {
  at: number;
  kind: 'probe';
  address: string;
  centre: string;
  vantage: string;
  ok: boolean;
  /** HTTP status or `connected`, or the failure. */
  result: string;
}

/** The GTM's judgement of an address changed. */
export interface HealthEvent {
  at: number;
  kind: 'health';
  address: string;
  centre: string;
  status: 'OK' | 'ALERT';
  /** Vantage points that see the address down, of how many. */
  failing: number;
  nodes: number;
}

/** The GTM decided to answer with other addresses. */
export interface RouteEvent {
  at: number;
  kind: 'route';
  strategy: string;
  set: 'DEFAULT' | 'FAILOVER';
  addresses: string[];
  /** Available addresses in each pool set, and whether no set was available. */
  available: { DEFAULT: number; FAILOVER: number };
  reason: string;
}

/** The GTM moved between the primary and the backup pool set (always beside a `route`). */
export interface SwitchEvent {
  at: number;
  kind: 'switch';
  strategy: string;
  from: 'DEFAULT' | 'FAILOVER';
  to: 'DEFAULT' | 'FAILOVER';
  reason: string;
}

/** The name servers began to serve what a `route` decided. */
export interface PublishEvent {
  at: number;
  kind: 'publish';
  strategy: string;
  set: 'DEFAULT' | 'FAILOVER';
  addresses: string[];
}

/** A resolver asked the GTM's name server. */
export interface AnswerEvent {
  at: number;
  kind: 'answer';
  /** Counts from 1 over the drill; requests refer to it. */
  id: number;
  resolver: string;
  population: string;
  /** Empty when there was no usable answer. */
  addresses: string[];
  /** Seconds, as in the DNS answer. */
  ttl: number;
  /** The rcode when it is not NOERROR, or the network's failure. */
  failure?: string;
}

/** The first time a body was received; requests refer to it by `id` (from 1). */
export interface BodyEvent {
  at: number;
  kind: 'body';
  id: number;
  status: number;
  text: string;
  /** Parsed from web-demo's page; absent on any other page. */
  env?: string;
  config?: string;
}

/** A client's request has ended. */
export interface RequestEvent {
  /** When it ended. */
  at: number;
  kind: 'request';
  population: string;
  /** Counts from 0 within the population. */
  client: number;
  /** When it was sent: the first dial. A lookup goes before it. */
  sent: number;
  /** When the resolver handed out the address that was used. */
  looked: number;
  /** When the connection was opened (equal to `sent` for a new one). */
  connected: number;
  /** The `answer` event whose addresses were used, or that had none; 0 when no name server had answered. */
  answer: number;
  /** Requests with the same draw went where one single choice sent them: they are not independent. */
  draw: number;
  /** Dialled; absent when the name could not be resolved. */
  address?: string;
  /** The centre that the address belongs to. */
  centre?: string;
  status?: number;
  body?: number;
  /** `dns` when there was no address to dial. */
  failure?: NetworkFailure | 'dns';
}

/** Always the last line; a journal without it was cut short and proves nothing. */
export interface EndEvent {
  at: number;
  kind: 'end';
  reason: 'finished' | 'interrupted' | 'failed';
  detail?: string;
  /** Real time only: by how many milliseconds, at most, something happened later in the timeline than it was due. */
  lateness?: number;
}

/** Where events go as they happen. */
export interface Journal {
  append(event: JournalEvent): void;
}

/** A request that did what its client wanted: web-demo's page, status 200. */
export function succeeded(request: RequestEvent): boolean {
  return request.status === 200 && request.failure === undefined;
}
