import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Component } from '../../src/engine/application.ts';
import { decode } from '../../src/engine/model.ts';
import { type ClusterInfo, placementText } from '../../src/engine/placement.ts';
import { type Plan, plan } from '../../src/engine/plan.ts';
import { applyOverride, type Override, overrideSchema } from '../../src/engine/policies/override.ts';
import { lookupIn } from '../../src/engine/referred.ts';
import type { KubeObject } from '../../src/kube/objects.ts';

/**
 * Observations of KubeVela v1.10.6, held against the engine's pure half. In scope: override merges (m-), placements (p-),
 * ref-objects (r-), the traits that exist (t-), and the plan of the article's application. Behaviour over time (s-, w-)
 * and further traits come later.
 */
const FILE = new URL('../../../shared/reference/engine-vectors.jsonl', import.meta.url);

/** KubeVela drops all components without a word here; the engine says what is wrong instead. */
const REJECTED = new Set(['m-notobject', 'm-notobject-base']);
/** Other feature gates than the engine's. */
const OTHER_GATES = new Set(['p-deprecated-on', 'r-legacyoff']);
const TRAITS =
  /^t-(env.*|scaler.*|jmp.*|order|annotations.*|app-labels|labels-oam|nulls-in-base|unicode|unknown)$/;
const PLANS = /^(seed|seed-resource-form|p-.*|r-.*)$/;

interface Vector {
  id: string;
  note?: string;
  // biome-ignore lint/suspicious/noExplicitAny: the vectors' own shapes, read by the code below
  input: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  output: any;
}

const vectors: Vector[] = existsSync(FILE)
  ? readFileSync(FILE, 'utf8')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
  : [];
const title = ({ id, note }: Vector) => `${id}: ${note ?? ''}`;

describe.skipIf(vectors.length === 0)(
  'KubeVela’s observed behaviour (the reference vectors are there)',
  () => {
    const merges = vectors.filter(({ id }) => id.startsWith('m-'));
    const plans = vectors.filter(({ id }) => (PLANS.test(id) || TRAITS.test(id)) && !OTHER_GATES.has(id));

    it('has vectors to run', () => {
      expect(merges.length).toBeGreaterThan(30);
      expect(plans.length).toBeGreaterThan(60);
    });

    for (const vector of merges) it(title(vector), () => checkMerge(vector));
    for (const vector of plans) it(title(vector), () => checkPlan(vector));
  },
);

function checkMerge({ id, input, output }: Vector): void {
  const merge = () =>
    (input.merge.overrides as unknown[])
      .map((properties): Override => decode(overrideSchema, properties, 'override'))
      .reduce<Component[]>(applyOverride, input.merge.components);
  if (output.error !== undefined || REJECTED.has(id)) expect(merge).toThrow(/must be an object/);
  else expect(JSON.parse(JSON.stringify(merge()))).toEqual(output.components);
}

function checkPlan({ input, output }: Vector): void {
  const made = () => planOf(input);
  if (output.plan.error !== undefined) {
    expect(made).toThrow(expect.objectContaining({ name: 'PlanError' }));
    return;
  }
  const { mode, steps } = made();
  expect(`${mode.steps}-${mode.subSteps}`).toBe(output.plan.workflowMode);
  expect(steps.map(observable)).toEqual(output.plan.steps.map(expected));
}

// biome-ignore lint/suspicious/noExplicitAny: as above
function planOf(input: any): Plan {
  const clusters: (ClusterInfo & { objects?: KubeObject[] })[] = (input.clusters ?? []).map(
    (cluster: string | ClusterInfo) => (typeof cluster === 'string' ? { name: cluster } : cluster),
  );
  return plan({
    application: stamped(input.application),
    policies: input.policies ?? [],
    workflow: input.workflow,
    hubObjects: lookupIn(
      input.hubObjects ?? [],
      Object.fromEntries(clusters.map(({ name, objects = [] }) => [name, objects])),
    ),
    clusters,
  });
}

/** KubeVela's admission marks every Application with its version, and applications hand annotations on. */
function stamped(application: KubeObject): KubeObject {
  const annotations = { ...application.metadata.annotations, 'oam.dev/kubevela-version': 'v1.10.6' };
  return { ...application, metadata: { ...application.metadata, annotations } };
}

/** What of a planned step the vectors show. */
function observable(step: Plan['steps'][number]) {
  const placed = step.error === undefined || step.placements.length > 0;
  return {
    name: step.name,
    type: step.type,
    policies: step.policies,
    suspends: step.suspends,
    failed: step.error !== undefined,
    placements: placed ? step.placements.map(placementText) : undefined,
    dispatch: step.dispatch
      .map(({ cluster, namespace, component, merged: { name, type, traits }, manifests }) => ({
        cluster,
        namespace,
        component,
        manifests,
        merged: { name, type, traits },
      }))
      .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1)),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: as above
function expected(step: any) {
  return { ...step, suspends: step.suspends ?? false, failed: step.error !== undefined, error: undefined };
}

function sortKey({
  cluster,
  namespace = '',
  component,
}: {
  cluster: string;
  namespace?: string | undefined;
  component: string;
}) {
  return `${cluster} ${component} ${namespace}`;
}

if (vectors.length === 0)
  it.skip('the reference vectors are not here: ../shared/reference/engine-vectors.jsonl');
