import { execFile, execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { type DecodedPacket, decode, encode, type Packet } from 'dns-packet';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DnsServer, serveDns } from '../../../src/gtm/dns/server-real.ts';
import { type Authority, type Question, TYPE } from '../../../src/gtm/dns/types.ts';
import { type Host, Zones } from '../../../src/gtm/dns/zones.ts';
import { seededRandom } from '../../../src/runtime/random-seeded.ts';

const HOST = '127.0.0.1';
const WEB = ['192.0.2.2', '192.0.2.1', '192.0.2.3'];
const MANY = Array.from({ length: 40 }, (_, i) => `198.51.100.${i}`);

let server: DnsServer;
let asked: Question[];
let errors: unknown[];

function hostOf(data: readonly string[], ttl: number, type: 'A' | 'CNAME' = 'A'): Host {
  return {
    answer: question =>
      type === 'CNAME' || question.type === TYPE.A || question.type === TYPE.ANY
        ? { type, ttl, data, scope: question.client ? 24 : 0 }
        : undefined,
  };
}

const zones = new Zones(
  [{ apex: 'example.test', negativeTtl: 10, nameServer: '192.0.2.53' }],
  new Map([
    ['www.example.test', hostOf(WEB, 60)],
    ['alias.example.test', hostOf(['www.example.test'], 60, 'CNAME')],
    ['loop.example.test', hostOf(['loop.example.test'], 60, 'CNAME')],
    ['to.example.test', hostOf(['fro.example.test'], 60, 'CNAME')],
    ['fro.example.test', hostOf(['to.example.test'], 60, 'CNAME')],
    ['away.example.test', hostOf(['www.example.org'], 60, 'CNAME')],
    ['dangling.example.test', hostOf(['nosuch.example.test'], 60, 'CNAME')],
    ['many.gtm.example.test', hostOf(MANY, 5)],
    [
      'broken.example.test',
      {
        answer() {
          throw new Error('a mistake');
        },
      },
    ],
  ]),
);

const authority: Authority = {
  find(question) {
    // A million would be memory of the test's own.
    if (asked.length < 100_000) asked.push(question);
    return zones.find(question);
  },
};

beforeEach(async () => {
  asked = [];
  errors = [];
  server = await serveDns({ host: HOST, port: 0, onError: error => errors.push(error) }, authority);
});

afterEach(() => server.stop());

const portOf = ({ address }: DnsServer) => Number(address.split(':')[1]);

/** What comes back over UDP, if it comes in time. */
async function overUdp(packet: Buffer, timeoutMs = 2000): Promise<Buffer | undefined> {
  const socket = createSocket('udp4');
  try {
    // Connected, so that a refusal shows as an error.
    socket.connect(portOf(server), HOST);
    await once(socket, 'connect');
    socket.send(packet);
    const [message] = await once(socket, 'message', { signal: AbortSignal.timeout(timeoutMs) });
    return message;
  } catch (error) {
    if ((error as Error).name === 'AbortError') return undefined;
    throw error;
  } finally {
    socket.close();
  }
}

/** A connection, and its answers one by one. */
async function overTcp(): Promise<{ socket: Socket; next(): Promise<Buffer> }> {
  const socket = connect(portOf(server), HOST);
  await once(socket, 'connect');
  let received = Buffer.alloc(0);
  return {
    socket,
    async next() {
      for (;;) {
        const end = received.length < 2 ? Number.POSITIVE_INFINITY : 2 + received.readUInt16BE(0);
        if (received.length >= end) {
          const message = received.subarray(2, end);
          received = received.subarray(end);
          return message;
        }
        const [chunk] = await once(socket, 'data', { signal: AbortSignal.timeout(2000) });
        received = Buffer.concat([received, chunk]);
      }
    },
  };
}

function framed(packet: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(packet.length);
  return Buffer.concat([length, packet]);
}

const query = (name: string, type: string = 'A', more: Packet = {}) =>
  encode({ type: 'query', id: 4711, questions: [{ name, type: type as 'A' }], ...more });

