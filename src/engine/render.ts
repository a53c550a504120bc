import { isObject } from '../kube/json.ts';
import { kindInfo } from '../kube/kinds.ts';
import type { KubeObject, ObjectMeta } from '../kube/objects.ts';
import { type Application, type Component, PlanError, quoted } from './model.ts';
import type { Placement } from './placement.ts';
import { traitDefinitions } from './traits/index.ts';

/** What of an object's metadata tells whose it is: written by the engine, checked before it touches an object. */
export const OWNER_NAME = 'app.oam.dev/name';
export const OWNER_NAMESPACE = 'app.oam.dev/namespace';
export const APP_REVISION = 'app.oam.dev/appRevision';
export const KUBECTL_LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

const FILTERS = {
  labels: 'filter.oam.dev/label-keys',
  annotations: 'filter.oam.dev/annotation-keys',
} as const;

/**
 * The objects that a component becomes in one placement: the first is its workload, which the traits change; the others
 * go along as they are. Throws an Error that says what of the component or of a trait is wrong.
 */
export function renderComponent(
  application: Application,
  component: Component,
  placement: Placement,
  revision: string,
): KubeObject[] {
  const [workload, ...others] = objectsOf(component);
  if (workload === undefined) {
    throw new PlanError(`component ${component.name}: refers to no objects, or selects none`);
  }
  const finished = (object: KubeObject, role: Record<string, string>) => ({
    ...object,
    metadata: metadataOf(application, component, placement, revision, object, role),
  });
  return [
    finished(applyTraits(workload, component), {
      'app.oam.dev/resourceType': 'WORKLOAD',
      'workload.oam.dev/type': component.type,
    }),
    ...others.map((object, index) =>
      finished(object, {
        'app.oam.dev/resourceType': 'TRAIT',
        'trait.oam.dev/type': 'AuxiliaryWorkload',
        'trait.oam.dev/resource': `objects-${index + 1}`,
      }),
    ),
  ];
}

function objectsOf(component: Component): KubeObject[] {
  const objects = isObject(component.properties) ? component.properties['objects'] : undefined;
  if (!Array.isArray(objects) || !objects.every(isObject)) {
    throw new PlanError(`component ${component.name}: properties.objects must be a list of objects`);
  }
  return objects.map(object => ({ ...object, metadata: object['metadata'] ?? {} }) as KubeObject);
}

function applyTraits(workload: KubeObject, component: Component): KubeObject {
  return (component.traits ?? []).reduce((object, { type, properties }) => {
    const definition = traitDefinitions.get(type);
    if (definition === undefined) throw unknownTrait(type, `component ${component.name}`);
    try {
      return definition.apply(object, properties, component.name);
    } catch (error) {
      throw new PlanError(`trait=${type} component=${component.name}: ${(error as Error).message}`);
    }
  }, workload);
}

export function unknownTrait(type: string, where: string): PlanError {
  return new PlanError(`${where}: unknown trait type "${type}"; known: ${quoted(traitDefinitions.keys())}`);
}

function metadataOf(
  application: Application,
  component: Component,
  placement: Placement,
  revision: string,
  object: KubeObject,
  role: Readonly<Record<string, string>>,
): ObjectMeta {
  const { labels, annotations, namespace, name, ...rest } = object.metadata;
  const namespaced = kindInfo(object)?.namespaced ?? true;
  const finalAnnotations = without({ ...annotations, ...application.annotations }, [
    KUBECTL_LAST_APPLIED,
    ...Object.values(FILTERS),
    ...filtered(application, 'annotations'),
  ]);
  return {
    ...rest,
    name: name || component.name,
    ...(namespaced ? { namespace: placement.namespace ?? (namespace || application.namespace) } : {}),
    labels: without(
      {
        ...labels,
        ...application.labels,
        [OWNER_NAME]: application.name,
        [OWNER_NAMESPACE]: application.namespace,
        'app.oam.dev/component': component.name,
        [APP_REVISION]: revision,
        // A trait's own value stays here, and only here, as KubeVela has it.
        'app.oam.dev/cluster': labels?.['app.oam.dev/cluster'] ?? placement.cluster,
        ...role,
      },
      filtered(application, 'labels'),
    ),
    ...(Object.keys(finalAnnotations).length === 0 ? {} : { annotations: finalAnnotations }),
  };
}

/** Keys that the application keeps from its objects. */
function filtered(application: Application, field: keyof typeof FILTERS): string[] {
  return (application.annotations[FILTERS[field]] ?? '').split(',').map(key => key.trim());
}

function without(values: Readonly<Record<string, string>>, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !keys.includes(key)));
}
