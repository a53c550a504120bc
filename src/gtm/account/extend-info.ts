import * as z from 'zod';
import { requestPath } from '../config.ts';
import { ApiError, invalid } from './errors.ts';
import { oneOf, optional, truth, whole } from './parameters.ts';

/*
 * The JSON text that says how a protocol is checked: `MonitorExtendInfo` of 2.0, `ExtendInfo` of 3.0. Samples in the
 * documentation have further keys: they are ignored.
 */

const port = optional(whole(1, 65_535));
const failureRate = optional(oneOf(20, 50, 80, 100));
const http = z.object({
  port,
  host: optional(
    z
      .string()
      .max(253)
      .regex(/^[\x21-\x7e]*$/, 'must be ASCII without spaces: write the name in Punycode'),
  ),
  path: optional(requestPath),
  code: optional(oneOf(200, 400, 500)),
  failureRate,
  sni: optional(truth),
  followRedirect: optional(truth),
});
const tcp = z.object({ port, failureRate });
const ping = z.object({
  packetNum: optional(oneOf(5, 10, 15, 20, 50, 100)),
  packetLossRate: optional(oneOf(10, 30, 40, 50, 80, 90, 100)),
  failureRate,
});
const schemas = { http, https: http, tcp, ping };

export interface ExtendInfo {
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  readonly path?: string | undefined;
  readonly code?: number | undefined;
  readonly failureRate?: number | undefined;
  readonly sni?: boolean | undefined;
  /** Of 3.0. */
  readonly followRedirect?: boolean | undefined;
  readonly packetNum?: number | undefined;
  readonly packetLossRate?: number | undefined;
}

/** @throws ApiError InvalidParameter when the text is no JSON object, or a value is none of the documented ones. */
export function readExtendInfo(
  protocol: 'HTTP' | 'HTTPS' | 'TCP' | 'PING' | 'http' | 'https' | 'tcp' | 'ping',
  text: string,
  parameter: string,
): ExtendInfo {
  let value: unknown;
  try {
    value = text === '' ? {} : JSON.parse(text);
  } catch {
    throw invalid(parameter, 'it must be a JSON object as a text');
  }
  const schema = schemas[protocol.toLowerCase() as keyof typeof schemas];
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const key = issue?.path.join('.') ?? '';
  if (key === '') throw invalid(parameter, 'it must be a JSON object as a text');
  throw new ApiError(
    'InvalidParameter',
    `The parameter ${parameter} is not valid: ${key} ${issue?.message}.`,
  );
}