const opt = (more: object = {}): Packet => ({
  additionals: [
    {
      name: '.',
      type: 'OPT',
      udpPayloadSize: 4096,
      extendedRcode: 0,
      ednsVersion: 0,
      flags: 0,
      flag_do: false,
      options: [],
      ...more,
    },
  ],
});

/** Its OPT record belongs to the name that is asked for, not to the root. */
function withNamedOpt(): Buffer {
  const packet = query('www.example.test', 'A', opt());
  const end = packet.length - 11;
  return Buffer.concat([packet.subarray(0, end), Buffer.of(0xc0, 12), packet.subarray(end + 1)]);
}

/** The last option of its OPT record is a byte longer than the record. */
function cutOff(packet: Buffer): Buffer {
  const length = packet.length - 9;
  return patched(packet, length, packet.readUInt16BE(length) + 1);
}

interface Answer extends DecodedPacket {
  readonly rcode: string;
  readonly opcode: string;
}

async function ask(name: string, type?: string, more?: Packet): Promise<Answer> {
  const message = await overUdp(query(name, type, more));
  if (message === undefined) throw new Error('no answer');
  return decode(message) as Answer;
}

/** Sets 16 bits of the header. */
function patched(packet: Buffer, offset: number, value: number): Buffer {
  packet.writeUInt16BE(value, offset);
  return packet;
}

const SOA = (ttl: number, minimum = 10) => [
  {
    name: 'example.test',
    type: 'SOA',
    class: 'IN',
    flush: false,
    ttl,
    data: {
      mname: 'ns.example.test',
      rname: 'hostmaster.example.test',
      serial: 1,
      refresh: 3600,
      retry: 600,
      expire: 86_400,
      minimum,
    },
  },
];

const data = ({ answers }: Packet) => answers?.map(one => (one as { data: unknown }).data);

describe('a question of type A', () => {
  test('is answered with authority, in the order that was given, with one TTL', async () => {
    const response = await ask('www.example.test');
    expect(response).toMatchObject({
      id: 4711,
      rcode: 'NOERROR',
      flag_qr: true,
      flag_aa: true,
      flag_tc: false,
    });
    expect(response).toMatchObject({ flag_ra: false, flag_rd: false, authorities: [], additionals: [] });
    expect(data(response)).toEqual(WEB);
    for (const one of response.answers ?? [])
      expect(one).toMatchObject({ name: 'www.example.test', ttl: 60 });
  });

  test('reaches the lookup in lower case with where it came from', async () => {
    await ask('WWW.example.TEST');
    expect(asked).toEqual([{ from: HOST, name: 'www.example.test', type: TYPE.A }]);
  });

  test('comes back byte for byte', async () => {
    const packet = query('wWw.ExAmPlE.tEsT');
    const response = (await overUdp(packet)) as Buffer;
    expect(response.subarray(12, packet.length)).toEqual(packet.subarray(12));
    expect(data(decode(response))).toEqual(WEB);
  });

  test('is told from one whose label holds a dot', async () => {
    const packet = query('www.example.test');
    // www.example becomes one label.
    packet[12] = 11;
    packet[16] = '.'.charCodeAt(0);
    expect(decode((await overUdp(packet)) as Buffer)).toMatchObject({ rcode: 'REFUSED' });
    expect(asked.at(-1)?.name).toBe('www\\046example.test');
  });

  test('that desires recursion is told that there is none', async () => {
    expect(await ask('www.example.test', 'A', { flags: 0x0100 })).toMatchObject({
      flag_rd: true,
      flag_ra: false,
    });
  });

  test('gets SERVFAIL when the lookup fails', async () => {
    expect(await ask('broken.example.test')).toMatchObject({
      rcode: 'SERVFAIL',
      flag_aa: false,
      authorities: [],
    });
    expect(errors).toEqual([new Error('a mistake')]);
  });
});

