import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { own } from '../../kube/json.ts';
import { ApiError } from '../account/errors.ts';
import type { Flat } from '../account/parameters.ts';
import type { ApiCall, ApiRequest } from './request.ts';

/**
 * How much a call's signature counts. `off`: it is not looked at. `lenient`: there must be one, of any key. `strict`: it
 * must be right, of a known key, recent, and never used before.
 */
export type Auth = 'strict' | 'lenient' | 'off';

/** How old a call may be, and how far ahead of our clock; the cloud's older text says 15 minutes, its newer one 31. */
const WINDOW_MS = 15 * 60_000;
const ACS3 = 'ACS3-HMAC-SHA256';

interface Signed {
  readonly key: string;
  readonly date: string;
  readonly nonce: string;
  readonly signature: string;
  /** What the signature must be, by the key's secret. */
  expected(secret: string): string;
}

export class Authenticator {
  /** By access key id. Others may take their place at any time. */
  secrets: ReadonlyMap<string, string>;
  readonly #auth: Auth;
  /** Nonces that were used, with the time after which their calls are expired anyway. */
  readonly #nonces = new Map<string, number>();

  constructor(auth: Auth, secrets: ReadonlyMap<string, string>) {
    this.#auth = auth;
    this.secrets = secrets;
  }

  /** @param now Milliseconds since 1970. @throws ApiError when the call must not be answered. */
  check(request: ApiRequest, call: ApiCall, now: number): void {
    if (this.#auth === 'off') return;
    const signed = call.style === 'acs3' ? acs3(request, call) : rpc(request, call);
    if (this.#auth === 'lenient') return;
    const secret = this.secrets.get(signed.key);
    if (secret === undefined)
      throw new ApiError('InvalidAccessKeyId.NotFound', `There is no access key "${signed.key}".`, 404);
    checkDate(signed.date, now);
    if (!isSame(signed.signature, signed.expected(secret)))
      throw new ApiError('SignatureDoesNotMatch', 'The signature is not the one that the secret gives.', 403);
    this.#use(`${signed.key} ${signed.nonce}`, now);
  }

  #use(nonce: string, now: number): void {
    for (const [used, until] of this.#nonces) {
      if (until > now) break;
      this.#nonces.delete(used);
    }
    if (this.#nonces.has(nonce))
      throw new ApiError('SignatureNonceUsed', 'The signature nonce was used before.');
    this.#nonces.set(nonce, now + 2 * WINDOW_MS);
  }
}

function acs3(request: ApiRequest, call: ApiCall): Signed {
  const { headers } = request;
  const { authorization = '' } = headers;
  const [, key, names, signature] =
    /^ACS3-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/i.exec(
      authorization,
    ) ?? [];
  const { 'x-acs-date': date = '', 'x-acs-signature-nonce': nonce = '' } = headers;
  if (key === undefined || names === undefined || signature === undefined || nonce === '')
    throw incomplete(
      `an Authorization header of ${ACS3} with Credential, SignedHeaders and Signature, and x-acs-signature-nonce`,
    );
  return { key, date, nonce, signature, expected: secret => acs3Signature(request, call, names, secret) };
}

/** Of the client's own choice of headers: clients do not all sign the same. */
function acs3Signature(
  { method, headers, body }: ApiRequest,
  { query }: ApiCall,
  names: string,
  secret: string,
): string {
  const hash = sha256(body);
  const claimed = headers['x-acs-content-sha256'];
  const signed = names.toLowerCase().split(';');
  // What the signature does not cover could be changed on the way.
  const isCovered = ['x-acs-action', 'x-acs-date', 'x-acs-signature-nonce'].every(name =>
    signed.includes(name),
  );
  if ((claimed !== undefined && claimed !== hash) || !isCovered) return '';
  // Clients may name whatever they like, `constructor` too.
  const lines = signed.map(name => `${name}:${String(own(headers, name) ?? '').trim()}\n`).join('');
  const canonical = [method, '/', canonicalQuery(query), lines, names, hash].join('\n');
  return createHmac('sha256', secret)
    .update(`${ACS3}\n${sha256(canonical)}`)
    .digest('hex');
}

function rpc(request: ApiRequest, { all }: ApiCall): Signed {
  const { AccessKeyId: key, Timestamp: date = '', SignatureNonce: nonce = '', Signature: signature } = all;
  if (!key || !nonce || !signature)
    throw incomplete('the parameters AccessKeyId, SignatureNonce and Signature');
  const { SignatureMethod = 'HMAC-SHA1', SignatureVersion = '1.0' } = all;
  if (SignatureMethod !== 'HMAC-SHA1' || SignatureVersion !== '1.0')
    throw new ApiError('InvalidParameter', 'Of RPC signatures, HMAC-SHA1 of version 1.0 is known.');
  return { key, date, nonce, signature, expected: secret => rpcSignature(request.method, all, secret) };
}

function rpcSignature(method: string, all: Flat, secret: string): string {
  const { Signature: _, ...signed } = all;
  const text = `${method}&%2F&${encode(canonicalQuery(signed))}`;
  return createHmac('sha1', `${secret}&`).update(text).digest('base64');
}

/** In the order of the names alone: `A.1=`, `A.1.Id=`, `A.10=`, where `=` would come after `.` and digits. */
function canonicalQuery(pairs: Flat): string {
  return Object.keys(pairs)
    .sort()
    .map(name => `${encode(name)}=${encode(pairs[name] ?? '')}`)
    .join('&');
}

/** As RFC 3986 has it: more than encodeURIComponent encodes. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function checkDate(date: string, now: number): void {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(date) ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(at))
    throw new ApiError(
      'InvalidTimeStamp.Format',
      'The time of the call must look like 2026-11-24T15:59:06Z.',
    );
  if (Math.abs(now - at) > WINDOW_MS)
    throw new ApiError(
      'InvalidTimeStamp.Expired',
      'The call was signed more than 15 minutes ago, or is to be.',
    );
}

function incomplete(what: string): ApiError {
  return new ApiError('IncompleteSignature', `The call is not signed: it needs ${what}.`);
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
