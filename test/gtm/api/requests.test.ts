import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import {
  json,
  oneOf,
  optional,
  readParameters,
  text,
  textList,
  unflatten,
  whole,
  word,
} from '../../../src/gtm/account/parameters.ts';
import { flatten } from '../../../src/gtm/seed.ts';
import { seededRandom } from '../../../src/runtime/random-seeded.ts';
import { Rig } from './rig.ts';

/** Parameters that are wrong, and what people read. */
const WRONG: readonly (readonly [z.ZodType, Record<string, string>, string])[] = [
  [z.object({ Name: text }), {}, 'The parameter Name is required and was not given.'],
  [z.object({ Name: text }), { Name: '' }, 'The parameter Name is required and was not given.'],
  [
    z.object({ Addr: z.array(z.object({ Addr: text })) }),
    { 'Addr.1.Addr': 'a', 'Addr.2.Mode': 'x' },
    'The parameter Addr.2.Addr is required and was not given.',
  ],
  [
    z.object({ Mode: word('AUTO', 'DEFAULT') }),
    { Mode: 'x' },
    'Mode is not valid: it must be one of AUTO, DEFAULT.',
  ],
  [
    z.object({ Interval: oneOf(15, 60) }),
    { Interval: '30' },
    'Interval is not valid: it must be one of 15, 60.',
  ],
  [z.object({ Ttl: whole(1, 10) }), { Ttl: '11' }, 'Ttl is not valid: it must be at most 10.'],
  [z.object({ Ttl: whole(1, 10) }), { Ttl: '1.5' }, 'Ttl is not valid: it must be a whole number.'],
  [z.object({ Ttl: whole(1, 10) }), {}, 'The parameter Ttl is required and was not given.'],
  [z.object({ Ttl: optional(whole(1)) }), { Ttl: '0' }, 'Ttl is not valid: it must be at least 1.'],
  [z.object({ Tasks: json(z.array(text)) }), { Tasks: '[' }, 'Tasks is not valid: it must be JSON.'],
  [z.object({ Lines: textList }), { Lines: '[1]' }, 'Lines is not valid: it must be a JSON list of texts.'],
];