describe('there are no records', () => {
  test.each([
    ['for other types at a name', 'www.example.test', 'AAAA', 'NOERROR'],
    ['for a type that nobody knows', 'www.example.test', 'UNKNOWN_65280', 'NOERROR'],
    ['at a name above others', 'gtm.example.test', 'A', 'NOERROR'],
    ['at the apex', 'example.test', 'A', 'NOERROR'],
    ['at a name that does not exist', 'nosuch.example.test', 'A', 'NXDOMAIN'],
    ['at one of any type', 'a.b.c.nosuch.example.test', 'TXT', 'NXDOMAIN'],
  ])('%s: %s %s', async (_, name, type, rcode) => {
    const packet = type.startsWith('UNKNOWN') ? query(name, 'A') : query(name, type);
    if (type.startsWith('UNKNOWN')) packet.writeUInt16BE(65_280, packet.length - 4);
    const response = decode((await overUdp(packet)) as Buffer);
    expect(response).toMatchObject({ rcode, flag_aa: true, answers: [] });
    expect(response.authorities).toEqual(SOA(10));
  });

  test('outside the zone, nor authority', async () => {
    for (const name of ['example.org', 'test', '.', 'wwwexample.test'])
      expect(await ask(name)).toMatchObject({
        rcode: 'REFUSED',
        flag_aa: false,
        answers: [],
        authorities: [],
      });
  });
});

describe('an alias', () => {
  test.each(['A', 'a', 'AAAA', 'CNAME'])('is answered together with its target: %s', async type => {
    const response = await ask('alias.example.test', type);
    const target = type.toUpperCase() === 'A' ? WEB : [];
    expect(data(response)).toEqual(['www.example.test', ...target]);
    expect(response.authorities).toEqual(type === 'AAAA' ? SOA(10) : []);
  });

  test('of a name elsewhere is all that there is to say', async () => {
    const response = await ask('away.example.test');
    expect(response).toMatchObject({ rcode: 'NOERROR', flag_aa: true, authorities: [] });
    expect(data(response)).toEqual(['www.example.org']);
  });

  test('of a name that does not exist does not exist (RFC 2308 §2.1)', async () => {
    const response = await ask('dangling.example.test');
    expect(response).toMatchObject({ rcode: 'NXDOMAIN', authorities: SOA(10) });
    expect(data(response)).toEqual(['nosuch.example.test']);
  });

  test.each([
    ['itself', 'loop.example.test', ['loop.example.test']],
    ['one that leads back', 'to.example.test', ['fro.example.test', 'to.example.test']],
  ])('of %s ends where it would begin again: no record comes twice', async (_, name, targets) => {
    const response = await ask(name);
    expect(response).toMatchObject({ rcode: 'NOERROR', authorities: [] });
    expect(data(response)).toEqual(targets);
  });
});

