import * as z from 'zod';
import { decode } from '../../model.ts';
import { Each, fallback } from '../unify.ts';
import { withPodSpec } from './pod-template.ts';
import type { TraitDefinition } from './trait.ts';

const scheme = z.enum(['HTTP', 'HTTPS']);
const port = z.int().min(1).max(65535);
const handler = z.strictObject({
  exec: z.strictObject({ command: z.array(z.string()).default([]) }).optional(),
  httpGet: z
    .strictObject({
      path: z.string().optional(),
      port,
      host: z.string().optional(),
      scheme: scheme.optional(),
      httpHeaders: z.array(z.strictObject({ name: z.string(), value: z.string() })).optional(),
    })
    .optional(),
  tcpSocket: z.strictObject({ port, host: z.string().optional() }).optional(),
});
const schema = z.object({ postStart: handler.optional(), preStop: handler.optional() });

const SCHEME = fallback('HTTP', other => scheme.safeParse(other).success);

/** What every container does after it has started and before it stops; also one that a later trait adds. */
export const lifecycle: TraitDefinition = {
  lasts: true,

  apply(workload, properties) {
    const { postStart, preStop } = decode(schema, properties ?? {}, 'lifecycle');
    const handlers = { postStart: withScheme(postStart), preStop: withScheme(preStop) };
    return withPodSpec(workload, { containers: new Each({ lifecycle: handlers }) });
  },
};

function withScheme(given: z.output<typeof handler> | undefined): object | undefined {
  return given?.httpGet ? { ...given, httpGet: { scheme: SCHEME, ...given.httpGet } } : given;
}
