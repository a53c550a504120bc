import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../../../src/gtm/account/errors.ts';
import { type ApiRequest, readCall } from '../../../src/gtm/api/request.ts';
import { type Auth, Authenticator } from '../../../src/gtm/api/signature.ts';
import { KEY, Rig } from './rig.ts';
import { dateOf, type Signing, rpc as signedRpc, sorted } from './rpc.ts';
import { Sdk } from './sdk.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const MINUTE = 60_000;

/** A call signed as ACS3-HMAC-SHA256, by the documentation's own words. */
function acs3(parameters: Record<string, string>, signing: Signing = {}): ApiRequest {
  const { key = KEY.accessKeyId, secret = KEY.accessKeySecret, at = NOW, nonce = 'n1' } = signing;
  const hash = createHash('sha256').update('').digest('hex');
  const headers: Record<string, string> = {
    host: '127.0.0.1:5380',
    'x-acs-action': 'DescribeDnsGtmInstances',
    'x-acs-content-sha256': hash,
    'x-acs-date': dateOf(at),
    'x-acs-signature-nonce': nonce,
    'x-acs-version': '2015-01-09',
  };
  const names = Object.keys(headers).sort();
  const canonical = [
    'POST',
    '/',
    sorted(parameters),
    ...names.map(name => `${name}:${headers[name]}`),
    '',
    names.join(';'),
    hash,
  ].join('\n');
  const text = `ACS3-HMAC-SHA256\n${createHash('sha256').update(canonical).digest('hex')}`;
  const signature = createHmac('sha256', secret).update(text).digest('hex');
  const authorization = `ACS3-HMAC-SHA256 Credential=${key},SignedHeaders=${names.join(';')},Signature=${signature}`;
  const query = new URLSearchParams(parameters).toString().replaceAll('+', '%20');
  return { method: 'POST', url: `/?${query}`, headers: { ...headers, authorization }, body: Buffer.alloc(0) };
}

/** The same in the RPC style. */
function rpc(method: 'GET' | 'POST', parameters: Record<string, string>, signing: Signing = {}): ApiRequest {
  const call = { ...parameters, Action: 'DescribeDnsGtmInstances', Version: '2015-01-09' };
  return signedRpc(method, call, { at: NOW, ...signing });
}

class Gate {
  readonly #authenticator: Authenticator;

  constructor(auth: Auth = 'strict') {
    this.#authenticator = new Authenticator(auth, new Map([[KEY.accessKeyId, KEY.accessKeySecret]]));
  }

  /** The code that refuses a request; nothing when it may pass. */
  refuses(request: ApiRequest, now = NOW): string | undefined {
    try {
      this.#authenticator.check(request, readCall(request), now);
      return undefined;
    } catch (error) {
      if (error instanceof ApiError) return error.code;
      throw error;
    }
  }
}

const styles = [
  ['ACS3', (parameters: Record<string, string>, signing?: Signing) => acs3(parameters, signing)],
  ['RPC by GET', (parameters: Record<string, string>, signing?: Signing) => rpc('GET', parameters, signing)],
  [
    'RPC by POST',
    (parameters: Record<string, string>, signing?: Signing) => rpc('POST', parameters, signing),
  ],
] as const;

