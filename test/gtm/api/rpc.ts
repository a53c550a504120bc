import { createHmac } from 'node:crypto';
import type { ApiRequest } from '../../../src/gtm/api/request.ts';
import { KEY } from './rig.ts';

/* Calls in the RPC style, signed by the documentation's own words. */

const rfc3986 = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
export const sorted = (pairs: Record<string, string>) =>
  Object.keys(pairs)
    .sort()
    .map(name => `${rfc3986(name)}=${rfc3986(pairs[name] ?? '')}`)
    .join('&');
export const dateOf = (at: number) => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');

export interface Signing {
  readonly key?: string;
  readonly secret?: string;
  readonly at?: number;
  readonly nonce?: string;
}

/** A call signed with HMAC-SHA1, with its parameters (its Action and Version too) in the query or in the body. */
export function rpc(
  method: 'GET' | 'POST',
  parameters: Record<string, string>,
  { key = KEY.accessKeyId, secret = KEY.accessKeySecret, at = Date.now(), nonce = 'n1' }: Signing = {},
): ApiRequest {
  const all: Record<string, string> = {
    ...parameters,
    Format: 'JSON',
    AccessKeyId: key,
    SignatureMethod: 'HMAC-SHA1',
    SignatureVersion: '1.0',
    SignatureNonce: nonce,
    Timestamp: dateOf(at),
  };
  const text = `${method}&%2F&${rfc3986(sorted(all))}`;
  const Signature = createHmac('sha1', `${secret}&`).update(text).digest('base64');
  const pairs = new URLSearchParams({ ...all, Signature }).toString();
  if (method === 'GET')
    return { method, url: `/?${pairs.replaceAll('+', '%20')}`, headers: {}, body: Buffer.alloc(0) };
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return { method, url: '/', headers, body: Buffer.from(pairs) };
}
