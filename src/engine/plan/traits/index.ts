import { cpuscaler, hpa } from './autoscalers.ts';
import { command } from './command.ts';
import { containerImage } from './container-image.ts';
import { env } from './env.ts';
import { expose } from './expose.ts';
import { gateway } from './gateway.ts';
import { hostalias } from './hostalias.ts';
import { initContainer } from './init-container.ts';
import { jsonMergePatch } from './json-merge-patch.ts';
import { jsonPatch } from './json-patch.ts';
import { lifecycle } from './lifecycle.ts';
import { annotations, labels } from './metadata.ts';
import { resource } from './resource.ts';
import { scaler } from './scaler.ts';
import { serviceAccount } from './service-account.ts';
import { sidecar } from './sidecar.ts';
import type { TraitDefinition } from './trait.ts';

/** Every trait that there is, by the type that components name. */
export const traitDefinitions: ReadonlyMap<string, TraitDefinition> = new Map([
  ['annotations', annotations],
  ['command', command],
  ['container-image', containerImage],
  ['cpuscaler', cpuscaler],
  ['env', env],
  ['expose', expose],
  ['gateway', gateway],
  ['hostalias', hostalias],
  ['hpa', hpa],
  ['init-container', initContainer],
  ['json-merge-patch', jsonMergePatch],
  ['json-patch', jsonPatch],
  ['labels', labels],
  ['lifecycle', lifecycle],
  ['resource', resource],
  ['scaler', scaler],
  ['service-account', serviceAccount],
  ['sidecar', sidecar],
]);
