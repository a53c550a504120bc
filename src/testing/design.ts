import { parseManifests, replacePlaceholders } from '../engine/manifests.ts';
import { checked } from '../engine/model.ts';
import type { ClusterInfo } from '../engine/placement.ts';
import { clustersFor, planManifests, policiesIn } from '../engine/plan/manifests.ts';
import type { Plan } from '../engine/plan/plan.ts';
import { type Override, overrideSchema } from '../engine/plan/policies/override.ts';
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
  const clusters = clustersFor(objects, told);
  return {
    objects,
    clusters,
    plan: planManifests(objects, clusters),
    overrides: new Map(
      policiesIn(objects).flatMap(({ name, type, properties }) =>
        type === 'override'
          ? [[String(name), checked(overrideSchema, properties, `override policy ${String(name)}`)]]
          : [],
      ),
    ),
  };
}