describe('other questions', () => {
  test('SOA at the apex has an answer', async () => {
    const response = await ask('example.test', 'SOA');
    expect(response.answers).toEqual(SOA(3600));
    expect(response.authorities).toEqual([]);
  });

  test('NS at the apex names the name server, with its address', async () => {
    const response = await ask('example.test', 'NS');
    expect(data(response)).toEqual(['ns.example.test']);
    expect(response.additionals).toMatchObject([{ name: 'ns.example.test', type: 'A', data: '192.0.2.53' }]);
    expect(data(await ask('ns.example.test'))).toEqual(['192.0.2.53']);
  });

  test('ANY gets one RRset', async () => {
    expect(data(await ask('www.example.test', 'ANY'))).toEqual(WEB);
    expect(data(await ask('alias.example.test', 'ANY'))).toEqual(['www.example.test']);
    expect((await ask('example.test', 'ANY')).answers).toEqual(SOA(3600));
  });

  test('transfers and other classes are refused', async () => {
    for (const type of ['AXFR', 'IXFR'])
      expect(await ask('example.test', type)).toMatchObject({ rcode: 'REFUSED', answers: [] });
    const chaos = query('www.example.test');
    expect(decode((await overUdp(patched(chaos, chaos.length - 2, 3))) as Buffer)).toMatchObject({
      rcode: 'REFUSED',
    });
  });

  test('other operations are not implemented', async () => {
    const status = patched(query('www.example.test'), 2, 2 << 11);
    expect(decode((await overUdp(status)) as Buffer)).toMatchObject({ rcode: 'NOTIMP', opcode: 'STATUS' });
  });

  test.each([
    ['no question', patched(query('www.example.test'), 4, 0)],
    ['two questions', encode({ questions: [...'ab'].map(name => ({ name, type: 'A' as const })) })],
    ['an unfinished name', query('www.example.test').subarray(0, 20)],
    ['an unfinished question', query('www.example.test').subarray(0, -1)],
    ['more than it says', Buffer.concat([query('www.example.test'), Buffer.of(0)])],
    ['less than it says', patched(query('www.example.test'), 10, 1)],
    [
      'two OPT records',
      query('a.', 'A', { additionals: [opt(), opt()].flatMap(one => one.additionals ?? []) }),
    ],
    ['an OPT record with a name', withNamedOpt()],
    ['a label too long', query(`${'a'.repeat(64)}.example.test`)],
    ['a name too long', query(`${`${'a'.repeat(60)}.`.repeat(5)}example.test`)],
    ['a name that points into itself', patched(query('www.example.test'), 12, 0xc00c)],
  ])('%s is a format error', async (_, packet) => {
    const response = (await overUdp(packet)) as Buffer;
    expect(response.readUInt16BE(2) & 0x840f).toBe(0x8001);
    expect(response.subarray(0, 2)).toEqual(packet.subarray(0, 2));
    expect(response.readUInt16BE(6)).toBe(0);
  });

  test('answers, and what is shorter than a header, get none', async () => {
    const socket = createSocket('udp4');
    const heard: Buffer[] = [];
    socket.on('message', message => heard.push(message));
    for (const packet of [
      encode({ type: 'response', questions: [{ name: 'www.example.test', type: 'A' }] }),
      query('www.example.test').subarray(0, 11),
      Buffer.alloc(0),
      // The last gets one, which shows that the others were heard.
      query('www.example.test'),
    ])
      socket.send(packet, portOf(server), HOST);
    await expect.poll(() => heard.length).toBe(1);
    socket.close();
    expect(data(decode(heard[0] as Buffer))).toEqual(WEB);
  });
});

