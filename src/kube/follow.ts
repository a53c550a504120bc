import type { Clock } from '../runtime/clock.ts';
import type { ApiError, KubeClient, WatchEvent } from './client.ts';
import type { Kind } from './objects.ts';

/** How long an API that went away is left alone before it is asked again. */
const RETRY_MS = 5000;

/**
 * Tells every change of a kind's objects, through restarts and outages of the API: lists, watches, and lists again
 * when the watch ends (what client-go calls a reflector). After an outage only what changed meanwhile is told.
 */
export function follow(
  options: { client: KubeClient; clock: Clock; kind: Kind; namespace?: string },
  tell: (event: WatchEvent) => void,
): { close(): void } {
  const { client, clock, kind, namespace } = options;
  const scope = namespace === undefined ? {} : { namespace };
  const known = new Map<string, WatchEvent['object']>();
  let closed = false;
  let watch: { close(): void } | undefined;

  const take = (event: WatchEvent) => {
    const { uid = '', resourceVersion } = event.object.metadata;
    const before = known.get(uid);
    if (event.type === 'DELETED') known.delete(uid);
    else if (before?.metadata.resourceVersion === resourceVersion) return;
    else known.set(uid, event.object);
    tell(event.type === 'DELETED' ? event : { type: before ? 'MODIFIED' : 'ADDED', object: event.object });
  };
  const start = async () => {
    const { items, resourceVersion } = await client.list(kind, scope);
    if (closed) return;
    const present = new Set(items.map(item => item.metadata.uid));
    for (const [uid, object] of [...known]) if (!present.has(uid)) take({ type: 'DELETED', object });
    for (const object of items) take({ type: 'ADDED', object });
    watch = client.watch(kind, { ...scope, resourceVersion }, { event: take, end: again });
  };
  const again = (_error?: ApiError) => {
    if (!closed) clock.after(RETRY_MS, run);
  };
  const run = () => {
    if (!closed) start().catch(again);
  };
  run();
  return {
    close() {
      closed = true;
      watch?.close();
    },
  };
}
