import type { Random } from '../../runtime/random.ts';

/** A duration drawn uniformly between two bounds, milliseconds. */
export interface Span {
  readonly min: number;
  readonly max: number;
}

/** A duration that doubles with every failure up to a limit, milliseconds. */
export interface BackOff {
  readonly first: number;
  readonly limit: number;
}

/**
 * How long everything in a simulated cluster takes, milliseconds. The defaults (`timings`) are Kubernetes' own where it
 * has a default, else what was seen on kind clusters (Kubernetes 1.34, one machine per cluster).
 */
export interface Timings {
  /** From a change of an object to a controller's reaction: the delivery of a watch event. */
  readonly reaction: Span;
  /** A controller's retry after a refused write: client-go's DefaultTypedControllerRateLimiter. */
  readonly retry: BackOff;

  /** `docker start` of a machine until its network answers, by refusing. */
  readonly hostStart: Span;
  /** Start of etcd and kube-apiserver. */
  readonly apiServerStart: Span;
  /** From the API's return to the controllers' first reaction: leader election, first lists. */
  readonly controllersStart: Span;

  /** From the API's start to the kubelet's first word. */
  readonly kubeletStart: Span;
  /** From the kubelet's registration to a Ready node: the pod network comes up. */
  readonly nodeReady: Span;
  /** node-monitor-period of kube-controller-manager, 5 s. */
  readonly nodeMonitorPeriod: number;
  /** nodeStatusUpdateFrequency of the kubelet, 10 s. */
  readonly nodeHeartbeat: number;
  /** node-monitor-grace-period of kube-controller-manager, 40 s until Kubernetes 1.31. */
  readonly nodeGrace: number;
  /** tolerationSeconds that the DefaultTolerationSeconds admission plugin gives every pod, 300 s. */
  readonly nodeToleration: number;

  /** From a pod's assignment to a node that has its image to its running container: sandbox, volumes, start. */
  readonly podStart: Span;
  /** On top for the first pod of an image on a node. */
  readonly imagePull: Span;
  /** In place of `podStart` after the machine's own start: sandboxes are made anew, all at once. */
  readonly podRestart: Span;
  /** From the decision to restart a dead container to its running successor. */
  readonly containerRestart: Span;
  /** A volume that cannot be mounted is tried again: the kubelet's volume manager, 500 ms doubling to 122 s. */
  readonly mountRetry: BackOff;
  /** From a ConfigMap's change to the mounted files: the kubelet's syncFrequency, 1 min. */
  readonly mountUpdate: Span;
  /** Until the kubelet sees that a container died: the pod lifecycle event generator's relist period, 1 s. */
  readonly deathNotice: Span;
  /** The kubelet's restart back-off; the first restart is immediate. */
  readonly crashBackOff: BackOff;
  /** A container that ran this long starts with a clean back-off, 10 min. */
  readonly crashForgiven: number;
  /** From a pod's deletion to web-demo's taking no more connections: SIGTERM's way there. */
  readonly termination: Span;
  /** From there to its exit: what requests in service have left (clusters/web-demo/image/serve). */
  readonly drain: number;
  /** From the last process' exit to the end of the pod's network: its address refuses until then, and swallows after. */
  readonly networkTeardown: Span;
  /** From there to the pod's leaving the API: the kubelet's last words take their turns. */
  readonly podRemoval: Span;

  /** From the kubelet's start (or `startIngress`) to an ingress that listens. */
  readonly ingressStart: Span;
  /** From the first contact with the API to the first routes. */
  readonly ingressSync: Span;
  /** From a change of an EndpointSlice, Service or Ingress to the routes. */
  readonly ingressReaction: Span;
  /** From one reading of the routes to the next, at least: providersthrottleduration of clusters/ingress/traefik.yaml. */
  readonly ingressThrottle: number;
  /** From an Ingress to the address in its status. */
  readonly ingressAddress: Span;
  /** How long the ingress waits for a pod to take a connection: that of clusters/ingress/traefik.yaml. */
  readonly upstreamConnect: number;
}

export const timings: Timings = {
  reaction: { min: 1, max: 5 },
  retry: { first: 5, limit: 1_000_000 },
  hostStart: { min: 500, max: 1500 },
  apiServerStart: { min: 6000, max: 8000 },
  controllersStart: { min: 2000, max: 3000 },
  kubeletStart: { min: 500, max: 1500 },
  nodeReady: { min: 3000, max: 5000 },
  nodeMonitorPeriod: 5000,
  nodeHeartbeat: 10_000,
  nodeGrace: 40_000,
  nodeToleration: 300_000,
  podStart: { min: 800, max: 2000 },
  imagePull: { min: 1500, max: 4000 },
  podRestart: { min: 9000, max: 13_000 },
  containerRestart: { min: 200, max: 800 },
  mountRetry: { first: 500, limit: 122_000 },
  mountUpdate: { min: 1000, max: 60_000 },
  deathNotice: { min: 100, max: 1000 },
  crashBackOff: { first: 10_000, limit: 300_000 },
  crashForgiven: 600_000,
  termination: { min: 50, max: 250 },
  drain: 1000,
  networkTeardown: { min: 700, max: 1100 },
  podRemoval: { min: 500, max: 1200 },
  ingressStart: { min: 2000, max: 3000 },
  ingressSync: { min: 2000, max: 3000 },
  ingressReaction: { min: 20, max: 100 },
  ingressThrottle: 200,
  ingressAddress: { min: 2000, max: 5000 },
  upstreamConnect: 250,
};

/** A duration within the span, whole milliseconds. */
export function draw(random: Random, span: Span): number {
  return span.min + random.below(span.max - span.min + 1);
}

/** The wait after so many failures (from 1). */
export function backedOff(backOff: BackOff, failures: number): number {
  return Math.min(backOff.limit, backOff.first * 2 ** (failures - 1));
}
