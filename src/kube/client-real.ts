import { ApiConnection, type ApiRequest, type RefusalOf } from './api-connection-real.ts';
import { collectionPath, groupPath, objectPath, type Resource } from './api-paths.ts';
import { errorOfAnswer, errorOfStatus, isUnknownResource } from './api-status.ts';
import {
  ApiError,
  type KubeClient,
  type KubeList,
  type ListOptions,
  type PatchType,
  type WatchEvent,
  type WatchHandler,
} from './client.ts';
import { isObject } from './json.ts';
import { kindInfo } from './kinds.ts';
import { readKubeconfig } from './kubeconfig.ts';
import type { Kind, KubeObject, ObjectRef } from './objects.ts';
import { RealWatch } from './watch-real.ts';

export interface RealClientOptions {
  /** YAML text. */
  readonly kubeconfig: string;
  /** Default: the kubeconfig's current context. */
  readonly context?: string;
  /** For one call, from its start to the last byte of the answer. */
  readonly timeoutMs: number;
  /**
   * How long a watch may hear nothing before it counts as lost, milliseconds. The API sends a bookmark about once a
   * minute (k8s.io/apiserver, cacher.go: bookmarkFrequency), so the default misses two.
   */
  readonly watchSilenceMs?: number;
  /**
   * The user may do everything. An API server that has just started denies it all the same until it has read its
   * roles: such a denial is told as `Unreachable`.
   */
  readonly administrator?: boolean;
}

export interface RealKubeClient extends KubeClient {
  /** Ends its watches, without telling them, and its calls, which fail. */
  close(): void;
}

/** A client of a real cluster. Throws an Error for people when the kubeconfig cannot be used. */
export function realClient(options: RealClientOptions): RealKubeClient {
  const { timeoutMs, watchSilenceMs: silenceMs = 150_000 } = options;
  const connection = new ApiConnection(readKubeconfig(options.kubeconfig, options.context), {
    timeoutMs,
    silenceMs,
  });
  return new RealClient(connection, options.administrator === true);
}

const PATCH_TYPES: Readonly<Record<PatchType, string>> = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};

class RealClient implements RealKubeClient {
  readonly #connection: ApiConnection;
  readonly #administrator: boolean;
  readonly #discovered = new Map<string, Resource>();
  readonly #watches = new Set<RealWatch>();

  constructor(connection: ApiConnection, administrator: boolean) {
    this.#connection = connection;
    this.#administrator = administrator;
  }

