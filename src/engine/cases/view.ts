import type { KubeObject } from '../../kube/objects.ts';
import { revisionNumber } from '../controller/revision.ts';
import { type StepStatus, statusOf } from '../controller/status.ts';
import { type ManagedResource, Tracker } from '../controller/tracker.ts';
import { LOCAL } from '../model.ts';
import type { Store, World } from './world.ts';

/** What of a case's world is told: without what no two implementations have in common. */

export type ApplicationView = Readonly<Record<string, unknown>>;

const VOLATILE = ['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields'];
const VOLATILE_LABELS = ['oam.dev/render-hash', 'app.oam.dev/app-revision-hash'];
const VOLATILE_ANNOTATIONS = ['app.oam.dev/last-applied-configuration', 'app.oam.dev/last-applied-time'];

/** The manifest without hashes, times, copies of itself, and what an API server gives an object. */
export function told(object: KubeObject): KubeObject {
  const metadata: Record<string, unknown> = Object.fromEntries(
    Object.entries(object.metadata).filter(([field]) => !VOLATILE.includes(field)),
  );
  for (const [field, keys] of [
    ['labels', VOLATILE_LABELS],
    ['annotations', VOLATILE_ANNOTATIONS],
  ] as const) {
    const rest = Object.entries(object.metadata[field] ?? {}).filter(([key]) => !keys.includes(key));
    if (rest.length > 0) metadata[field] = Object.fromEntries(rest);
    else delete metadata[field];
  }
  return { ...object, metadata: metadata as KubeObject['metadata'] };
}

export function viewOf(application: KubeObject | undefined): ApplicationView {
  if (application === undefined) return { phase: '(deleted)' };
  const { status = '', latestRevision, workflow, services = [], conditions = [] } = statusOf(application);
  const { deletionTimestamp, generation, finalizers = [] } = application.metadata;
  return {
    phase: status,
    generation,
    ...(deletionTimestamp !== undefined && finalizers.length > 0 ? { deleting: true } : {}),
    ...(latestRevision === undefined ? {} : { latestRevision: latestRevision.name }),
    ...(workflow === undefined
      ? {}
      : {
          workflow: {
            appRevision: workflow.appRevision,
            mode: workflow.mode,
            phase: workflow.status,
            suspend: workflow.suspend,
            terminated: workflow.terminated,
            finished: workflow.finished,
            steps: workflow.steps.map(stepView),
          },
        }),
    services: services
      .map(({ workloadDefinition: _, ...service }) => service)
      .sort((a, b) => compare(placeOf(a), placeOf(b))),
    conditions,
  };
}

function placeOf({ cluster, namespace, name }: { cluster: string; namespace: string; name: string }): string {
  return `${cluster}/${namespace}/${name}`;
}

function stepView({ subSteps, firstExecuteTime: _, resumeTime: _1, ...step }: StepStatus): object {
  return subSteps === undefined
    ? step
    : { ...step, subSteps: [...subSteps].sort((a, b) => compare(a.name, b.name)).map(stepView) };
}

/** What `kubectl get app` prints; HEALTHY and STATUS show the first service's, which may be any of these. */
export function row(application: KubeObject | undefined): object | null {
  if (application === undefined) return null;
  const { status = '', services = [] } = statusOf(application);
  const components = application.spec?.['components'];
  const component = Array.isArray(components) ? components[0] : undefined;
  const distinct = (values: readonly string[]) => [...new Set(values)].sort();
  return {
    NAME: application.metadata.name,
    ...(component == null ? {} : { COMPONENT: component.name, TYPE: component.type }),
    PHASE: status,
    HEALTHY: distinct(services.map(({ healthy }) => String(healthy))),
    STATUS: distinct(services.flatMap(({ message }) => message ?? [])),
  };
}

/** Objects of the application's kind on the hub, and all of other clusters, but for the hub's own. */
export function objectsIn(world: World, raw: boolean): Record<string, KubeObject[]> {
  const all: Record<string, KubeObject[]> = {};
  for (const { name, objects } of [...world.stores].sort((a, b) => compare(a.name, b.name))) {
    const shown = objects
      .filter(object => !object.apiVersion.startsWith('core.oam.dev/'))
      .filter(({ kind, metadata }) => {
        if (name !== LOCAL) return true;
        return kind !== 'Secret' && Boolean(metadata.labels?.['app.oam.dev/name']);
      })
      .map(object => {
        const { status, ...rest } = told(object);
        return (raw && status !== undefined ? { ...rest, status } : rest) as KubeObject;
      })
      .sort((a, b) => compare(keyOf(a), keyOf(b)));
    if (name !== LOCAL || shown.length > 0) all[name] = shown;
  }
  return all;
}

function keyOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}

export function objectKeys(world: World): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(objectsIn(world, false)).map(([cluster, objects]) => [
      cluster,
      objects.map(object => {
        const replicas = object.spec?.['replicas'];
        const revision = object.metadata.labels?.['app.oam.dev/appRevision'];
        const count = replicas === undefined ? '' : ` replicas=${replicas}`;
        return `${keyOf(object)}${count}${revision === undefined ? '' : ` rev=${revision}`}`;
      }),
    ]),
  );
}

export function trackersIn({ objects }: Store): object[] | null {
  const trackers = objects
    .filter(({ kind }) => kind === 'ResourceTracker')
    .map(object => new Tracker(object))
    .map(({ name, type, resources }) => ({ name, type, resources: resources.map(resourceText).sort() }))
    .sort((a, b) => compare(a.name, b.name));
  return trackers.length === 0 ? null : trackers;
}

function resourceText({ cluster, kind, namespace = '', name, skipGC, data }: ManagedResource): string {
  return `${cluster}/${kind} ${namespace}/${name}${skipGC ? ' skipGC' : ''}${data === undefined ? ' metaOnly' : ''}`;
}

export function revisionsIn({ objects }: Store): object[] | null {
  const revisions = objects
    .filter(({ kind }) => kind === 'ApplicationRevision')
    .sort((a, b) => revisionNumber(a) - revisionNumber(b))
    .map(({ metadata }) => ({
      name: metadata.name,
      publishVersion: metadata.annotations?.['app.oam.dev/publishVersion'] ?? '',
    }));
  return revisions.length === 0 ? null : revisions;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