describe('EDNS', () => {
  test('is answered with EDNS, version 0, and the size that we take', async () => {
    for (const [name, rcode] of [
      ['www.example.test', 'NOERROR'],
      ['nosuch.example.test', 'NXDOMAIN'],
      ['example.org', 'REFUSED'],
    ] as const) {
      const response = await ask(name, 'A', opt());
      expect(response).toMatchObject({
        rcode,
        additionals: [{ type: 'OPT', name: '.', udpPayloadSize: 1232 }],
      });
      expect(response.additionals).toMatchObject([
        { ednsVersion: 0, extendedRcode: 0, flags: 0, options: [] },
      ]);
    }
  });

  test('keeps DO, and no other flag', async () => {
    expect(await ask('www.example.test', 'A', opt({ flags: 0xffff }))).toMatchObject({
      additionals: [{ flags: 0x8000 }],
    });
  });

  test('of a later version is not understood', async () => {
    const response = await ask('www.example.test', 'A', opt({ ednsVersion: 1 }));
    expect(response).toMatchObject({ rcode: 'NOERROR', answers: [] });
    expect(response.additionals).toMatchObject([{ extendedRcode: 1, ednsVersion: 0 }]);
  });

  /** Option 8: family, source and scope prefix length, address. */
  const subnet = (...bytes: number[]) => opt({ options: [{ code: 8, data: Buffer.from(bytes) }] });

  test('tells of the client, and hears how much of it mattered', async () => {
    const response = await ask('www.example.test', 'A', subnet(0, 1, 24, 0, 192, 0, 2));
    expect(asked[0]?.client).toEqual({ bytes: Uint8Array.of(192, 0, 2, 0), prefix: 24 });
    const data = Buffer.of(0, 1, 24, 24, 192, 0, 2);
    expect(response).toMatchObject({ additionals: [{ options: [{ code: 8, data }] }] });
  });

  test.each([
    ['the whole Internet', [0, 1, 0, 0]],
    ['the whole Internet of IPv6', [0, 2, 0, 0]],
    ['nobody in no family', [0, 0, 0, 0]],
  ])('tells of no client: %s', async (_, bytes) => {
    const response = await ask('www.example.test', 'A', subnet(...bytes));
    expect(response).toMatchObject({ rcode: 'NOERROR', additionals: [{ options: [{ code: 8 }] }] });
    expect(asked[0]).not.toHaveProperty('client');
  });

  test.each([
    ['a scope in a question', [0, 1, 24, 1, 192, 0, 2]],
    ['bits beyond the prefix', [0, 1, 23, 0, 192, 0, 3]],
    ['too short an address', [0, 1, 24, 0, 192, 0]],
    ['too long an address', [0, 1, 24, 0, 192, 0, 2, 0]],
    ['a prefix longer than addresses are', [0, 1, 33, 0, 192, 0, 2, 1, 0]],
    ['a family that nobody knows', [0, 9, 0, 0]],
    ['half an option', [0, 1, 24]],
  ])('tells of a client wrongly: %s', async (_, bytes) => {
    expect(await ask('www.example.test', 'A', subnet(...bytes))).toMatchObject({
      rcode: 'FORMERR',
      additionals: [{ type: 'OPT', udpPayloadSize: 1232, options: [] }],
    });
  });

  const [record] = opt().additionals ?? [];
  const twice: Packet = { additionals: [record, record].flatMap(one => one ?? []) };

  test.each([
    ['beside another one', query('www.example.test', 'A', twice), 'FORMERR'],
    [
      'before bytes of nothing',
      Buffer.concat([query('www.example.test', 'A', opt()), Buffer.of(0)]),
      'FORMERR',
    ],
    [
      'whose option is cut off',
      cutOff(query('www.example.test', 'A', subnet(0, 1, 24, 0, 192, 0, 2))),
      'FORMERR',
    ],
    ['without a question', query('', 'A', { ...opt(), questions: [] }), 'FORMERR'],
    ['of another operation', patched(query('www.example.test', 'A', opt()), 2, 2 << 11), 'NOTIMP'],
  ])('is answered with EDNS in errors too: %s', async (_, packet, rcode) => {
    expect(decode((await overUdp(packet)) as Buffer)).toMatchObject({
      rcode,
      answers: [],
      additionals: [{ type: 'OPT', name: '.', udpPayloadSize: 1232, options: [] }],
    });
  });

  test('may carry options that nobody knows', async () => {
    const options = [{ code: 65_001, data: Buffer.from('x') }];
    expect(data(await ask('www.example.test', 'A', opt({ options })))).toEqual(WEB);
  });
});

describe('what is too long for UDP', () => {
  test.each([
    ['without EDNS', {}, true],
    ['for 512 bytes', opt({ udpPayloadSize: 512 }), true],
    ['for less, which counts as 512', opt({ udpPayloadSize: 100 }), true],
    ['for a byte less than it needs', opt({ udpPayloadSize: 689 }), true],
    ['for just what it needs', opt({ udpPayloadSize: 690 }), false],
  ])('%s is truncated: %s', async (_, more, truncated) => {
    const message = (await overUdp(query('many.gtm.example.test', 'A', more))) as Buffer;
    const response = decode(message);
    expect(response).toMatchObject({ flag_tc: truncated, flag_aa: true, rcode: 'NOERROR' });
    expect(data(response)).toEqual(truncated ? [] : MANY);
    expect(response.additionals).toHaveLength('additionals' in more ? 1 : 0);
  });

  test('comes over TCP', async () => {
    const { socket, next } = await overTcp();
    socket.write(framed(query('many.gtm.example.test')));
    expect(data(decode(await next()))).toEqual(MANY);
    socket.destroy();
  });
});

