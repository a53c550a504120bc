import { parseManifests, replacePlaceholders } from '../engine/manifests.ts';
import { LOCAL } from '../engine/model.ts';
import type { ClusterInfo } from '../engine/placement.ts';
import { type Plan, plan } from '../engine/plan.ts';
import { type Override, overrideSchema } from '../engine/policies/override.ts';
import { lookupIn } from '../engine/referred.ts';
import type { KubeObject } from '../kube/objects.ts';
import { readText } from '../runtime/yaml.ts';

/** An application as its users keep it in files, and what becomes of it. */
export interface Design {
  readonly objects: readonly KubeObject[];
  readonly clusters: readonly ClusterInfo[];
  readonly plan: Plan;
  /** By the name of the policy. */
  readonly overrides: ReadonlyMap<string, Override>;
}

export interface DesignOptions {
  /** Those that label selectors and placeholders mean; clusters that topologies name need not be here. */
  readonly clusters?: readonly (string | ClusterInfo)[];
}

/** Reads an application from its files. Throws InputError or PlanError that says what is wrong with it. */
export function readDesign(files: readonly string[], options: DesignOptions = {}): Design {
  return designOf(
    files.flatMap(file => parseManifests(readText(file), file)),
    options,
  );
}

/** The same of objects that are there. */
export function designOf(given: readonly KubeObject[], options: DesignOptions = {}): Design {
  const told = (options.clusters ?? []).map(each => (typeof each === 'string' ? { name: each } : each));
  const policyNames = given.filter(({ kind }) => kind === 'Policy').map(({ metadata }) => metadata.name);
  const objects = replacePlaceholders(given, [...told.map(({ name }) => name), ...policyNames]);
  const ofKind = (kind: string) => objects.filter(object => object.kind === kind);
  const [application] = ofKind('Application');
  if (application === undefined) throw new Error('there is no Application among the objects');
  const policies = [...ofKind('Policy'), ...inlinePolicies(application)];
  const named = policies.flatMap(({ properties }) => clustersIn(properties));
  const clusters = [
    ...told,
    ...named.filter(name => !told.some(each => each.name === name)).map(name => ({ name })),
  ];
  const reference = application.spec?.['workflow']?.ref;
  return {
    objects,
    clusters,
    plan: plan({
      application,
      policies: ofKind('Policy'),
      workflow: ofKind('Workflow').find(({ metadata }) => metadata.name === reference),
      hubObjects: lookupIn(objects),
      clusters,
    }),
    overrides: new Map(
      policies.flatMap(({ name, type, properties, metadata }) =>
        type === 'override' ? [[String(name ?? metadata?.name), overrideSchema.parse(properties)]] : [],
      ),
    ),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: policies in either form, checked when they are planned
function inlinePolicies(application: KubeObject): any[] {
  const policies: unknown = application.spec?.['policies'];
  return Array.isArray(policies) ? policies : [];
}

function clustersIn(properties: unknown): string[] {
  const clusters = (properties as { clusters?: unknown } | undefined)?.clusters;
  if (!Array.isArray(clusters)) return [];
  return [...new Set(clusters.filter(name => typeof name === 'string' && name !== LOCAL))];
}
