import * as z from 'zod';
import type { Component } from '../../application.ts';
import { decode, PlanError, quoted } from '../../model.ts';
import type { StepDefinition } from './step.ts';
import { dispatched, renderedTask } from './tasks.ts';

const schema = z.object({
  component: z.string().default(''),
  cluster: z.string().default(''),
  namespace: z.string().default(''),
});

/**
 * Writes one component of the application, without policies, to the hub or a cluster that it names. As by KubeVela,
 * references of a ref-objects component are not followed: use a deploy step for those.
 */
export const applyComponent: StepDefinition = {
  plan(step, { rendering, written }) {
    const { cluster, namespace, component: name } = propertiesOf(step);
    const component = componentOf(step, written);
    const { dependsOn, inputs, outputs, ...alone } = component;
    const placement = namespace === '' ? { cluster } : { cluster, namespace };
    const hasInputs = (step.inputs ?? []).length + (inputs ?? []).length > 0;
    const task = renderedTask(rendering, alone, placement);
    return {
      alias: name,
      dependsOn: [...(step.dependsOn ?? []), ...(dependsOn ?? [])],
      inputs: [
        ...(step.inputs ?? []),
        ...(inputs ?? []).map(({ from, parameterKey }) => ({
          from,
          parameterKey: keyInComponent(parameterKey),
        })),
      ],
      outputs: [...(step.outputs ?? []), ...(outputs ?? [])],
      tasks: [hasInputs ? { ...placement, component: alone } : task],
      dispatch: dispatched([task]),
      ...(task.error === undefined || hasInputs ? {} : { error: task.error }),
    };
  },
};

function propertiesOf({ name, properties }: { name: string; properties?: unknown }) {
  return decode(schema, properties ?? {}, `step ${name}: properties`);
}

/** The component that a step names. Throws PlanError: without it the workflow cannot begin. */
export function componentOf(
  step: { name: string; properties?: unknown },
  components: readonly Component[],
): Component {
  const { component: name } = propertiesOf(step);
  const component = components.find(each => each.name === name);
  const names = components.map(each => each.name);
  if (component === undefined) {
    throw new PlanError(
      `step ${step.name}: component "${name}" not found; there are ${quoted(names)}`,
      'workflow',
    );
  }
  const missing = component.dependsOn?.find(each => !names.includes(each));
  if (missing !== undefined) {
    throw new PlanError(`component ${name}: depends on "${missing}", which is not found`, 'workflow');
  }
  return component;
}

/** Inputs of a component name a field of its properties, or a trait of it. */
function keyInComponent(parameterKey = ''): string {
  const key = parameterKey.trim();
  if (key === '' || key.startsWith('properties') || key.startsWith('traits[')) return key;
  return `properties.${key}`;
}
