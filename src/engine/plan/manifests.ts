import { isObject } from '../../kube/json.ts';
import { kindInfo } from '../../kube/kinds.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { APPLICATION, LOCAL, PlanError, quoted } from '../model.ts';
import type { ClusterInfo } from '../placement.ts';
import { type Plan, plan } from './plan.ts';
import { lookupIn } from './referred.ts';

/**
 * What becomes of the Application among manifests when all of them are applied to the hub. Throws PlanError when it cannot
 * be distributed, and where there is not one Application.
 */
export function planManifests(manifests: readonly KubeObject[], clusters: readonly ClusterInfo[]): Plan {
  const objects = manifests.map(inNamespace);
  const ofKind = (kind: string) => objects.filter(object => object.kind === kind);
  const applications = ofKind(APPLICATION.kind);
  const [application] = applications;
  if (application === undefined) throw new PlanError('no Application in there');
  if (applications.length > 1) {
    const names = quoted(applications.map(({ metadata }) => metadata.name));
    throw new PlanError(`one Application expected, found ${names}`);
  }
  const { namespace } = application.metadata;
  const reference = application.spec?.['workflow']?.ref;
  return plan({
    application,
    policies: ofKind('Policy'),
    workflow: ofKind('Workflow').find(
      ({ metadata }) => metadata.name === reference && metadata.namespace === namespace,
    ),
    hubObjects: lookupIn(objects),
    clusters,
  });
}

/** Where `kubectl apply` puts it. */
function inNamespace(object: KubeObject): KubeObject {
  const namespaced = kindInfo(object)?.namespaced ?? true;
  if (!namespaced || object.metadata.namespace !== undefined) return object;
  return { ...object, metadata: { ...object.metadata, namespace: 'default' } };
}

/** The clusters that are known, and those that topologies name: whoever has the manifests has these, too. */
export function clustersFor(manifests: readonly KubeObject[], known: readonly ClusterInfo[]): ClusterInfo[] {
  const named = policiesIn(manifests).flatMap(({ properties }) => {
    const names: unknown = isObject(properties) ? properties['clusters'] : undefined;
    return Array.isArray(names) ? names.filter(name => typeof name === 'string') : [];
  });
  const others = [...new Set(named)].filter(
    name => name !== LOCAL && !known.some(each => each.name === name),
  );
  return [...known, ...others.map(name => ({ name }))];
}

/** Policy objects, and policies in Applications, as they are written. */
export function policiesIn(
  manifests: readonly KubeObject[],
): { readonly name?: unknown; readonly type?: unknown; readonly properties?: unknown }[] {
  return manifests.flatMap(({ kind, metadata, spec, type, properties }) => {
    if (kind === 'Policy') return [{ name: metadata.name, type, properties }];
    const own: unknown = kind === APPLICATION.kind ? spec?.['policies'] : undefined;
    return Array.isArray(own) ? own.filter(isObject) : [];
  });
}
