import { ApiError, type KubeClient } from '../kube/client.ts';
import type { KubeObject } from '../kube/objects.ts';
import { hashOf } from './apply-object.ts';
import {
  APPLICATION_REVISION,
  LOCAL,
  POLICY,
  PUBLISH_VERSION,
  readApplication,
  readWorkflow,
  WORKFLOW,
} from './model.ts';
import { externalPolicies, type PlanInput } from './plan.ts';
import { type ObjectLookup, type ObjectQuery, queriesOf, strip } from './referred.ts';
import { OWNER_NAME } from './render.ts';
import { ownerLabels } from './tracker.ts';

/** What an application is made of on the hub, at one moment. */
export interface Snapshot {
  readonly application: KubeObject;
  readonly policies: readonly KubeObject[];
  readonly workflow?: KubeObject;
  /** What each reference of its components found. */
  readonly referred: readonly { readonly query: ObjectQuery; readonly objects: readonly KubeObject[] }[];
}

const REVISION_HASH = 'app.oam.dev/app-revision-hash';

/** Older revisions that are kept beside the latest. */
const KEPT = 2;

/** Reads all that an application is made of. Throws PlanError for what cannot be read as an Application or Workflow. */
export async function takeSnapshot(
  hub: KubeClient,
  clientOf: (cluster: string) => KubeClient | undefined,
  object: KubeObject,
): Promise<Snapshot> {
  const application = readApplication(object);
  const { namespace } = application;
  const ref = application.workflow?.ref;
  const workflow = ref ? await found(hub.get({ ...WORKFLOW, namespace, name: ref })) : undefined;
  const steps = workflow === undefined ? (application.workflow?.steps ?? []) : readWorkflow(workflow).steps;
  const queries = application.components
    .filter(({ type }) => type === 'ref-objects')
    .flatMap(component => queriesOf(component, namespace));
  const [policies, referred] = await Promise.all([
    Promise.all(
      externalPolicies(application, steps).map(name => found(hub.get({ ...POLICY, namespace, name }))),
    ),
    Promise.all(
      queries.map(async query => ({
        query,
        objects: (await answer(query.cluster === LOCAL ? hub : clientOf(query.cluster), query)).map(strip),
      })),
    ),
  ]);
  return {
    application: essence(object),
    policies: policies.filter(policy => policy !== undefined).map(essence),
    ...(workflow === undefined ? {} : { workflow: essence(workflow) }),
    referred,
  };
}

async function answer(client: KubeClient | undefined, query: ObjectQuery): Promise<readonly KubeObject[]> {
  const { cluster: _, labels, ...ref } = query;
  if (client === undefined) return [];
  if (ref.name !== undefined) {
    const object = await found(client.get(ref));
    return object === undefined ? [] : [object];
  }
  const labelSelector = Object.entries(labels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const { namespace } = query;
  return (await client.list(query, { ...(namespace === undefined ? {} : { namespace }), labelSelector }))
    .items;
}

/** What was asked for, or `undefined` when the API has no such object. */
export async function found(asked: Promise<KubeObject>): Promise<KubeObject | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'NotFound') return undefined;
    throw error;
  }
}

/** The object without what its API adds and what changes by itself. */
function essence({ status: _, metadata, ...object }: KubeObject): KubeObject {
  const { name, namespace, labels, annotations } = metadata;
  return {
    ...object,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
  } as KubeObject;
}

/** What makes a new revision when it changes: the spec, and what external policies and workflow say. */
function revisionHash(snapshot: Snapshot): string {
  let hash = revisionHashes.get(snapshot);
  if (hash === undefined) {
    const { application, policies, workflow } = snapshot;
    hash = hashOf({
      spec: application.spec,
      policies: policies.map(({ metadata, type, properties }) => ({ name: metadata.name, type, properties })),
      workflow: workflow && { mode: workflow['mode'], steps: workflow['steps'] },
    });
    revisionHashes.set(snapshot, hash);
  }
  return hash;
}

const revisionHashes = new WeakMap<Snapshot, string>();

export function publishVersionOf({ metadata }: KubeObject): string | undefined {
  return metadata.annotations?.[PUBLISH_VERSION];
}

export function revisionNumber({ metadata }: KubeObject): number {
  return Number(/-v(\d+)$/.exec(metadata.name)?.[1] ?? 0);
}

export function hashOfRevision({ metadata }: KubeObject): string {
  return metadata.labels?.[REVISION_HASH] ?? '';
}

/** An application's revisions, oldest first. */
export async function revisionsOf(hub: KubeClient, application: KubeObject): Promise<KubeObject[]> {
  const { name, namespace = 'default' } = application.metadata;
  const { items } = await hub.list(APPLICATION_REVISION, {
    namespace,
    labelSelector: `${OWNER_NAME}=${name}`,
  });
  return items.sort((a, b) => revisionNumber(a) - revisionNumber(b));
}

/** The revision that says the same as the snapshot, under the same publishVersion. */
export function sameRevision(revisions: readonly KubeObject[], snapshot: Snapshot): KubeObject | undefined {
  const hash = revisionHash(snapshot);
  const version = publishVersionOf(snapshot.application);
  return revisions.findLast(each => hashOfRevision(each) === hash && publishVersionOf(each) === version);
}

/** The snapshot as an application's next revision. */
export function newRevision(
  revisions: readonly KubeObject[],
  object: KubeObject,
  snapshot: Snapshot,
): KubeObject {
  const { name, namespace = 'default', uid = '' } = object.metadata;
  const latest = revisions.at(-1);
  const number = (latest === undefined ? 0 : revisionNumber(latest)) + 1;
  const version = publishVersionOf(object);
  return {
    ...APPLICATION_REVISION,
    metadata: {
      name: `${name}-v${number}`,
      namespace,
      labels: { ...ownerLabels(object), [REVISION_HASH]: revisionHash(snapshot) },
      ...(version === undefined ? {} : { annotations: { [PUBLISH_VERSION]: version } }),
      ownerReferences: [{ apiVersion: object.apiVersion, kind: object.kind, name, uid, controller: true }],
    },
    spec: { ...snapshot },
  };
}

export function snapshotIn(revision: KubeObject): Snapshot {
  return revision.spec as Snapshot;
}

/** Revisions that are old enough to go, when `current` is the one that runs. */
export function superseded(revisions: readonly KubeObject[], current: string): KubeObject[] {
  return revisions.filter(({ metadata }) => metadata.name !== current).slice(0, -KEPT);
}

export function planInput(snapshot: Snapshot, clusters: PlanInput['clusters'], revision: string): PlanInput {
  return { ...snapshot, hubObjects: lookupOf(snapshot), clusters, revision };
}

function lookupOf({ referred }: Snapshot): ObjectLookup {
  const answers = new Map(referred.map(({ query, objects }) => [hashOf(query), objects]));
  return query => answers.get(hashOf(query)) ?? [];
}