describe.each(styles)('%s, strictly', (_, make) => {
  test('a right signature passes, whatever is in the parameters', () => {
    expect(new Gate().refuses(make({ Keyword: "中文 *~!'()+&=/", Empty: '' }))).toBeUndefined();
  });

  test('one parameter name may be the beginning of another', () => {
    expect(
      new Gate().refuses(
        make({ Pool: 'EMPTY', 'Pool.1': 'a', 'Pool.1.Id': 'b', 'Pool.10': 'c', Pool1: 'd' }),
      ),
    ).toBeUndefined();
  });

  test('a wrong secret and an unknown key are refused', () => {
    expect(new Gate().refuses(make({}, { secret: 'other' }))).toBe('SignatureDoesNotMatch');
    expect(new Gate().refuses(make({}, { key: 'other' }))).toBe('InvalidAccessKeyId.NotFound');
  });

  test('a call that was changed on its way is refused', () => {
    const request = make({ Keyword: 'a' });
    const [url, body] = [request.url, request.body.toString()].map(text =>
      text.replace('Keyword=a', 'Keyword=b'),
    );
    expect(new Gate().refuses({ ...request, url: url ?? '', body: Buffer.from(body ?? '') })).toBe(
      'SignatureDoesNotMatch',
    );
  });

  test('a call is good for 15 minutes, and once', () => {
    const gate = new Gate();
    expect(gate.refuses(make({}, { nonce: 'old' }), NOW + 15 * MINUTE + 1000)).toBe(
      'InvalidTimeStamp.Expired',
    );
    expect(gate.refuses(make({}, { nonce: 'new' }), NOW - 15 * MINUTE - 1000)).toBe(
      'InvalidTimeStamp.Expired',
    );
    expect(gate.refuses(make({}), NOW + 15 * MINUTE)).toBeUndefined();
    expect(gate.refuses(make({}), NOW + 15 * MINUTE)).toBe('SignatureNonceUsed');
    expect(gate.refuses(make({}, { nonce: 'n2' }))).toBeUndefined();
  });

  test('a nonce of a refused call is not used up', () => {
    const gate = new Gate();
    gate.refuses(make({}, { secret: 'other' }));
    expect(gate.refuses(make({}))).toBeUndefined();
  });

  test('a date that is none is refused', () => {
    const request = make({});
    const changed = {
      ...request,
      url: request.url.replace(/Timestamp=[^&]+/, 'Timestamp=today'),
      body: Buffer.from(request.body.toString().replace(/Timestamp=[^&]+/, 'Timestamp=today')),
      headers: { ...request.headers, ...(request.headers['x-acs-date'] && { 'x-acs-date': 'today' }) },
    };
    expect(new Gate().refuses(changed)).toBe('InvalidTimeStamp.Format');
  });
});

test('an ACS3 signature must cover what makes the call what it is', () => {
  const request = acs3({});
  const authorization = request.headers['authorization']?.replace('x-acs-action;', '') ?? '';
  expect(new Gate().refuses({ ...request, headers: { ...request.headers, authorization } })).toBe(
    'SignatureDoesNotMatch',
  );
  expect(new Gate().refuses({ ...request, body: Buffer.from('x') })).toBe('SignatureDoesNotMatch');
});

test.each(['constructor', '__proto__', 'x-acs-nothing'])(
  'an ACS3 signature over a header that there is not, %s, is over an empty one',
  name => {
    const request = acs3({});
    const authorization =
      request.headers['authorization']?.replace('SignedHeaders=', `SignedHeaders=${name};`) ?? '';
    expect(new Gate().refuses({ ...request, headers: { ...request.headers, authorization } })).toBe(
      'SignatureDoesNotMatch',
    );
  },
);

describe('less strictly', () => {
  const unsigned: ApiRequest = {
    method: 'GET',
    url: '/?Action=A&Version=2015-01-09',
    headers: {},
    body: Buffer.alloc(0),
  };

  test('lenient takes any key and any age, but not none', () => {
    expect(new Gate('lenient').refuses(acs3({}, { key: 'any', at: 0 }))).toBeUndefined();
    expect(new Gate('lenient').refuses(rpc('POST', {}, { key: 'any', at: 0 }))).toBeUndefined();
    expect(new Gate('lenient').refuses(unsigned)).toBe('IncompleteSignature');
    expect(new Gate('strict').refuses(unsigned)).toBe('IncompleteSignature');
  });

  test('off asks for nothing', () => {
    expect(new Gate('off').refuses(unsigned)).toBeUndefined();
  });
});

describe('the official client', () => {
  test.each([
    ['its own way', {}],
    ['with RPC signatures', { signatureAlgorithm: 'v2' }],
  ] as const)('%s passes with the right secret only', async (_, algorithm) => {
    await using rig = await Rig.start();
    const sdk = (accessKeySecret: string) =>
      new Sdk({ ...KEY, accessKeySecret, endpoint: rig.serving.api, ...algorithm });
    expect(
      await sdk(KEY.accessKeySecret).call('DescribeDnsGtmInstances', { keyword: '北京 *~' }),
    ).toMatchObject({
      totalItems: 0,
    });
    const names = Array.from({ length: 12 }, (_, i) => `name-${i + 1}`);
    expect(await sdk(KEY.accessKeySecret).call('SearchCloudGtmAddresses', { names })).toMatchObject({
      totalItems: 0,
    });
    await expect(sdk('wrong').call('DescribeDnsGtmInstances')).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
      statusCode: 403,
    });
  });
});
