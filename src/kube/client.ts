import type { Kind, KubeObject, ObjectRef } from './objects.ts';

export type ApiReason =
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Invalid'
  | 'BadRequest'
  | 'Expired'
  | 'Unauthorized'
  | 'Forbidden'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'RequestEntityTooLarge'
  | 'UnsupportedMediaType'
  | 'TooManyRequests'
  | 'ServiceUnavailable'
  | 'ServerTimeout'
  | 'Timeout'
  | 'InternalError'
  | 'Unreachable';

/** A Kubernetes API call that failed, in the API's own words (`reason` is metav1.Status.reason; `Unreachable` is ours). */
export class ApiError extends Error {
  readonly reason: ApiReason;
  /** HTTP status; 0 when the API could not be reached. */
  readonly code: number;
  constructor(reason: ApiReason, code: number, message: string) {
    // An API's no is an answer, of which there are many; the stack would be that of the transport, and cost more than the call.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'ApiError';
    this.reason = reason;
    this.code = code;
  }
}

/** Whether an API said that it has no such object. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.reason === 'NotFound';
}

/** What was asked for, or `undefined` when the API has no such object. */
export async function found(asked: Promise<KubeObject>): Promise<KubeObject | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

export interface ListOptions {
  readonly namespace?: string;
  /** Kubernetes' syntax: `app=web-demo,tier in (a, b),!legacy`. */
  readonly labelSelector?: string;
}

export interface KubeList {
  readonly resourceVersion: string;
  /** Ordered by namespace, then name. */
  readonly items: KubeObject[];
}

export type PatchType = 'merge' | 'json' | 'strategic';

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
}

export interface WatchHandler {
  event(event: WatchEvent): void;
  /** The watch is over: closed by the server, the network, or `Expired` (410: list again). Not called after `close`. */
  end(error?: ApiError): void;
}

/**
 * A Kubernetes API as its clients see it: implemented by `simulated/` and, over @kubernetes/client-node, for real
 * clusters. Failures reject with ApiError. Objects are plain JSON, times as text, without `metadata.managedFields`.
 * What is handed in stays the caller's own; what comes back may be shared with others and must not be changed.
 */
export interface KubeClient {
  get(ref: ObjectRef): Promise<KubeObject>;
  list(kind: Kind, options?: ListOptions): Promise<KubeList>;
  create(object: KubeObject): Promise<KubeObject>;
  /** Replaces; a `metadata.resourceVersion` that is not the current one is a Conflict. */
  update(object: KubeObject, subresource?: 'status'): Promise<KubeObject>;
  patch(ref: ObjectRef, type: PatchType, patch: unknown, subresource?: 'status'): Promise<KubeObject>;
  delete(ref: ObjectRef, propagation?: 'Background' | 'Foreground' | 'Orphan'): Promise<void>;
  /** Events after `resourceVersion` (from a list); without it, the present objects come first as ADDED. */
  watch(
    kind: Kind,
    options: ListOptions & { resourceVersion?: string },
    handler: WatchHandler,
  ): { close(): void };
}

/** A client whose every call goes through `call`; watches go past it. */
export function calling(client: KubeClient, call: <T>(ask: () => Promise<T>) => Promise<T>): KubeClient {
  return {
    get: ref => call(() => client.get(ref)),
    list: (kind, options) => call(() => client.list(kind, options)),
    create: object => call(() => client.create(object)),
    update: (object, subresource) => call(() => client.update(object, subresource)),
    patch: (ref, type, patch, subresource) => call(() => client.patch(ref, type, patch, subresource)),
    delete: (ref, propagation) => call(() => client.delete(ref, propagation)),
    watch: (kind, options, handler) => client.watch(kind, options, handler),
  };
}
