import { isObject } from '../../kube/json.ts';
import { kindInfo } from '../../kube/kinds.ts';
import type { KubeObject, ObjectMeta } from '../../kube/objects.ts';
import type { Application, Component } from '../application.ts';
import { hashOf } from '../hash.ts';
import {
  APP_REVISION,
  CLUSTER,
  COMPONENT,
  COMPONENT_TYPE,
  KUBECTL_LAST_APPLIED,
  OWNER_NAME,
  OWNER_NAMESPACE,
  PlanError,
  RESOURCE_TYPE,
  TRAIT_OUTPUT,
  TRAIT_TYPE,
  unknownType,
} from '../model.ts';
import type { Placement } from '../placement.ts';
import { componentDefinitions } from './components/index.ts';
import { traitDefinitions } from './traits/index.ts';
import type { RenderContext } from './traits/trait.ts';
import { plain } from './unify.ts';

const AUXILIARY = 'AuxiliaryWorkload';
const FILTERS = {
  labels: 'filter.oam.dev/label-keys',
  annotations: 'filter.oam.dev/annotation-keys',
} as const;

/** What all components of an application are rendered with. */
export interface Rendering {
  readonly application: Pick<Application, 'name' | 'namespace' | 'labels' | 'annotations'>;
  /** Name of the application's revision. */
  readonly revision: string;
  /** The minor version of Kubernetes on the hub. */
  readonly clusterMinor: number;
}

/**
 * The objects that a component becomes in one placement: the first is its workload, which the traits change; then those
 * that go along with it, then those that traits add. Throws PlanError that says what of the component or of a trait is
 * wrong.
 */
export function renderComponent(
  rendering: Rendering,
  component: Component,
  placement: Placement,
): KubeObject[] {
  const namespace = placement.namespace ?? rendering.application.namespace;
  return bareObjects(rendering, component, namespace).map(({ object, role }) =>
    finished(rendering, component, placement, object, role),
  );
}

/** An object before it is told whose it is. */
interface Bare {
  readonly object: KubeObject;
  readonly role: Readonly<Record<string, string>>;
}

/** By what was rendered, and into which namespace: the clusters of a placement are many, and differ in labels only. */
const rendered = new WeakMap<Rendering, WeakMap<Component, Map<string, readonly Bare[]>>>();

function bareObjects(rendering: Rendering, component: Component, namespace: string): readonly Bare[] {
  const components = rendered.get(rendering) ?? new WeakMap<Component, Map<string, readonly Bare[]>>();
  rendered.set(rendering, components);
  const known = components.get(component) ?? new Map<string, readonly Bare[]>();
  components.set(component, known);
  const objects = known.get(namespace) ?? renderAfresh(rendering, component, namespace);
  known.set(namespace, objects);
  return objects;
}

function renderAfresh(rendering: Rendering, component: Component, namespace: string): Bare[] {
  const context: RenderContext = {
    name: component.name,
    application: rendering.application.name,
    namespace,
    clusterMinor: rendering.clusterMinor,
  };
  const definition = componentDefinitions.get(component.type);
  const where = `component=${component.name}`;
  if (definition === undefined) {
    throw new PlanError(
      component.type === ''
        ? `${where}: the application has no such component, and one that an override adds needs a type`
        : `${where}: ${unknownType('component', component.type, componentDefinitions.keys())}`,
    );
  }
  const made = trying(where, () => definition.render(component.properties, context));
  let { workload } = made;
  let lasting: ((object: KubeObject) => KubeObject)[] = [];
  const outputs = Object.entries(made.outputs).map(([name, object]) => ({ name, object, type: AUXILIARY }));
  for (const { type, properties } of component.traits ?? []) {
    const trait = traitDefinitions.get(type);
    const at = `trait=${type} ${where}`;
    if (trait === undefined) {
      throw new PlanError(`${at}: ${unknownType('trait', type, traitDefinitions.keys())}`);
    }
    const apply = (object: KubeObject) => trait.apply?.(object, properties, context) ?? object;
    if (trait.json) {
      lasting = [];
      workload = plain(workload) as KubeObject;
    }
    workload = trying(at, () => lasting.reduce((object, again) => again(object), apply(workload)));
    if (trait.lasts) lasting.push(apply);
    const added = trying(at, () => trait.outputs?.(properties, context) ?? {});
    outputs.push(...Object.entries(added).map(([name, object]) => ({ name, object, type })));
  }
  const bare = [
    {
      object: plain(workload) as KubeObject,
      role: { [RESOURCE_TYPE]: 'WORKLOAD', [COMPONENT_TYPE]: component.type },
    },
    ...outputs.map(({ name, object, type }) => ({
      object,
      role: { [RESOURCE_TYPE]: 'TRAIT', [TRAIT_TYPE]: type, [TRAIT_OUTPUT]: name },
    })),
  ];
  const shapeless = bare.find(({ object: { metadata = {} } }) => !isObject(metadata));
  if (shapeless !== undefined) {
    throw new PlanError(`${where}: an object whose metadata is no map: ${JSON.stringify(shapeless.object)}`);
  }
  const nameless = bare.find(({ object: { kind } }) => typeof kind !== 'string' || kind === '');
  if (nameless !== undefined) {
    throw new PlanError(`${where}: an object without kind: ${JSON.stringify(nameless.object)}`);
  }
  return bare;
}

function trying<T>(where: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new PlanError(`${where}: ${(error as Error).message}`);
  }
}

function finished(
  rendering: Rendering,
  component: Component,
  placement: Placement,
  object: KubeObject,
  role: Readonly<Record<string, string>>,
): KubeObject {
  const { application, revision } = rendering;
  const { labels, annotations, namespace, name, ...rest } = object.metadata ?? {};
  const namespaced = kindInfo(object)?.namespaced ?? true;
  const finalAnnotations = without({ ...annotations, ...application.annotations }, [
    KUBECTL_LAST_APPLIED,
    ...Object.values(FILTERS),
    ...filtered(application, 'annotations'),
  ]);
  const metadata: ObjectMeta = {
    ...rest,
    name: name || nameFor(component, role[TRAIT_TYPE], object),
    ...(namespaced ? { namespace: placement.namespace ?? (namespace || application.namespace) } : {}),
    labels: {
      ...labels,
      ...without(
        { ...application.labels, [OWNER_NAMESPACE]: application.namespace },
        filtered(application, 'labels'),
      ),
      [OWNER_NAME]: application.name,
      [COMPONENT]: component.name,
      [APP_REVISION]: revision,
      // A trait's own value stays here, and only here, as KubeVela has it.
      [CLUSTER]: labels?.[CLUSTER] ?? placement.cluster,
      ...role,
    },
    ...(Object.keys(finalAnnotations).length === 0 ? {} : { annotations: finalAnnotations }),
  };
  return { ...object, metadata };
}

/** Objects that go along have names of their own; one without gets one from what it says. */
function nameFor(component: Component, traitType: string | undefined, object: KubeObject): string {
  if (traitType === undefined) return component.name;
  return `${component.name}-${traitType.toLowerCase()}-${hashOf(object).slice(0, 10)}`;
}

/** Keys that the application keeps from its objects. */
function filtered(application: Rendering['application'], field: keyof typeof FILTERS): string[] {
  return (application.annotations[FILTERS[field]] ?? '').split(',').map(key => key.trim());
}

function without(values: Readonly<Record<string, string>>, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !keys.includes(key)));
}
