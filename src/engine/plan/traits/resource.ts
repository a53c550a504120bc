import * as z from 'zod';
import { isObject } from '../../../kube/json.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { decode } from '../../model.ts';
import { keyed, replacing, unify } from '../unify.ts';
import type { TraitDefinition } from './trait.ts';

const cpu = z.union([z.number(), z.string()]);
const memory = z
  .string()
  .regex(/^([1-9][0-9]{0,63})(E|P|T|G|M|K|Ei|Pi|Ti|Gi|Mi|Ki)$/, 'expected a quantity such as 512Mi or 2Gi');
const amounts = z.object({ cpu: cpu.default(1), memory: memory.default('2048Mi') });
const schema = z.object({
  cpu: cpu.optional(),
  memory: memory.optional(),
  requests: amounts.optional(),
  limits: amounts.optional(),
});

/** Sets requests and limits of the only container: with more, there is none that is meant. */
export const resource: TraitDefinition = {
  apply(workload, properties) {
    const given = decode(schema, properties ?? {}, 'resource');
    const both =
      given.cpu !== undefined && given.memory !== undefined && !given.requests && !given.limits
        ? { cpu: given.cpu, memory: given.memory }
        : undefined;
    const amount = (own: object | undefined) => (own ?? both) && replacing({ ...(own ?? both) });
    const patch = {
      containers: keyed('name', [
        { resources: { requests: amount(given.requests), limits: amount(given.limits) } },
      ]),
    };
    const { spec } = workload;
    if (!isObject(spec)) return workload;
    const template = { template: { spec: patch } };
    return unify(workload, {
      spec: {
        ...(spec['template'] !== undefined && template),
        ...(spec['jobTemplate'] !== undefined && { jobTemplate: { spec: template } }),
      },
    }) as KubeObject;
  },
};
