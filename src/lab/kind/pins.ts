/** What the lab is made of: upstream's images, so that a machine that can pull needs nothing prepared. */
export const NODE_IMAGE = 'kindest/node:v1.34.0';
export const INGRESS_IMAGE = 'traefik:v3.6.12';
export const TOXIPROXY_IMAGE = 'ghcr.io/shopify/toxiproxy:2.12.0';
export const KUBEVELA_VERSION = 'v1.10.6';
export const KUBEVELA_IMAGES = [
  `oamdev/vela-core:${KUBEVELA_VERSION}`,
  // That KubeVela's chart names.
  'oamdev/cluster-gateway:v1.9.0-alpha.2',
] as const;
/** Where web-demo's busybox comes from on a machine without a static one. */
export const BUSYBOX_IMAGE = 'busybox:1.37.0-musl';

/** All that the lab makes is found again by these: clusters and containers by prefix and label, the network by name. */
export const PREFIX = 'liangdi-';
export const LABEL = 'liangdi.lab';
export const NETWORK = 'liangdi';
/** On gateways: the folder of the run that the lab is for, and whether the lab stays when that has ended. */
export const RUN_LABEL = 'liangdi.lab.run';
export const KEPT_LABEL = 'liangdi.lab.kept';
/** The folders of earlier runs that have left something in them, as a list in JSON. */
export const EARLIER_LABEL = 'liangdi.lab.earlier';
/** The label that kind gives its nodes. */
export const KIND_LABEL = 'io.x-k8s.kind.cluster';

export const clusterName = (name: string) => `${PREFIX}${name}`;
export const nodeName = (name: string) => `${PREFIX}${name}-control-plane`;
export const gatewayName = (centre: string) => `${PREFIX}${centre}-gateway`;
