import { isObject } from '../../../kube/json.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { deploymentHealth } from '../health.ts';
import type { ComponentDefinition, RenderedComponent } from './component.ts';

/** The first of `properties.objects` is the workload, the others go along. */
function render(properties: unknown): RenderedComponent {
  const given = isObject(properties) ? properties['objects'] : undefined;
  if (!Array.isArray(given) || !given.every(isObject)) {
    throw new Error('properties.objects must be a list of objects');
  }
  const [workload, ...others] = given as unknown as KubeObject[];
  if (workload === undefined) throw new Error('refers to no objects, or selects none');
  return {
    workload,
    outputs: Object.fromEntries(others.map((object, index) => [`objects-${index + 1}`, object])),
  };
}

/** Objects that are written out in the component. */
export const k8sObjects: ComponentDefinition = { render };

/** Objects that lie on the hub, or in another cluster; what they were loaded as stands in `properties.objects`. */
export const refObjects: ComponentDefinition = {
  render,
  health: workload =>
    workload.apiVersion === 'apps/v1' && workload.kind === 'Deployment'
      ? deploymentHealth(workload)
      : { healthy: true },
};
