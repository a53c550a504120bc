import * as z from 'zod';
import type { Json, KubeObject } from '../kube/objects.ts';
import { type Controls, faultKind } from './fault.ts';

const schema = z.strictObject({
  object: z.strictObject({ apiVersion: z.string(), kind: z.string(), name: z.string().optional() }),
  /** A JSON merge patch (RFC 7386), as somebody with kubectl would apply it in the centre. */
  patch: z.record(z.string(), z.json()),
});

const ref = (
  controls: Controls,
  object: { apiVersion: string; kind: string; name?: string | undefined },
) => ({
  ...controls.application,
  ...object,
  name: object.name ?? controls.application.name,
});

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
  schema,
  async prepare(controls, centre, params) {
    const before: KubeObject = await controls.centre(centre).kube.get(ref(controls, params.object));
    return { ref: ref(controls, params.object), patch: inverse(before, params.patch) };
  },
  async inject(controls, centre, params) {
    await controls.centre(centre).kube.patch(ref(controls, params.object), 'merge', params.patch);
  },
  async isInEffect(controls, centre, params) {
    return carries(await controls.centre(centre).kube.get(ref(controls, params.object)), params.patch);
  },
  async heal(controls, centre, undo) {
    const { ref: object, patch } = undo as unknown as { ref: Parameters<typeof ref>[1]; patch: Json };
    await controls.centre(centre).kube.patch(ref(controls, object), 'merge', patch);
  },
});
