import { found, type KubeClient } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { readApplication, readWorkflow } from '../application.ts';
import { hashOf } from '../hash.ts';
import {
  APPLICATION_REVISION,
  AUTO_UPDATE,
  LOCAL,
  OWNER_NAME,
  POLICY,
  PUBLISH_VERSION,
  WORKFLOW,
} from '../model.ts';
import { externalPolicies, type PlanInput } from '../plan/plan.ts';
import { type ObjectLookup, type ObjectQuery, queriesOf, strip } from '../plan/referred.ts';
import { ownerLabels } from './ownership.ts';
import { statusOf } from './status.ts';

/** What an application is made of on the hub, at one moment. */
export interface Snapshot {
  readonly application: KubeObject;
  readonly policies: readonly KubeObject[];
  readonly workflow?: KubeObject;
  /** What each reference of its components found. */
  readonly referred: readonly { readonly query: ObjectQuery; readonly objects: readonly KubeObject[] }[];
}

const REVISION_HASH = 'app.oam.dev/app-revision-hash';
const TEXT_HASH = 'app.oam.dev/app-text-hash';

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
function textHash(snapshot: Snapshot): string {
  let hash = textHashes.get(snapshot);
  if (hash === undefined) {
    const { application, policies, workflow } = snapshot;
    hash = hashOf({
      spec: application.spec,
      policies: policies.map(({ metadata, type, properties }) => ({ name: metadata.name, type, properties })),
      workflow: workflow && { steps: workflow['steps'] },
    });
    textHashes.set(snapshot, hash);
  }
  return hash;
}

const textHashes = new WeakMap<Snapshot, string>();

/** By what an earlier revision is known again: what it says, and what the objects that it refers to were. */
function revisionHash(snapshot: Snapshot): string {
  let hash = revisionHashes.get(snapshot);
  if (hash === undefined) {
    hash = hashOf([textHash(snapshot), snapshot.referred.map(({ objects }) => objects)]);
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

/**
 * The revision that a snapshot is: the latest, when it says the same, whatever the objects that it refers to are now
 * (unless the application wants to follow them); else an earlier one that was all the same; else a new one.
 */
export function revisionFor(
  revisions: readonly KubeObject[],
  object: KubeObject,
  snapshot: Snapshot,
): { readonly revision: KubeObject; readonly isNew: boolean } {
  const version = publishVersionOf(object);
  const last = statusOf(object).latestRevision;
  const latest = revisions.find(({ metadata }) => metadata.name === last?.name);
  const follows = object.metadata.annotations?.[AUTO_UPDATE] !== undefined;
  const isLatest =
    latest !== undefined &&
    publishVersionOf(latest) === version &&
    latest.metadata.labels?.[TEXT_HASH] === textHash(snapshot) &&
    (!follows || hashOfRevision(latest) === revisionHash(snapshot));
  if (isLatest) return { revision: latest, isNew: false };
  const hash = revisionHash(snapshot);
  const same = revisions.find(each => hashOfRevision(each) === hash && publishVersionOf(each) === version);
  if (same !== undefined) return { revision: same, isNew: false };
  return { revision: newRevision(object, snapshot, (last?.revision ?? 0) + 1), isNew: true };
}

function newRevision(object: KubeObject, snapshot: Snapshot, number: number): KubeObject {
  const { name, namespace = 'default', uid = '' } = object.metadata;
  const version = publishVersionOf(object);
  return {
    ...APPLICATION_REVISION,
    metadata: {
      name: `${name}-v${number}`,
      namespace,
      labels: {
        ...ownerLabels(object),
        [REVISION_HASH]: revisionHash(snapshot),
        [TEXT_HASH]: textHash(snapshot),
      },
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
export function superseded(revisions: readonly KubeObject[], current: string, limit: number): KubeObject[] {
  const old = revisions.filter(({ metadata }) => metadata.name !== current);
  return old.slice(0, Math.max(0, old.length - limit));
}

/** What to plan, with the application's name, labels and annotations as they are now. */
export function planInput(snapshot: Snapshot, clusters: PlanInput['clusters'], revision: string): PlanInput {
  return { ...snapshot, hubObjects: lookupOf(snapshot), clusters, revision };
}

function lookupOf({ referred }: Snapshot): ObjectLookup {
  const answers = new Map(referred.map(({ query, objects }) => [hashOf(query), objects]));
  return query => answers.get(hashOf(query)) ?? [];
}