describe('flattened parameters', () => {
  test('become lists in the order of their numbers, whatever order they came in', () => {
    expect(
      unflatten({ 'A.10.X': 'j', 'A.2.X': 'b', 'A.1.X': 'a', 'A.1.Y': 'y', B: 'b', 'N.1': '1' }),
    ).toEqual({
      A: [{ X: 'a', Y: 'y' }, { X: 'b' }, { X: 'j' }],
      B: 'b',
      N: ['1'],
    });
  });

  test('cannot reach what is not theirs', () => {
    unflatten({ '__proto__.polluted': 'yes', 'constructor.prototype.polluted': 'yes' });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('are what nested ones were', () => {
    const key = fc.stringMatching(/^[A-Z][a-z]{0,5}$/);
    const value = fc.string({ minLength: 1 });
    const object = fc.dictionary(key, value, { minKeys: 1, noNullPrototype: true });
    const nested = fc.dictionary(key, fc.oneof(value, fc.array(object, { minLength: 1, maxLength: 12 })), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(nested, one => {
        expect(unflatten(flatten(one))).toEqual(one);
      }),
    );
  });

  test.each(WRONG)('a wrong one is named as it was sent: %#', (schema, flat, message) => {
    expect(() => readParameters(schema, flat)).toThrow(message);
  });
});

interface Reply {
  readonly status: number;
  readonly body: string;
}

function send(
  endpoint: string,
  method: string,
  path: string,
  headers: Record<string, string>,
  body: Buffer,
): Promise<Reply> {
  const [host, port] = endpoint.split(':');
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host, port, method, path, headers }, response => {
      const chunks: Buffer[] = [];
      response.on('data', chunk => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** `make fuzz` sends ten times as many. */
const CALLS = process.env['FUZZ'] === 'full' ? 10_000 : 1000;

describe('requests', () => {
  test('malformed ones, with good ones in between: each gets JSON, and memory stays', async () => {
    await using rig = await Rig.start({ auth: 'off', account: 'DnsGtm: [{ InstanceId: gtm-cn-x }]\n' });
    const random = seededRandom(2015);
    const pieces = [
      'Action',
      'Version',
      '2015-01-09',
      '=',
      '&',
      '%',
      '%zz',
      '.',
      '1',
      '%00',
      'Addr.1.Addr',
      '{',
      '"',
      '中',
      '__proto__',
      'AddDnsGtmAddressPool',
      'x'.repeat(300),
    ];
    const junk = () =>
      Array.from({ length: random.below(12) }, () => pieces[random.below(pieces.length)]).join('');
    const good = 'Action=DescribeDnsGtmInstances&Version=2015-01-09';
    const one = async (i: number) => {
      if (i % 100 === 0) {
        const { status, body } = await send(rig.serving.api, 'GET', `/?${good}`, {}, Buffer.alloc(0));
        expect([status, JSON.parse(body).TotalItems]).toEqual([200, 1]);
        return;
      }
      const method = ['GET', 'POST', 'PUT', 'DELETE'][random.below(4)] ?? 'GET';
      const path = encodeURI(
        `/${random.chance(0.2) ? junk() : ''}?${random.chance(0.5) ? `${good}&` : ''}${junk()}`,
      ).replaceAll('%25', '%');
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      const { status, body } = await send(
        rig.serving.api,
        method,
        path,
        random.chance(0.5) ? form : {},
        Buffer.from(junk()),
      );
      expect(status).toBeLessThan(500);
      expect(JSON.parse(body)).toBeTypeOf('object');
    };
    const batch = async (from: number, to: number) => {
      for (let i = from; i < to; i += 20) await Promise.all(Array.from({ length: 20 }, (_, k) => one(i + k)));
    };
    await batch(0, CALLS / 5);
    const { gc } = globalThis;
    gc?.();
    const before = process.memoryUsage().heapUsed;
    await batch(CALLS / 5, CALLS);
    // Without the collector at hand, as outside `make fuzz`, garbage could not be told from growth.
    gc?.();
    if (gc !== undefined) expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
    expect(rig.told.filter(message => message.includes('a bug'))).toEqual([]);
  }, 120_000);

  test('what is no HTTP gets 400, and what is too long 413', async () => {
    await using rig = await Rig.start();
    const [host, port] = rig.serving.api.split(':');
    const answer = await new Promise<string>(resolve => {
      const socket = connect(Number(port), host);
      let text = '';
      socket.on('data', chunk => {
        text += chunk;
      });
      socket.on('close', () => resolve(text));
      socket.write('\x16\x03\x01 this is TLS\r\n\r\n');
    });
    expect(answer).toMatch(/^HTTP\/1.1 400 [\s\S]*\{"Code":"InvalidRequest"/);
    const long = Buffer.alloc(1024 * 1024 + 1, 'a');
    expect(await send(rig.serving.api, 'POST', '/', {}, long)).toMatchObject({ status: 413 });
  });

  test.each([
    ['/?Action=DescribeDnsGtmInstances', 400, 'MissingParameter'],
    ['/?Version=2015-01-09', 400, 'MissingParameter'],
    ['/?Action=DescribeDnsGtmInstances&Version=2014-01-01', 400, 'NoSuchVersion'],
    ['/?Action=DescribeNothing&Version=2015-01-09', 404, 'InvalidApi.NotFound'],
    ['/elsewhere?Action=DescribeDnsGtmInstances&Version=2015-01-09', 404, 'InvalidApi.NotFound'],
  ])('%s: %d %s', async (path, status, code) => {
    await using rig = await Rig.start({ auth: 'off' });
    const reply = await send(rig.serving.api, 'GET', path, {}, Buffer.alloc(0));
    expect(reply.status).toBe(status);
    expect(JSON.parse(reply.body)).toMatchObject({
      Code: code,
      HostId: 'alidns.aliyuncs.com',
      Message: expect.stringMatching(/\.$/),
      Recommend: expect.stringContaining('https://'),
      RequestId: expect.stringMatching(/^[0-9A-F-]{36}$/),
    });
  });

  test('the admin endpoint shows what the console would', async () => {
    await using rig = await Rig.start({ account: 'DnsGtm: [{ InstanceId: gtm-cn-x }]\n' });
    const get = async (path: string) => {
      const { status, body } = await send(rig.serving.api, 'GET', path, {}, Buffer.alloc(0));
      return { status, body: JSON.parse(body) };
    };
    expect(await get('/admin/status')).toMatchObject({ status: 200, body: { strategies: [], alerts: [] } });
    expect(await get('/admin/alerts')).toMatchObject({ status: 200, body: { alerts: [] } });
    for (const path of ['/admin/', '/admin/nothing', '/admin/%73tatus', '//', '//a:b:c/admin/status'])
      expect(await get(path)).toMatchObject({ status: 404 });
    expect((await send(rig.serving.api, 'HEAD', '/admin/status', {}, Buffer.alloc(0))).status).toBe(200);
    expect((await send(rig.serving.api, 'POST', '/admin/status', {}, Buffer.alloc(0))).status).toBe(405);
  });

  test("an instance is bought as Terraform's provider does it, by BssOpenApi", async () => {
    await using rig = await Rig.start({ auth: 'off' });
    const get = async (query: string) => {
      const { status, body } = await send(rig.serving.api, 'GET', `/?${query}`, {}, Buffer.alloc(0));
      return { status, body: JSON.parse(body) };
    };
    const edition = 'Parameter.1.Code=PackageEdition&Parameter.1.Value=standard';
    const product = 'ProductCode=dns&ProductType=dns_gtm_public_cn&SubscriptionType=Subscription&Period=1';
    const bought = await get(`Action=CreateInstance&Version=2017-12-14&${product}&${edition}`);
    expect(bought).toMatchObject({ status: 200, body: { Code: 'Success', Success: true } });
    const { InstanceId } = bought.body.Data;
    expect(InstanceId).toMatch(/^gtm-cn-[a-z0-9]{11}$/);
    const move = `Action=MoveGtmResourceGroup&Version=2015-01-09&ResourceId=${InstanceId}&NewResourceGroupId=rg-1`;
    expect((await get(move)).status).toBe(200);
    const described = await get(`Action=DescribeDnsGtmInstance&Version=2015-01-09&InstanceId=${InstanceId}`);
    expect(described.body).toMatchObject({ VersionCode: 'standard', ResourceGroupId: 'rg-1' });
    expect((await get('Action=CreateInstance&Version=2017-12-14&ProductType=ecs')).body.Code).toBe(
      'InvalidParameter',
    );
  });
});
