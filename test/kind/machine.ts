import { execFileSync } from 'node:child_process';
import { INGRESS_IMAGE, TOXIPROXY_IMAGE } from '../../src/lab/kind/pins.ts';
import { whyNoCluster } from './one-cluster.ts';

/** Why there can be no kind lab here; `undefined` when there can. */
export async function whyNoLab(): Promise<string | undefined> {
  const why = await whyNoCluster();
  if (why !== undefined) return why;
  const has = (image: string) => docker('images', '--quiet', image).length > 0;
  const missing = [INGRESS_IMAGE, TOXIPROXY_IMAGE].filter(image => !has(image));
  return missing.length > 0 ? `Docker has no image ${missing.join(' and none ')}` : undefined;
}

/** The lines that a docker command prints. */
export function docker(...args: string[]): string[] {
  const printed = execFileSync('docker', args, { encoding: 'utf8', timeout: 60_000 });
  return printed.split('\n').filter(line => line !== '');
}

/** What Docker has of a lab: its containers, its network, and the volumes of its containers. */
export function ofTheLab(): { things: string[]; volumes: string[] } {
  const containers = docker('ps', '--all', '--format', '{{.Names}}').filter(name =>
    name.startsWith('liangdi-'),
  );
  const networks = docker('network', 'ls', '--format', '{{.Name}}').filter(name => name === 'liangdi');
  const mounts = '{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}}\n{{end}}{{end}}';
  return {
    things: [...containers, ...networks].sort(),
    volumes: containers.flatMap(name => docker('inspect', '--format', mounts, name)),
  };
}

export const allVolumes = () => docker('volume', 'ls', '--quiet');
