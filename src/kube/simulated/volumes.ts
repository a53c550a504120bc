import type { Fields, KubeObject } from '../objects.ts';

/** The files that a container sees in its ConfigMap volumes, by path. */
export type Files = ReadonlyMap<string, string>;

/** Names of the ConfigMaps that the pod mounts. */
export function mountedConfigMaps(pod: KubeObject): string[] {
  return volumesOf(pod).map(volume => volume['configMap'].name);
}

/**
 * The container's files as the ConfigMaps are now; `undefined` while a ConfigMap or one of its named keys is missing
 * and not optional: the kubelet then cannot start the pod. `before` is what a running container saw until now: what it
 * mounts by a `subPath` stays that.
 */
export function mount(
  pod: KubeObject,
  container: Fields,
  lookUp: (configMap: string) => KubeObject | undefined,
  before?: Files,
): Files | undefined {
  const files = new Map<string, string>();
  for (const volume of volumesOf(pod)) {
    const content = contentOf(volume['configMap'], lookUp);
    if (content === undefined) return undefined;
    for (const place of mountsOf(container).filter(({ name }) => name === volume['name'])) {
      for (const [file, text] of content) {
        const path = pathOf(place, file);
        if (path !== undefined) files.set(path, (place['subPath'] && before?.get(path)) ?? text);
      }
    }
  }
  return files;
}

/** Those of ConfigMaps that a container mounts: the kubelet does not touch the others. */
function volumesOf(pod: KubeObject): Fields[] {
  const { volumes = [], containers = [], initContainers = [] } = pod.spec ?? {};
  const mounted = new Set([...initContainers, ...containers].flatMap(mountsOf).map(({ name }) => name));
  return volumes.filter(({ name, configMap }: Fields) => configMap !== undefined && mounted.has(name));
}

function mountsOf(container: Fields): Fields[] {
  return container['volumeMounts'] ?? [];
}

/** Where the container sees a file of the volume; `undefined` for one beside the `subPath`. */
function pathOf({ mountPath, subPath = '' }: Fields, file: string): string | undefined {
  const at = mountPath.replace(/\/$/, '');
  if (subPath === '') return `${at}/${file}`;
  if (file === subPath) return at;
  return file.startsWith(`${subPath}/`) ? at + file.slice(subPath.length) : undefined;
}

function contentOf(
  source: Fields,
  lookUp: (configMap: string) => KubeObject | undefined,
): [string, string][] | undefined {
  const found = lookUp(source['name']);
  if (found === undefined) return source['optional'] === true ? [] : undefined;
  const { data = {} } = found;
  const items: Fields[] | undefined = source['items'];
  if (items === undefined) return Object.entries(data);
  const content = items.flatMap(({ key, path }): [string, string][] => {
    const text = data[key];
    return text === undefined ? [] : [[path, text]];
  });
  return content.length === items.length || source['optional'] === true ? content : undefined;
}
