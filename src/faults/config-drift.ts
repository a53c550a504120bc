import * as z from 'zod';
import { found } from '../kube/client.ts';
import type { Json, KubeObject } from '../kube/objects.ts';
import { type Controls, faultKind, type ObjectStruck } from './fault.ts';

const schema = z.strictObject({
  object: z.strictObject({
    apiVersion: z.string(),
    kind: z.string(),
    namespace: z.string().optional(),
    name: z.string().optional(),
  }),
  /** A JSON merge patch (RFC 7386), as somebody with kubectl would apply it in the centre. */
  patch: z.record(z.string(), z.json()),
});

const ref = (controls: Controls, object: ObjectStruck) => ({
  ...controls.application,
  ...object,
  namespace: object.namespace ?? controls.application.namespace,
  name: object.name ?? controls.application.name,
});

interface Drift {
  readonly object: ReturnType<typeof ref>;
  readonly patch: Record<string, unknown>;
  readonly inverse: Record<string, Json>;
}

/** The merge patch that puts back what `patch` changes in `before`. */
function inverse(before: unknown, patch: Record<string, unknown>): Record<string, Json> {
  const fields = (before ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(patch).map(([key, value]) => {
      const old = fields[key];
      const nested = isMap(value) && isMap(old);
      return [key, nested ? inverse(old, value) : ((old ?? null) as Json)];
    }),
  );
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a merge patch would change nothing. */
function carries(live: unknown, patch: Record<string, unknown>): boolean {
  const fields = (live ?? {}) as Record<string, unknown>;
  return Object.entries(patch).every(([key, value]) =>
    isMap(value)
      ? carries(fields[key], value)
      : JSON.stringify(fields[key] ?? null) === JSON.stringify(value),
  );
}

export const configDrift = faultKind({
  kind: 'config-drift',
  says: "somebody changes one of the application's objects in the centre, past the hub",
  strikes: 'centres',
  needs: ['kubernetes-api'],
  momentary: true,
  stacks: true,
  schema,
  object: params => params.object,
  async prepare(controls, centre, params) {
    const before: KubeObject = await controls.centre(centre).kube.get(ref(controls, params.object));
    return {
      object: ref(controls, params.object),
      patch: params.patch,
      inverse: inverse(before, params.patch),
    };
  },
  async inject(controls, centre, params) {
    const object = ref(controls, params.object);
    const live = await controls.centre(centre).kube.patch(object, 'merge', params.patch);
    if (!carries(live, params.patch))
      throw new Error(`the API took the patch of ${object.kind} "${object.name}" and changed it`);
  },
  isInEffect: () => Promise.resolve(true),
  /** Only while the drift is there: what the engine or a new version has put right must stay. */
  async heal(controls, centre, undo) {
    const { object, patch, inverse } = undo as unknown as Drift;
    const { kube } = controls.centre(centre);
    const live = await found(kube.get(object));
    if (live !== undefined && carries(live, patch)) await kube.patch(object, 'merge', inverse);
  },
});
