import * as z from 'zod';
import { isObject } from '../../kube/json.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { Component } from '../application.ts';

/**
 * A case: an application with all that it meets, and what is done to it; the document that the reference run of the real
 * KubeVela takes. What KubeVela answers to it is what the engine must answer.
 */

const object = z
  .looseObject({ apiVersion: z.string(), kind: z.string() })
  .transform(value => value as unknown as KubeObject);
/** Taken as it is: what KubeVela's types say of it is not asked where it is only merged. */
const component = z.custom<Component>(isObject, { error: 'expected fields (a mapping)' });
const unreachable = z.union([z.boolean(), z.string()]).optional();

const cluster = z.preprocess(
  value => (typeof value === 'string' ? { name: value } : value),
  z.strictObject({
    name: z.string().min(1),
    alias: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    unreachable,
    /** Given: only these exist. */
    namespaces: z.array(z.string()).optional(),
    /** That are there before. */
    objects: z.array(object).optional(),
  }),
);

/** Workloads that do not become ready; all when neither cluster, kind nor name is given. */
const health = z.strictObject({
  cluster: z.string().optional(),
  kind: z.string().optional(),
  name: z.string().optional(),
  ready: z.int().optional(),
});

const action = z.strictObject({
  op: z.string(),
  times: z.int().optional(),
  step: z.string().optional(),
  cluster: z.string().optional(),
  unreachable,
  health: z.array(health).optional(),
  application: object.optional(),
  object: object.optional(),
  patch: z.looseObject({}).optional(),
  apiVersion: z.string().optional(),
  kind: z.string().optional(),
  namespace: z.string().optional(),
  name: z.string().optional(),
  millis: z.int().optional(),
});

const options = z.strictObject({
  mode: z.enum(['', 'full', 'plan', 'run', 'merge']).optional(),
  featureGates: z.record(z.string(), z.boolean()).optional(),
  disableComponentRevision: z.boolean().optional(),
  applicationRevisionLimit: z.int().optional(),
  unhealthy: z.array(health).optional(),
  noKubelet: z.boolean().optional(),
  autoResume: z.boolean().optional(),
  noDefaultDefinitions: z.boolean().optional(),
  noServerDefaults: z.boolean().optional(),
  stepErrorRetryTimes: z.int().optional(),
  clusterMinor: z.string().optional(),
  timing: z.boolean().optional(),
  events: z.boolean().optional(),
  deployDefinition: z.string().optional(),
});

export const caseSchema = z.strictObject({
  id: z.string().optional(),
  note: z.string().optional(),
  application: z.looseObject({}).optional(),
  policies: z.array(object).nullish(),
  workflow: object.nullish(),
  workflows: z.array(object).nullish(),
  /** Of types beside the built-in ones, which only KubeVela knows. */
  definitions: z.array(object).nullish(),
  hubObjects: z.array(object).nullish(),
  clusters: z.array(cluster).nullish(),
  script: z.array(action).nullish(),
  options: options.optional(),
  merge: z
    .strictObject({
      components: z.array(component).nullish(),
      overrides: z.array(z.unknown()).nullish(),
    })
    .nullish(),
});

export type Case = z.output<typeof caseSchema>;
export type Action = z.output<typeof action>;
export type Health = z.output<typeof health>;
