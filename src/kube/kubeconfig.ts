import { KubeConfig } from '@kubernetes/client-node';

/** What a kubeconfig says of one cluster. */
export interface ClusterAccess {
  readonly config: KubeConfig;
  readonly context: string;
  /** `https://127.0.0.1:6443` */
  readonly server: string;
}

/** Reads a kubeconfig (YAML text) for one of its contexts, by default the current one. Throws an Error for people. */
export function readKubeconfig(text: string, context?: string): ClusterAccess {
  const config = parse(text);
  const name = context ?? config.getCurrentContext();
  if (!name) throw wrong('it has no current-context, and no context was asked for');
  const chosen = config.getContextObject(name);
  if (chosen === null) {
    const names = config.getContexts().map(other => other.name);
    throw wrong(`it has no context ${name}; it has ${names.length > 0 ? names.join(', ') : 'none'}`);
  }
  config.setCurrentContext(name);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw wrong(`context ${name} names the cluster ${chosen.cluster}, which is missing`);
  if (config.getCurrentUser() === null)
    throw wrong(`context ${name} names the user ${chosen.user}, which is missing`);
  if (cluster.proxyUrl)
    throw wrong(`cluster ${cluster.name} has a proxy-url; its API must be reached directly`);
  if (!URL.canParse(cluster.server)) throw wrong(`the server of cluster ${cluster.name} is not a URL`);
  if (!cluster.server.startsWith('https:') && !cluster.skipTLSVerify) {
    throw wrong(`the server of cluster ${cluster.name} must be an https: URL, not ${cluster.server}`);
  }
  return { config, context: name, server: cluster.server };
}

function parse(text: string): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromString(text);
  } catch (error) {
    // The parser takes for granted that it is given a map.
    if (error instanceof TypeError) throw wrong('it is no map of clusters, users and contexts');
    throw wrong(error instanceof Error ? error.message : String(error));
  }
  return config;
}

function wrong(what: string): Error {
  return new Error(`the kubeconfig cannot be used: ${what}`);
}