describe('a TCP connection', () => {
  test('carries several questions, in whatever pieces', async () => {
    const { socket, next } = await overTcp();
    const names = ['www.example.test', 'nosuch.example.test', 'many.gtm.example.test'];
    const bytes = Buffer.concat(names.map((name, id) => framed(patched(query(name), 0, id))));
    socket.setNoDelay();
    for (const byte of bytes) socket.write(Buffer.of(byte));
    const responses = [decode(await next()), decode(await next()), decode(await next())];
    expect(responses.map(({ id }) => id)).toEqual([0, 1, 2]);
    expect(responses.map(response => data(response))).toEqual([WEB, [], MANY]);
    socket.write(framed(query('www.example.test')));
    expect(data(decode(await next()))).toEqual(WEB);
    socket.destroy();
  });

  test('on which nobody reads is asked to wait, and gets all its answers later', async () => {
    const { socket } = await overTcp();
    // Together more than the kernel's buffers take.
    const questions = 12_000;
    const one = query('many.gtm.example.test');
    for (let i = 0; i < questions; i += 1) socket.write(framed(one));
    const counts: number[] = [];
    await expect
      .poll(() => counts.push(asked.length) > 2 && asked.length > 0 && asked.length === counts.at(-3), {
        timeout: 15_000,
      })
      .toBe(true);
    expect(asked.length).toBeLessThan(questions);
    let bytes = 0;
    const answers = questions * (2 + one.length + MANY.length * 16);
    await new Promise<void>(resolve => {
      socket.on('data', chunk => {
        bytes += chunk.length;
        if (bytes === answers) resolve();
      });
    });
    expect(asked).toHaveLength(questions);
    socket.destroy();
  }, 30_000);

  test('gets its answers when it ends with the question', async () => {
    const { socket, next } = await overTcp();
    socket.end(framed(query('www.example.test')));
    expect(data(decode(await next()))).toEqual(WEB);
    await once(socket, 'close');
  });

  test('ends when what it carries is no query', async () => {
    const { socket } = await overTcp();
    socket.resume();
    socket.write(Buffer.from('\0\x05GET /'));
    await once(socket, 'close');
  });
});

describe('stopped', () => {
  test('the host refuses; started, it answers again at the same address', async () => {
    const { address } = server;
    const { socket } = await overTcp();
    socket.resume();
    await server.stop();
    await once(socket, 'close');
    await expect(overUdp(query('www.example.test'))).rejects.toThrow('ECONNREFUSED');
    await expect(overTcp()).rejects.toThrow('ECONNREFUSED');
    await server.stop();
    await server.start();
    await server.start();
    expect(server.address).toBe(address);
    expect(data(await ask('www.example.test'))).toEqual(WEB);
  });

  test('and started in one go, the last wins', async () => {
    await Promise.all([server.stop(), server.start(), server.stop()]);
    await expect(overUdp(query('www.example.test'))).rejects.toThrow('ECONNREFUSED');
    await Promise.all([server.start(), server.stop(), server.start()]);
    expect(data(await ask('www.example.test'))).toEqual(WEB);
  });

  test.each([
    ['TCP', () => createServer().listen(portOf(server), HOST)],
    ['UDP', () => createSocket('udp4').bind(portOf(server), HOST)],
  ])('it cannot start when its port was taken (%s), and can when it is free again', async (_, take) => {
    await server.stop();
    const other = take();
    await once(other, 'listening');
    await expect(server.start()).rejects.toThrow(
      `cannot serve DNS on ${server.address}: another process uses the port`,
    );
    await new Promise<void>(resolve => other.close(() => resolve()));
    await server.start();
    expect(data(await ask('www.example.test'))).toEqual(WEB);
  });
});

test('silenced, questions vanish over UDP and TCP; started, it answers again', async () => {
  await server.silence();
  const { socket, next } = await overTcp();
  socket.write(framed(query('www.example.test')));
  expect(await overUdp(query('www.example.test'), 200)).toBeUndefined();
  expect(asked).toEqual([]);
  await server.start();
  expect(data(await ask('www.example.test'))).toEqual(WEB);
  socket.write(framed(query('nosuch.example.test')));
  expect(decode(await next())).toMatchObject({ rcode: 'NXDOMAIN' });
  socket.destroy();
});

