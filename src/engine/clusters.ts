import { ApiError, type KubeClient } from '../kube/client.ts';
import { equal } from '../kube/json.ts';
import { type KubeObject, refOf } from '../kube/objects.ts';
import { dressed, foreign, hashed, isMadeFrom, lastApplied, threeWay } from './apply-object.ts';
import { fieldAt, withField } from './field-path.ts';
import { LOCAL } from './model.ts';
import { type ResourceRules, ruleFor } from './policies/resource-rules.ts';
import { OWNER_NAME, OWNER_NAMESPACE } from './render.ts';
import { found } from './revision.ts';
import { managedBy, SHARED_BY, withoutSharer, withSharer } from './sharing.ts';

/** What was done to an object in a cluster. */
export interface Write {
  readonly cluster: string;
  readonly verb: 'create' | 'patch' | 'update' | 'delete';
  readonly object: KubeObject;
}

/** Why an object cannot be written; nothing was changed. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** The clusters of one application: every object is checked for its owner and the application's rules before it is touched. */
export class Clusters {
  readonly #application: { readonly name: string; readonly namespace: string };
  readonly #clientOf: (cluster: string) => KubeClient | undefined;
  readonly #wrote: (write: Write) => void;
  rules: ResourceRules = {};

  constructor(
    application: { readonly name: string; readonly namespace: string },
    clientOf: (cluster: string) => KubeClient | undefined,
    wrote: (write: Write) => void,
  ) {
    this.#application = application;
    this.#clientOf = clientOf;
    this.#wrote = wrote;
  }

  read(cluster: string, object: KubeObject): Promise<KubeObject | undefined> {
    return found(this.client(cluster).get(refOf(object)));
  }

