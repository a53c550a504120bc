import { ApiError, found, type KubeClient } from '../../kube/client.ts';
import { equal } from '../../kube/json.ts';
import { type KubeObject, refOf } from '../../kube/objects.ts';
import { LOCAL, OWNER_NAME, OWNER_NAMESPACE } from '../model.ts';
import { type ResourceRules, ruleFor } from '../plan/policies/resource-rules.ts';
import { dressed, hashed, isMadeFrom, lastApplied, threeWay } from './apply-object.ts';
import { fieldAt, withField } from './field-path.ts';
import { foreign, managedBy, SHARED_BY, withoutSharer, withSharer } from './ownership.ts';
import { RefusedError } from './refused-error.ts';

/** What was done to an object in a cluster. */
export interface Write {
  readonly cluster: string;
  readonly verb: 'create' | 'patch' | 'update' | 'delete';
  readonly object: KubeObject;
}

/** Why an object is written: a step delivers it, or it has drifted. */
type Occasion = 'dispatch' | 'keep';

interface Intent {
  /** `share`: no more than add the application to those that share it. */
  readonly act: 'create' | 'leave' | 'share' | 'recreate' | 'replace' | 'patch';
  readonly wanted: KubeObject;
  /** Of a shared object, who shares it. */
  readonly sharers: string | undefined;
  /** Of `patch`; undefined when there is nothing to change. */
  readonly change: ReturnType<typeof threeWay>;
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

  /** Throws RefusedError when `write` would, and ApiError for a patch that cannot be. */
  check(manifest: KubeObject, live: KubeObject | undefined, occasion: Occasion): void {
    this.#intent(manifest, live, occasion);
  }

  /**
   * Makes the live object what the manifest says, by the application's rules, and returns it. `dispatch` leaves one
   * alone that was made from the manifest; `keep` repairs it. Throws RefusedError.
   */
  async write(
    cluster: string,
    manifest: KubeObject,
    live: KubeObject | undefined,
    occasion: Occasion,
  ): Promise<KubeObject> {
    const client = this.client(cluster);
    const { act, wanted, sharers, change } = this.#intent(manifest, live, occasion);
    if (act === 'create' || live === undefined)
      return this.#done(cluster, 'create', await client.create(shared(dressed(wanted), sharers)));
    switch (act) {
      case 'leave':
        return live;
      case 'share': {
        if (live.metadata.annotations?.[SHARED_BY] === sharers) return live;
        const patch = { metadata: { annotations: { [SHARED_BY]: sharers } } };
        return this.#done(cluster, 'patch', await client.patch(refOf(wanted), 'merge', patch));
      }
      case 'recreate':
        if (live.metadata.deletionTimestamp === undefined) await client.delete(refOf(wanted), 'Background');
        this.#done(cluster, 'delete', live);
        return this.#done(cluster, 'create', await client.create(shared(hashed(wanted), sharers)));
      case 'replace': {
        const object = shared(hashed(wanted), sharers);
        const { resourceVersion } = live.metadata;
        const metadata = {
          ...object.metadata,
          ...(resourceVersion === undefined ? {} : { resourceVersion }),
        };
        return this.#done(cluster, 'update', await client.update({ ...object, metadata }));
      }
      case 'patch':
        if (change === undefined) return live;
        return this.#done(cluster, 'patch', await client.patch(refOf(wanted), change.type, change.patch));
    }
  }

  /** What the rules say is to be done to the live object. Throws RefusedError, and ApiError for a patch that cannot be. */
  #intent(manifest: KubeObject, live: KubeObject | undefined, occasion: Occasion): Intent {
    const wanted = this.#applyOnce(manifest, live, occasion);
    const isReadOnly = this.#has('read-only', wanted);
    const sharers = this.#has('shared-resource', wanted)
      ? withSharer(live?.metadata.annotations?.[SHARED_BY], this.#application)
      : undefined;
    const to = (act: Intent['act'], change?: Intent['change']): Intent => ({ act, wanted, sharers, change });
    if (live === undefined) {
      if (!isReadOnly) return to('create');
      const { kind, metadata } = wanted;
      throw new RefusedError(
        `${kind} (${metadata.name}) is marked as read-only but does not exist; make it, or remove the read-only policy`,
      );
    }
    if (isReadOnly) return to('leave');
    if (this.#sharesOnly(wanted, live)) return to('share');
    const problem = foreign(live, this.#application, this.#has('take-over', wanted));
    if (problem !== undefined) throw new RefusedError(problem);
    if (occasion === 'dispatch' && isMadeFrom(live, wanted)) return to('leave');
    const { recreateFields, op } = ruleFor(this.rules['resource-update'], wanted)?.strategy ?? {};
    if (differsIn(recreateFields ?? [], live, wanted)) return to('recreate');
    if (op === 'replace') return to('replace');
    const change = threeWay(lastApplied(live), shared(dressed(wanted), sharers), live);
    return to('patch', change);
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
  #applyOnce(manifest: KubeObject, live: KubeObject | undefined, occasion: Occasion): KubeObject {
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

/** Whether one of the fields differs, which both must have. */
function differsIn(fields: readonly string[], live: KubeObject, wanted: KubeObject): boolean {
  const valueAt = (path: string, object: KubeObject, which: string) => {
    const value = fieldAt(object, path);
    if (value !== undefined) return value;
    throw new RefusedError(`recreateFields: ${which} ${live.kind} ${live.metadata.name} has no ${path}`);
  };
  const differing = fields.filter(
    path => !equal(valueAt(path, live, 'the live'), valueAt(path, wanted, 'the wanted')),
  );
  return differing.length > 0;
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
