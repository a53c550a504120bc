import * as z from 'zod';
import type { KubeObject } from '../../../kube/objects.ts';
import { decode } from '../../model.ts';
import { replacing } from '../unify.ts';
import { withPodSpec } from './pod-template.ts';
import type { TraitDefinition } from './trait.ts';

const texts = z.array(z.string());
const schema = z.object({
  name: z.string(),
  create: z.boolean().default(false),
  privileges: z
    .array(
      z.strictObject({
        verbs: texts.default([]),
        apiGroups: texts.optional(),
        resources: texts.optional(),
        resourceNames: texts.optional(),
        nonResourceURLs: texts.optional(),
        scope: z.enum(['namespace', 'cluster']).default('namespace'),
      }),
    )
    .optional(),
});

const RBAC = 'rbac.authorization.k8s.io';

/** The service account that the pods run as; it can be made, and given privileges. */
export const serviceAccount: TraitDefinition = {
  apply(workload, properties) {
    const { name } = decode(schema, properties ?? {}, 'service-account');
    return withPodSpec(workload, { serviceAccountName: replacing(name) });
  },

  outputs(properties, { namespace }) {
    const { name, create, privileges = [] } = decode(schema, properties ?? {}, 'service-account');
    const outputs: Record<string, KubeObject> = {};
    if (create) outputs['service-account'] = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } };
    const grant = (
      scope: 'namespace' | 'cluster',
      output: string,
      kind: string,
      role: string,
      place: object,
    ) => {
      const rules = privileges.filter(rule => rule.scope === scope).map(({ scope: _, ...rule }) => rule);
      if (rules.length === 0) return;
      const common = { apiVersion: `${RBAC}/v1`, metadata: { name: role } };
      outputs[output] = { ...common, kind, rules };
      outputs[`${output}-binding`] = {
        ...common,
        kind: `${kind}Binding`,
        roleRef: { apiGroup: RBAC, kind, name: role },
        subjects: [{ kind: 'ServiceAccount', name, ...place }],
      };
    };
    grant('cluster', 'cluster-role', 'ClusterRole', `${namespace}:${name}`, { namespace });
    grant('namespace', 'role', 'Role', name, {});
    return outputs;
  },
};
