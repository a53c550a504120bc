import type { Fields, KubeObject } from '../objects.ts';

/** The files that a container sees in its ConfigMap volumes, by path. */
export type Files = ReadonlyMap<string, string>;

/** Names of the ConfigMaps that the pod mounts. */
export function mountedConfigMaps(pod: KubeObject): string[] {
  return volumesOf(pod).map(volume => volume['configMap'].name);
}

/**
 * The container's files as the ConfigMaps are now; `undefined` while a ConfigMap or one of its named keys is missing
 * and not optional: the kubelet then cannot start the pod.
 */
export function mount(
  pod: KubeObject,
  container: Fields,
  lookUp: (configMap: string) => KubeObject | undefined,
): Files | undefined {
  const files = new Map<string, string>();
  for (const volume of volumesOf(pod)) {
    const content = contentOf(volume['configMap'], lookUp);
    if (content === undefined) return undefined;
    for (const path of pathsOf(container, volume['name'])) {
      for (const [file, text] of content) files.set(`${path}/${file}`, text);
    }
  }
  return files;
}

function volumesOf(pod: KubeObject): Fields[] {
  const volumes: Fields[] = pod.spec?.['volumes'] ?? [];
  return volumes.filter(volume => volume['configMap'] !== undefined);
}

function pathsOf(container: Fields, volume: string): string[] {
  const mounts: Fields[] = container['volumeMounts'] ?? [];
  return mounts.filter(({ name }) => name === volume).map(({ mountPath }) => mountPath.replace(/\/$/, ''));
}

function contentOf(
  source: Fields,
  lookUp: (configMap: string) => KubeObject | undefined,
): [string, string][] | undefined {
  const data = lookUp(source['name'])?.data;
  if (data === undefined) return source['optional'] === true ? [] : undefined;
  const items: Fields[] | undefined = source['items'];
  if (items === undefined) return Object.entries(data);
  const content = items.flatMap(({ key, path }): [string, string][] => {
    const text = data[key];
    return text === undefined ? [] : [[path, text]];
  });
  return content.length === items.length || source['optional'] === true ? content : undefined;
}