test('an address that this machine does not have is an error', async () => {
  await expect(serveDns({ host: '192.0.2.222', port: 0 }, authority)).rejects.toThrow(
    'cannot serve DNS on 192.0.2.222:0: this machine does not have the address',
  );
});

const full = process.env['FUZZ'] === 'full';

describe('malformed packets', () => {
  const random = seededRandom(53);
  const bytes = (length: number) => Buffer.from(Array.from({ length }, () => random.below(256)));
  const seeds = [query('www.example.test', 'A', opt()), query('a.b.example.test', 'SOA'), query('.', 'ANY')];

  /** Random bytes, or a query with some bytes changed, cut or added. */
  function malformed(): Buffer {
    if (random.chance(0.3)) return bytes(random.below(120));
    const packet = Buffer.from(seeds[random.below(seeds.length)] as Buffer);
    for (let changes = random.below(5); changes >= 0; changes -= 1)
      packet[random.below(packet.length)] = random.below(256);
    if (random.chance(0.2)) return packet.subarray(0, random.below(packet.length));
    return random.chance(0.2) ? Buffer.concat([packet, bytes(random.below(40))]) : packet;
  }

  /** `make fuzz` sends a million packets over each. */
  const UDP_PACKETS = full ? 1_000_000 : 4000;
  const TCP_PACKETS = full ? 1_000_000 : 10_000;
  const TIMEOUT = full ? 900_000 : 30_000;
  const good = patched(query('www.example.test'), 0, 0xabcd);

  /** Holds what `send` leaves behind in memory: nothing that grows. */
  async function withoutGrowth(packets: number, send: (packets: number) => Promise<void>): Promise<void> {
    await send(packets / 10);
    const { gc } = globalThis;
    gc?.();
    const before = process.memoryUsage();
    await send((9 * packets) / 10);
    // Without the collector at hand, as outside `make fuzz`, garbage could not be told from growth.
    if (gc === undefined) return;
    gc();
    const after = process.memoryUsage();
    const MEBIBYTE = 1024 * 1024;
    expect((after.heapUsed - before.heapUsed) / MEBIBYTE).toBeLessThan(32);
    expect((after.external - before.external) / MEBIBYTE).toBeLessThan(32);
  }

  test(
    'over UDP, each gets a short answer or none, and a good one in between the right one',
    async () => {
      const socket = createSocket('udp4');
      let heard = 0;
      let answered: (message: Buffer) => void = () => {};
      socket.on('message', message => {
        heard += 1;
        expect(message.length).toBeLessThanOrEqual(1232);
        expect(message.readUInt16BE(2) & 0x8000).toBe(0x8000);
        if (message.readUInt16BE(4) === 1) decode(message);
        if (message.readUInt16BE(0) === 0xabcd) answered(message);
      });
      await withoutGrowth(UDP_PACKETS, async packets => {
        for (let sent = 0; sent < packets; sent += 100) {
          for (let i = 0; i < 100; i += 1) socket.send(malformed(), portOf(server), HOST);
          // Answers come in order: when this one's is there, so are those before.
          const last = new Promise<Buffer>(resolve => {
            answered = resolve;
          });
          socket.send(good, portOf(server), HOST);
          expect(data(decode(await last))).toEqual(WEB);
        }
      });
      socket.close();
      expect(heard).toBeGreaterThan(UDP_PACKETS / 4);
      expect(errors).toEqual([]);
    },
    TIMEOUT,
  );

  test(
    'over TCP, none stops the server',
    async () => {
      const PER_CONNECTION = 50;
      const AT_ONCE = 20;
      const sendOver = async () => {
        const socket = connect(portOf(server), HOST);
        socket.on('error', () => {}).resume();
        const framing = random.chance(0.9) ? framed : (packet: Buffer) => packet;
        socket.end(Buffer.concat(Array.from({ length: PER_CONNECTION }, () => framing(malformed()))));
        await once(socket, 'close');
      };
      await withoutGrowth(TCP_PACKETS, async packets => {
        for (let sent = 0; sent < packets; sent += PER_CONNECTION * AT_ONCE) {
          await Promise.all(Array.from({ length: AT_ONCE }, sendOver));
          expect(data(await ask('www.example.test'))).toEqual(WEB);
        }
      });
      expect(errors).toEqual([]);
    },
    TIMEOUT,
  );
});

