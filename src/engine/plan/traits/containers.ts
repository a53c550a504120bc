import * as z from 'zod';
import type { Fields, KubeObject } from '../../../kube/objects.ts';
import { decode } from '../../model.ts';
import { keyed } from '../unify.ts';
import { container, withPodSpec } from './pod-template.ts';
import type { TraitDefinition } from './trait.ts';

/**
 * A trait that changes one container, of the component's name unless `containerName` says another, or several
 * (`containers`). `change` says what of the container's fields becomes what.
 */
export function containerTrait<S extends z.ZodRawShape>(
  name: string,
  shape: S,
  change: (container: Fields, setting: z.output<z.ZodObject<S>>) => Fields,
): TraitDefinition {
  const one = z.strictObject({ containerName: z.string().default(''), ...shape });
  const several = z.strictObject({ containers: z.array(one) });
  return {
    apply(workload: KubeObject, properties, context) {
      const isSeveral = typeof properties === 'object' && properties !== null && 'containers' in properties;
      const settings = isSeveral
        ? decode(several, properties, name).containers
        : [decode(one, properties ?? {}, name)];
      const changes = settings.map(setting => {
        const { containerName } = setting as { containerName: string };
        if (isSeveral && containerName === '')
          throw new Error(`${name}: containerName must be set for containers`);
        const target = containerName || context.name;
        return { name: target, ...change(container(workload, target), setting as z.output<z.ZodObject<S>>) };
      });
      return withPodSpec(workload, { containers: keyed('name', changes) });
    },
  };
}
