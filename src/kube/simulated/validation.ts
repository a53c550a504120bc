import type { KindInfo } from '../kinds.ts';
import type { KubeObject } from '../objects.ts';

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const subdomain = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** What is wrong with an object, each as `field: what`; empty when nothing is. */
export function faultsOf(info: KindInfo, object: KubeObject, current: KubeObject | undefined): string[] {
  if (current !== undefined) return [];
  const { name } = object.metadata;
  const pattern = info.kind === 'Namespace' || info.kind === 'Service' ? label : subdomain;
  return pattern.test(name)
    ? []
    : [`metadata.name: Invalid value: "${name}": a lowercase RFC 1123 name is required`];
}