  async get(ref: ObjectRef): Promise<KubeObject> {
    const path = objectPath(ref, await this.#resource(ref), ref);
    return objectOf(await this.#call(ref, { method: 'GET', path }));
  }

  list(kind: Kind, options: ListOptions = {}): Promise<KubeList> {
    return this.#list(kind, options);
  }

  async create(object: KubeObject): Promise<KubeObject> {
    const body = json(object);
    const { namespace = 'default' } = object.metadata;
    const path = collectionPath(object, await this.#resource(object), namespace);
    return objectOf(await this.#call(object, { method: 'POST', path, body }));
  }

  async update(object: KubeObject, subresource?: 'status'): Promise<KubeObject> {
    const body = json(object);
    const path = objectPath(object, await this.#resource(object), object.metadata, subresource);
    return objectOf(await this.#call(object, { method: 'PUT', path, body }, subresource));
  }

  async patch(ref: ObjectRef, type: PatchType, patch: unknown, subresource?: 'status'): Promise<KubeObject> {
    const body = json(patch, PATCH_TYPES[type]);
    const path = objectPath(ref, await this.#resource(ref), ref, subresource);
    return objectOf(await this.#call(ref, { method: 'PATCH', path, body }, subresource));
  }

  async delete(ref: ObjectRef, propagation?: 'Background' | 'Foreground' | 'Orphan'): Promise<void> {
    const path = objectPath(ref, await this.#resource(ref), ref);
    const body = json({ apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: propagation });
    await this.#call(ref, { method: 'DELETE', path, body });
  }

  watch(
    kind: Kind,
    options: ListOptions & { resourceVersion?: string },
    handler: WatchHandler,
  ): { close(): void } {
    const given = { ...options };
    const watch = new RealWatch(
      handler,
      signal => this.#events(kind, given, signal),
      () => this.#watches.delete(watch),
    );
    this.#watches.add(watch);
    return watch;
  }

  close(): void {
    for (const watch of this.#watches) watch.close();
    this.#connection.close();
  }

  async #list(kind: Kind, options: ListOptions, signal?: AbortSignal): Promise<KubeList> {
    const { namespace, labelSelector } = options;
    const path = collectionPath(kind, await this.#resource(kind, signal), namespace);
    const list = await this.#call(kind, { method: 'GET', path, query: { labelSelector } }, undefined, signal);
    const { metadata, items } = list as { metadata: { resourceVersion: string }; items: KubeObject[] | null };
    // Items of the API's own kinds come without apiVersion and kind.
    const objects = (items ?? []).map(item =>
      objectOf({ ...item, apiVersion: kind.apiVersion, kind: kind.kind }),
    );
    return { resourceVersion: metadata.resourceVersion, items: objects.sort(byNamespaceAndName) };
  }

  /**
   * Lists first when no version is given: the API's own initial events come from a cache that may lag behind the
   * last write, in no certain order.
   */
  async *#events(
    kind: Kind,
    options: ListOptions & { resourceVersion?: string },
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent, void, undefined> {
    let { resourceVersion } = options;
    const { namespace, labelSelector } = options;
    if (!resourceVersion || resourceVersion === '0') {
      const present = await this.#list(kind, options, signal);
      for (const object of present.items) yield { type: 'ADDED', object };
      ({ resourceVersion } = present);
    }
    const path = collectionPath(kind, await this.#resource(kind, signal), namespace);
    const query = { watch: 'true', allowWatchBookmarks: 'true', resourceVersion, labelSelector };
    for await (const line of this.#connection.lines(
      { method: 'GET', path, query },
      this.#refusalOf(kind),
      signal,
    )) {
      const { type, object } = line as { type: string; object: Record<string, unknown> };
      if (type === 'ERROR') throw errorOfStatus(object);
      if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED')
        yield { type, object: objectOf(object) };
    }
  }

  /** Kinds that this project does not know, as CustomResourceDefinition, are asked for; the answer is kept. */
  async #resource(kind: Kind, signal?: AbortSignal): Promise<Resource> {
    const key = `${kind.apiVersion} ${kind.kind}`;
    const known = kindInfo(kind) ?? this.#discovered.get(key);
    if (known !== undefined) return known;
    const path = groupPath(kind.apiVersion);
    const group = await this.#call(kind, { method: 'GET', path }, undefined, signal);
    const resources = isObject(group) && Array.isArray(group['resources']) ? group['resources'] : [];
    const found = resources.find(
      ({ kind: name, name: plural }) => name === kind.kind && !plural.includes('/'),
    );
    if (found === undefined) throw noMatch(kind);
    const resource: Resource = { plural: found.name, namespaced: found.namespaced };
    this.#discovered.set(key, resource);
    return resource;
  }

  #call(kind: Kind, request: ApiRequest, subresource?: 'status', signal?: AbortSignal): Promise<unknown> {
    return this.#connection.call(request, this.#refusalOf(kind, subresource), signal);
  }

  /** A missing subresource is told in the API's words; else, what the API does not serve is the kind. */
  #refusalOf(kind: Kind, subresource?: 'status'): RefusalOf {
    return (code, body) => {
      if (subresource === undefined && isUnknownResource(code, body)) return noMatch(kind);
      const error = errorOfAnswer(code, body);
      const isStarting = this.#administrator && isDenial(error);
      return isStarting ? new ApiError('Unreachable', 0, `the API is starting: ${error.message}`) : error;
    };
  }
}

/** By the roles of the user, not by an admission plugin (k8s.io/apiserver, responsewriters.forbiddenMessage). */
function isDenial({ reason, message }: ApiError): boolean {
  return reason === 'Forbidden' && / cannot \w+ (resource|path) /.test(message);
}

/** Made when the caller hands it in: what the caller does to it later must not show. */
function json(value: unknown, type = 'application/json'): { type: string; text: string } {
  return { type, text: JSON.stringify(value) };
}

/** An object of an answer, without the book that the API keeps of who wrote which field. */
function objectOf(value: unknown): KubeObject {
  const object = value as KubeObject;
  delete object.metadata['managedFields'];
  return object;
}

function byNamespaceAndName({ metadata: a }: KubeObject, { metadata: b }: KubeObject): number {
  return order(a.namespace ?? '', b.namespace ?? '') || order(a.name, b.name);
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function noMatch(kind: Kind): ApiError {
  return new ApiError('NotFound', 404, `no matches for kind "${kind.kind}" in version "${kind.apiVersion}"`);
}