const digVersion = (() => {
  try {
    return execFileSync('dig', ['-v'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch {
    return undefined;
  }
})();

describe.skipIf(digVersion === undefined)('dig (skipped where it is not installed) reads', () => {
  const dig = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)(
      'dig',
      [
        `@${HOST}`,
        '-p',
        String(portOf(server)),
        '+norec',
        '+tries=1',
        '+time=2',
        '+noall',
        '+comments',
        ...args,
      ],
      { timeout: 8000 },
    );
    return stdout;
  };

  test.each([
    [['www.example.test'], /status: NOERROR.*flags: qr aa;.*ANSWER: 3, AUTHORITY: 0, ADDITIONAL: 1/s],
    [['www.example.test', '+noedns'], /ANSWER: 3, AUTHORITY: 0, ADDITIONAL: 0/],
    [['www.example.test', 'AAAA'], /status: NOERROR.*flags: qr aa;.*ANSWER: 0, AUTHORITY: 1/s],
    [['www.example.test', 'HTTPS'], /status: NOERROR.*flags: qr aa;.*ANSWER: 0, AUTHORITY: 1/s],
    [['www.example.test', 'TYPE65280'], /status: NOERROR.*flags: qr aa;.*ANSWER: 0, AUTHORITY: 1/s],
    [['gtm.example.test'], /status: NOERROR.*flags: qr aa;.*ANSWER: 0, AUTHORITY: 1/s],
    [['nosuch.example.test'], /status: NXDOMAIN.*flags: qr aa;.*ANSWER: 0, AUTHORITY: 1/s],
    [['example.org'], /status: REFUSED.*flags: qr;.*ANSWER: 0, AUTHORITY: 0/s],
    [['www.example.test', '+opcode=2'], /opcode: STATUS, status: NOTIMP/],
    [['www.example.test', 'CH'], /status: REFUSED/],
    [['www.example.test', '+edns=1', '+noednsneg'], /status: BADVERS.*EDNS: version: 0/s],
    [['www.example.test', '+ednsopt=65001:00', '+nocookie'], /status: NOERROR.*ANSWER: 3/s],
    [['www.example.test', '+ednsflags=0x0080'], /EDNS: version: 0, flags:; udp: 1232/],
    [['www.example.test', '+dnssec'], /EDNS: version: 0, flags: do; udp: 1232/],
    [['www.example.test', '+subnet=192.0.2.0/24'], /status: NOERROR.*ANSWER: 3/s],
    [['www.example.test', '+subnet=::/0'], /status: NOERROR.*ANSWER: 3/s],
    [['many.gtm.example.test', '+noedns', '+ignore'], /flags: qr aa tc;.*ANSWER: 0/s],
    [['many.gtm.example.test', '+bufsize=512', '+ignore'], /flags: qr aa tc;.*ANSWER: 0/s],
    [['many.gtm.example.test', '+noedns'], /Truncated, retrying in TCP mode.*flags: qr aa;.*ANSWER: 40/s],
    [['many.gtm.example.test', '+tcp'], /flags: qr aa;.*ANSWER: 40/s],
    [['wWw.ExAmPlE.tEsT', '+question'], /status: NOERROR.*;wWw\.ExAmPlE\.tEsT\./s],
  ])('%j', async (args, pattern) => {
    const output = await dig(...args);
    expect(output).toMatch(pattern);
    expect(output).not.toMatch(/warning|malformed|mismatch/i);
  });

  test('two answers over one connection', async () => {
    const output = await dig('+tcp', '+keepopen', 'www.example.test', 'many.gtm.example.test');
    expect(output).toMatch(/ANSWER: 3,.*ANSWER: 40,/s);
  });
});
