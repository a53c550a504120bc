import { parse, stringify } from 'yaml';

interface Kubeconfig {
  clusters: { cluster: { server: string; 'tls-server-name'?: string } }[];
}

/** The same cluster by another way; a certificate that is not made for it is checked for the name that it has. */
export function through(kubeconfig: string, server: string, certified?: string): string {
  const config = parse(kubeconfig) as Kubeconfig;
  for (const { cluster } of config.clusters) {
    cluster.server = server;
    if (certified !== undefined) cluster['tls-server-name'] = certified;
  }
  return stringify(config);
}
