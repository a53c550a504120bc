import type { ComponentDefinition } from './component.ts';
import { k8sObjects, refObjects } from './objects.ts';
import { webservice } from './webservice.ts';
import { worker } from './worker.ts';

/** Every component type that there is. */
export const componentDefinitions: ReadonlyMap<string, ComponentDefinition> = new Map([
  ['k8s-objects', k8sObjects],
  ['ref-objects', refObjects],
  ['webservice', webservice],
  ['worker', worker],
]);
