import { applicationDown } from './application-down.ts';
import { applicationError } from './application-error.ts';
import { applicationSlow } from './application-slow.ts';
import { clusterDisconnect } from './cluster-disconnect.ts';
import { clusterKill } from './cluster-kill.ts';
import { clusterPause } from './cluster-pause.ts';
import { clusterStop } from './cluster-stop.ts';
import { configDrift } from './config-drift.ts';
import { controlPlaneDown } from './control-plane-down.ts';
import type { FaultKind } from './fault.ts';
import { gtmDnsDown } from './gtm-dns-down.ts';
import { hubDown } from './hub-down.ts';
import { ingressDown } from './ingress-down.ts';
import { latency } from './latency.ts';
import { loss } from './loss.ts';
import { partition } from './partition.ts';
import { podKill } from './pod-kill.ts';
import { vantageLoss } from './vantage-loss.ts';

/** Every kind of fault, by the name that scenarios use. */
export const faultKinds: ReadonlyMap<string, FaultKind> = new Map(
  [
    applicationDown,
    applicationError,
    applicationSlow,
    clusterDisconnect,
    clusterKill,
    clusterPause,
    clusterStop,
    configDrift,
    controlPlaneDown,
    gtmDnsDown,
    hubDown,
    ingressDown,
    latency,
    loss,
    partition,
    podKill,
    vantageLoss,
  ].map(kind => [kind.kind, kind]),
);
