import * as z from 'zod';
import type { Component, Step } from '../../application.ts';
import { decode, PlanError } from '../../model.ts';
import { PARALLELISM } from '../../parallel.ts';
import { applyOverride, type Override, overrideSchema } from '../policies/override.ts';
import { replicated, replicationSchema } from '../policies/replication.ts';
import { placementsOf, topologySchema } from '../policies/topology.ts';
import type { StepContext, StepDefinition } from './step.ts';
import { foreseen, foundErrors, renderedTask } from './tasks.ts';

const shape = {
  auto: z.boolean().nullish(),
  policies: z.array(z.string()).nullish(),
  parallelism: z.int().nullish(),
  ignoreTerraformComponent: z.boolean().nullish(),
};
const strict = z.strictObject(shape);
const open = z.object(shape);

/** A step's properties; those of a step of the workflow itself may have no others than are known. */
export function deployProperties({ name, properties }: Step, isStrict: boolean) {
  return decode(isStrict ? strict : open, properties ?? {}, `step ${name}: properties`);
}

/** Writes all components, changed by overrides, to the placements of its topologies. */
export const deploy: StepDefinition = {
  plan(step, context) {
    const { auto, policies, parallelism } = deployProperties(step, false);
    const names = policies ?? [];
    const known = { suspends: auto === false, policies: names, parallelism: parallelism ?? PARALLELISM };
    try {
      if (known.parallelism < 1) {
        throw new PlanError(`parallelism must be at least 1, not ${known.parallelism}`);
      }
      return { ...known, ...tasksOf(names, context) };
    } catch (error) {
      if (error instanceof PlanError) return { ...known, error: error.message };
      throw error;
    }
  },
};

function tasksOf(names: readonly string[], context: StepContext) {
  const chosen = names.map(name => {
    const policy = context.policies.get(name);
    if (policy === undefined) throw new PlanError(`policy ${name} not found`);
    return policy;
  });
  const ofType = (type: string) =>
    chosen
      .filter(policy => policy.type === type)
      .map(policy => ({ ...policy, where: `${type} policy ${policy.name}` }));
  const placements = placementsOf(
    ofType('topology').map(({ where, properties }) => decode(topologySchema, properties, where)),
    context.clusters,
  );
  const overrides = ofType('override').map(
    ({ where, properties }): Override => decode(overrideSchema, properties, where),
  );
  const replications = ofType('replication').flatMap(({ where, properties }) =>
    properties == null ? [] : [decode(replicationSchema, properties, where)],
  );
  const components = replicated(
    overrides.reduce<readonly Component[]>(applyOverride, context.components),
    replications,
  );
  const tasks = components.flatMap(component =>
    placements.map(placement =>
      (component.inputs ?? []).length > 0
        ? { ...placement, component }
        : renderedTask(context.rendering, component, placement),
    ),
  );
  const { dispatch, errors, waiting } = foreseen(context.rendering, tasks);
  return {
    placements,
    tasks,
    dispatch,
    ...(errors.length === 0 ? {} : { error: foundErrors(errors) }),
    ...(waiting.length === 0 ? {} : { waiting: waiting.join(',') }),
  };
}
