import * as z from 'zod';
import { fallback } from './unify.ts';

/** Parameters that several of KubeVela's definitions share. Lists' items are open: what is not known goes along. */

/** An open list in CUE is an empty one when it is not given. */
const texts = z.array(z.string()).default([]);

const keyRef = z.looseObject({ name: z.string(), key: z.string() });

/** With `fieldRef`, which only sidecars check. */
export const environment = z.array(
  z.looseObject({
    name: z.string(),
    value: z.string().optional(),
    valueFrom: z
      .looseObject({
        secretKeyRef: keyRef.optional(),
        configMapKeyRef: keyRef.optional(),
        fieldRef: z.looseObject({ fieldPath: z.string() }).optional(),
      })
      .optional(),
  }),
);

export const hostAliases = z.array(z.looseObject({ ip: z.string(), hostnames: texts }));

/** A definition in CUE, which is closed; `host` and `scheme` are known to webservices only. */
function probe(more: z.ZodRawShape) {
  return z.strictObject({
    exec: z.strictObject({ command: texts }).optional(),
    httpGet: z
      .strictObject({
        path: z.string(),
        port: z.int(),
        ...more,
        httpHeaders: z.array(z.strictObject({ name: z.string(), value: z.string() })).optional(),
      })
      .optional(),
    tcpSocket: z.strictObject({ port: z.int() }).optional(),
    initialDelaySeconds: z.int().optional(),
    periodSeconds: z.int().optional(),
    timeoutSeconds: z.int().optional(),
    successThreshold: z.int().optional(),
    failureThreshold: z.int().optional(),
  });
}

export const healthProbe = probe({});
export const webHealthProbe = probe({ host: z.string().optional(), scheme: z.string().optional() });

/** The probe with what holds where nobody says otherwise. */
export function withProbeDefaults(given: z.output<typeof webHealthProbe> | undefined): object | undefined {
  return given && { ...PROBE_DEFAULTS, ...given };
}

const PROBE_DEFAULTS = {
  initialDelaySeconds: fallback(0, Number.isInteger),
  periodSeconds: fallback(10, Number.isInteger),
  timeoutSeconds: fallback(1, Number.isInteger),
  successThreshold: fallback(1, Number.isInteger),
  failureThreshold: fallback(3, Number.isInteger),
};
