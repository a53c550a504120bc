import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ApiReason, WatchEvent } from '../../../src/kube/client.ts';
import { ApiError } from '../../../src/kube/client.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import type { ApiServer } from '../../../src/kube/simulated/api-server.ts';
import { APPLICATION, application, server } from './server.ts';

/** What an Application is to the model. */
interface Entry {
  generation: number;
  version: string;
  mode: string;
  label: string;
  phase: string | undefined;
  finalizers: string[];
  deleted: boolean;
}

const names = ['a', 'b', 'c'];
const value = fc.constantFrom('x', 'y');

/** A write to one of three Applications. */
type Write = { readonly name: string } & (
  | { readonly verb: 'create'; readonly mode: string; readonly label: string; readonly finalizers: string[] }
  | { readonly verb: 'update'; readonly mode: string; readonly label: string; readonly stale: boolean }
  | { readonly verb: 'patch'; readonly mode: string }
  | { readonly verb: 'status'; readonly phase: string }
  | { readonly verb: 'finalize' | 'delete' }
);

const name = fc.constantFrom(...names);
const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({
    verb: fc.constant('create' as const),
    name,
    mode: value,
    label: value,
    finalizers: fc.subarray(['example.com/f']),
  }),
  fc.record({ verb: fc.constant('update' as const), name, mode: value, label: value, stale: fc.boolean() }),
  fc.record({ verb: fc.constant('patch' as const), name, mode: value }),
  fc.record({ verb: fc.constant('status' as const), name, phase: value }),
  fc.record({ verb: fc.constantFrom('finalize' as const, 'delete' as const), name }),
);

/** What the write does to the model; or why it fails. */
function expected(entry: Entry | undefined, write: Write): Entry | undefined | ApiReason {
  if (write.verb === 'create') {
    if (entry !== undefined) return 'AlreadyExists';
    const { mode, label, finalizers } = write;
    return { generation: 1, version: '', mode, label, phase: undefined, finalizers, deleted: false };
  }
  if (entry === undefined) return 'NotFound';
  const next = { ...entry };
  switch (write.verb) {
    case 'update':
      if (write.stale) return 'Conflict';
      next.label = write.label;
      next.mode = write.mode;
      break;
    case 'patch':
      next.mode = write.mode;
      break;
    case 'status':
      next.phase = write.phase;
      break;
    case 'finalize':
      next.finalizers = [];
      break;
    case 'delete':
      next.deleted = true;
  }
  if (next.deleted && next.finalizers.length === 0) return undefined;
  if (next.mode !== entry.mode || next.deleted !== entry.deleted) next.generation++;
  return next;
}

function perform(api: ApiServer, write: Write): void {
  const ref = { ...APPLICATION, namespace: 'demo', name: write.name };
  const live = api.get(ref) ?? application(write.name, {}, { resourceVersion: '1' });
  switch (write.verb) {
    case 'create': {
      const { mode, label, finalizers } = write;
      api.create(application(write.name, { mode }, { labels: { label }, finalizers }));
      break;
    }
    case 'update': {
      const metadata = { ...live.metadata, labels: { label: write.label } };
      if (write.stale) metadata.resourceVersion = '1';
      api.update({ ...live, metadata, spec: { mode: write.mode } });
      break;
    }
    case 'patch':
      api.patch(ref, 'merge', { spec: { mode: write.mode } });
      break;
    case 'status':
      api.update({ ...live, spec: { mode: 'ignored' }, status: { phase: write.phase } }, 'status');
      break;
    case 'finalize':
      api.patch(ref, 'json', [{ op: 'add', path: '/metadata/finalizers', value: [] }]);
      break;
    case 'delete':
      api.delete(ref);
  }
}

function entryOf({ metadata, spec, status }: KubeObject): Entry {
  return {
    generation: metadata.generation ?? 0,
    version: metadata.resourceVersion ?? '',
    mode: spec?.['mode'],
    label: metadata.labels?.['label'] ?? '',
    phase: status?.['phase'],
    finalizers: metadata.finalizers ?? [],
    deleted: metadata.deletionTimestamp !== undefined,
  };
}

function reasonOf(call: () => void): ApiReason | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error.reason;
    throw error;
  }
}

test('does what a simple model does, and tells of all of it', () => {
  fc.assert(
    fc.property(fc.array(write, { maxLength: 30 }), fc.nat(30), (writes, pause) => {
      const api = server();
      const model = new Map<string, Entry>();
      const live = new Follower();
      api.subscribe(APPLICATION, event => live.hear(event));
      let resumeFrom = '';
      for (const [index, write] of writes.entries()) {
        if (index === pause) resumeFrom = api.resourceVersion;
        const before = model.get(write.name);
        const version = api.resourceVersion;
        const wanted = expected(before, write);
        const reason = reasonOf(() => perform(api, write));
        expect(reason).toBe(typeof wanted === 'string' ? wanted : undefined);
        if (typeof wanted === 'string') continue;
        const changed = JSON.stringify(wanted) !== JSON.stringify(before);
        expect(api.resourceVersion !== version).toBe(changed);
        if (wanted === undefined) model.delete(write.name);
        else model.set(write.name, changed ? { ...wanted, version: api.resourceVersion } : wanted);
      }
      const stored = api.list(APPLICATION);
      expect(stored.map(object => object.metadata.name)).toEqual([...model.keys()].sort());
      for (const object of stored) expect(entryOf(object)).toEqual(model.get(object.metadata.name));
      expect(live.objects).toEqual(stored);
      if (resumeFrom !== '') expect(replayed(api, resumeFrom)).toEqual(live.eventsAfter(resumeFrom));
    }),
    { numRuns: 300 },
  );
});

function replayed(api: ApiServer, resourceVersion: string): WatchEvent[] {
  const events: WatchEvent[] = [];
  api.watch(APPLICATION, { resourceVersion }, { event: event => events.push(event), end() {} });
  return events;
}

/** Keeps a copy up to date from events alone, as an informer does. */
class Follower {
  readonly #events: WatchEvent[] = [];
  readonly #objects = new Map<string, KubeObject>();

  hear(event: WatchEvent): void {
    const { name, resourceVersion } = event.object.metadata;
    const last = this.#events.at(-1)?.object.metadata.resourceVersion ?? '0';
    expect(Number(resourceVersion)).toBeGreaterThan(Number(last));
    expect(event.type === 'ADDED').toBe(!this.#objects.has(name));
    this.#events.push(event);
    if (event.type === 'DELETED') this.#objects.delete(name);
    else this.#objects.set(name, event.object);
  }

  get objects(): KubeObject[] {
    return names.flatMap(name => this.#objects.get(name) ?? []);
  }

  eventsAfter(version: string): WatchEvent[] {
    return this.#events.filter(({ object }) => Number(object.metadata.resourceVersion) > Number(version));
  }
}