  /** Throws RefusedError when the manifest may not be written over the live object. */
  check(manifest: KubeObject, live: KubeObject | undefined): void {
    const isReadOnly = this.#has('read-only', manifest);
    if (live === undefined) {
      if (!isReadOnly) return;
      const { kind, metadata } = manifest;
      throw new RefusedError(
        `${kind} (${metadata.name}) is marked as read-only but does not exist; make it, or remove the read-only policy`,
      );
    }
    if (isReadOnly || this.#sharesOnly(manifest, live)) return;
    const { name, namespace } = this.#application;
    const problem = foreign(live, name, namespace, this.#has('take-over', manifest));
    if (problem !== undefined) throw new RefusedError(problem);
  }

  /**
   * Makes the live object what the manifest says, by the application's rules, and returns it. `dispatch` leaves one
   * alone that was made from the manifest; `keep` repairs it. Throws RefusedError.
   */
  async write(
    cluster: string,
    manifest: KubeObject,
    live: KubeObject | undefined,
    occasion: 'dispatch' | 'keep',
  ): Promise<KubeObject> {
    const client = this.client(cluster);
    const wanted = this.#applyOnce(manifest, live, occasion);
    this.check(wanted, live);
    const isShared = this.#has('shared-resource', wanted);
    const sharers = isShared
      ? withSharer(live?.metadata.annotations?.[SHARED_BY], this.#application)
      : undefined;
    if (live === undefined) {
      return this.#done(cluster, 'create', await client.create(shared(dressed(wanted), sharers)));
    }
    if (this.#has('read-only', wanted)) return live;
    if (this.#sharesOnly(wanted, live)) {
      if (live.metadata.annotations?.[SHARED_BY] === sharers) return live;
      const patch = { metadata: { annotations: { [SHARED_BY]: sharers } } };
      return this.#done(cluster, 'patch', await client.patch(refOf(wanted), 'merge', patch));
    }
    if (occasion === 'dispatch' && isMadeFrom(live, wanted)) return live;
    const strategy = ruleFor(this.rules['resource-update'], wanted)?.strategy;
    if ((strategy?.recreateFields ?? []).some(path => !equal(fieldAt(live, path), fieldAt(wanted, path)))) {
      if (live.metadata.deletionTimestamp === undefined) await client.delete(refOf(wanted), 'Background');
      this.#done(cluster, 'delete', live);
      return this.#done(cluster, 'create', await client.create(shared(hashed(wanted), sharers)));
    }
    if (strategy?.op === 'replace') {
      const object = shared(hashed(wanted), sharers);
      const { resourceVersion } = live.metadata;
      const metadata = { ...object.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
      const updated = await client.update({ ...object, metadata });
      return this.#done(cluster, 'update', updated);
    }
    const change = threeWay(lastApplied(live), shared(dressed(wanted), sharers), live);
    if (change === undefined) return live;
    return this.#done(cluster, 'patch', await client.patch(refOf(wanted), change.type, change.patch));
  }

  /** Deletes the object unless it is another's, or lets go of it; `gone` when there is nothing left to delete. */
  async remove(cluster: string, object: KubeObject, mode: 'delete' | 'let go'): Promise<'gone' | 'deleting'> {
    const live = await this.read(cluster, object);
    if (live === undefined || !managedBy(live, this.#application)) return 'gone';
    const client = this.client(cluster);
    const annotations = { ...live.metadata.annotations };
    const rest = withoutSharer(annotations[SHARED_BY], this.#application);
    if (rest !== undefined) {
      const [namespace, name] = rest.owner;
      const labels = { ...live.metadata.labels, [OWNER_NAME]: name, [OWNER_NAMESPACE]: namespace };
      const metadata = {
        ...live.metadata,
        labels,
        annotations: { ...annotations, [SHARED_BY]: rest.sharers },
      };
      this.#done(cluster, 'update', await client.update({ ...live, metadata }));
      return 'deleting';
    }
    if (mode === 'let go' || ruleFor(this.rules['garbage-collect'], live)?.propagation === 'orphan') {
      const { [OWNER_NAME]: _, [OWNER_NAMESPACE]: _1, ...labels } = live.metadata.labels ?? {};
      this.#done(cluster, 'update', await client.update({ ...live, metadata: { ...live.metadata, labels } }));
      return 'deleting';
    }
    if (live.metadata.deletionTimestamp === undefined) {
      await client.delete(refOf(object), 'Background');
      this.#done(cluster, 'delete', live);
    }
    return 'deleting';
  }

  /** Of a cluster; without a name, of the hub. */
  client(cluster: string): KubeClient {
    const client = this.#clientOf(cluster || LOCAL);
    if (client === undefined) throw new ApiError('Unreachable', 0, `cluster "${cluster}" not found`);
    return client;
  }

  #has(type: 'read-only' | 'take-over' | 'shared-resource', object: KubeObject): boolean {
    return ruleFor(this.rules[type], object) !== undefined;
  }

  /** Whether the object is another application's that shares it: then only its list of sharers is written. */
  #sharesOnly(manifest: KubeObject, live: KubeObject): boolean {
    if (!this.#has('shared-resource', manifest)) return false;
    const owner = live.metadata.labels?.[OWNER_NAME];
    const namespace = live.metadata.labels?.[OWNER_NAMESPACE];
    if (!owner || !namespace) return false;
    if (owner === this.#application.name && namespace === this.#application.namespace) return false;
    if (live.metadata.annotations?.[SHARED_BY]) return true;
    throw new RefusedError(
      `${live.kind} ${live.metadata.name} is controlled by ${namespace}/${owner}, which does not share it`,
    );
  }

  /** Of fields that are applied once, those that live now are kept. */
  #applyOnce(manifest: KubeObject, live: KubeObject | undefined, occasion: 'dispatch' | 'keep'): KubeObject {
    const policy = this.rules['apply-once'];
    if (!policy?.enable || live === undefined) return manifest;
    const strategy = ruleFor(policy, manifest)?.strategy;
    if (strategy == null) return manifest;
    const affects = strategy.affect || 'always';
    if (affects !== 'always' && affects !== (occasion === 'dispatch' ? 'onUpdate' : 'onStateKeep'))
      return manifest;
    let wanted = manifest;
    for (const path of strategy.path ?? []) {
      if (path === '*') return live;
      const value = fieldAt(live, path);
      if (value === undefined)
        throw new RefusedError(`apply-once: ${live.kind} ${live.metadata.name} has no ${path}`);
      wanted = withField(wanted, path, value);
    }
    return wanted;
  }

  #done(cluster: string, verb: Write['verb'], object: KubeObject): KubeObject {
    this.#wrote({ cluster: cluster || LOCAL, verb, object });
    return object;
  }
}

function shared(object: KubeObject, sharers: string | undefined): KubeObject {
  if (sharers === undefined) return object;
  const annotations = { ...object.metadata.annotations, [SHARED_BY]: sharers };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** The message of a failed API call, or of a refusal; anything else is a bug and is thrown on. */
export function problemMessage(error: unknown): string {
  if (error instanceof ApiError || error instanceof RefusedError) return error.message;
  throw error;
}
