import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lineChain } from '../../src/gtm/catalogue.ts';
import { contains, parseSubnet } from '../../src/gtm/dns/subnet.ts';
import { LineTable } from '../../src/gtm/lines.ts';
import { addressBytes, canonicalAddress } from '../../src/runtime/ip-address.ts';

const question = (from: string, client?: string) => ({
  name: 'www.example.com',
  type: 1,
  from,
  ...(client !== undefined && { client: parseSubnet(client) }),
});

describe('a line', () => {
  test.each([
    ['cn_telecom_beijing', ['cn_telecom_beijing', 'telecom', 'default']],
    ['cn_unicom_guangdong', ['cn_unicom_guangdong', 'unicom', 'default']],
    ['cn_region_beijing', ['cn_region_beijing', 'cn_region_huabei', 'default']],
    ['os_asia_jp', ['os_asia_jp', 'os_asia', 'oversea', 'default']],
    ['aliyun_r_cn-beijing', ['aliyun_r_cn-beijing', 'default']],
    ['default', ['default']],
  ])('%s is a part of %j', (line, chain) => {
    expect(lineChain(line)).toEqual(chain);
  });
});

describe('a table of lines', () => {
  const table = new LineTable({
    '192.0.2.0/24': 'telecom',
    '192.0.2.128/25': 'unicom',
    '2001:db8::/32': 'mobile',
  });

  test.each([
    // Telecom's other half is unicom's.
    ['192.0.2.1', undefined, 'telecom', 25],
    ['192.0.2.129', undefined, 'unicom', 25],
    ['::ffff:192.0.2.1', undefined, 'telecom', 25],
    ['2001:db8::1', undefined, 'mobile', 32],
    ['2001:db8::1%eth0', undefined, 'mobile', 32],
    ['2001:db9::1', undefined, 'default', 32],
    // 11000110 and 11000000 part at the sixth bit.
    ['198.51.100.1', undefined, 'default', 6],
    ['198.51.100.1', '192.0.2.200/32', 'unicom', 25],
    // Wider than the network of the line: it could be any of them.
    ['198.51.100.1', '192.0.2.0/23', 'default', 23],
    ['not an address', undefined, 'default', 0],
  ])('from %s for %s: %s by %d bits', (from, client, line, scope) => {
    const found = table.of(question(from, client));
    expect([found.lines[0], found.scope]).toEqual([line, scope]);
  });

  test('has the same lines for all clients that share the bits of the scope', () => {
    const network = fc.tuple(fc.ipV4(), fc.nat(32)).map(([address, prefix]) => `${address}/${prefix}`);
    const networks = fc.dictionary(network, fc.constantFrom('telecom', 'unicom', 'mobile'), { maxKeys: 8 });
    fc.assert(
      fc.property(networks, fc.ipV4(), fc.ipV4(), (lines, client, other) => {
        const any = new LineTable(lines);
        const { scope, lines: own } = any.of(question(client));
        const bits = (text: string) =>
          [...(addressBytes(text) ?? [])].map(byte => byte.toString(2).padStart(8, '0')).join('');
        // The other one, moved next to the client.
        const moved = bits(client).slice(0, scope) + bits(other).slice(scope);
        const near = [0, 8, 16, 24].map(at => Number.parseInt(moved.slice(at, at + 8), 2)).join('.');
        expect(any.of(question(near)).lines).toEqual(own);
      }),
    );
  });

  test('that is empty tells nobody apart', () => {
    expect(new LineTable().of(question('192.0.2.1', '192.0.2.0/24'))).toEqual({
      lines: ['default'],
      scope: 0,
    });
  });

  test('takes networks only', () => {
    for (const text of ['192.0.2.0/33', '192.0.2.0/', 'example.com', '192.0.2/24', '::/129'])
      expect(() => new LineTable({ [text]: 'telecom' }), text).toThrow('is not a network');
  });
});

describe('addresses', () => {
  test.each([
    ['0.0.0.0', [0, 0, 0, 0]],
    ['::', Array(16).fill(0)],
    ['::1', [...Array(15).fill(0), 1]],
    ['1:2:3:4:5:6:7:8', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
    ['fe80::1:2', [0xfe, 0x80, ...Array(10).fill(0), 0, 1, 0, 2]],
    ['64:ff9b::192.0.2.1', [0, 0x64, 0xff, 0x9b, ...Array(8).fill(0), 192, 0, 2, 1]],
    ['1::', [0, 1, ...Array(14).fill(0)]],
    ['::ffff:192.0.2.1', [...Array(10).fill(0), 0xff, 0xff, 192, 0, 2, 1]],
    ['fe80::1%eth0', []],
    ['example.com', []],
  ])('%s', (text, bytes) => {
    expect([...(addressBytes(text) ?? [])]).toEqual(bytes);
  });

  test('of any kind have their bytes', () => {
    fc.assert(
      fc.property(fc.ipV4(), text => {
        expect([...(addressBytes(text) ?? [])].join('.')).toBe(text);
      }),
    );
    fc.assert(
      fc.property(fc.ipV6(), text => {
        expect(addressBytes(text)).toHaveLength(16);
      }),
    );
  });

  test.each([
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1'],
    ['1:0:0:2:0:0:3:4', '1::2:0:0:3:4'],
    ['1:2:3:0:5:6:7:8', '1:2:3:0:5:6:7:8'],
    ['0:0:0:0:0:0:1:0', '::1:0'],
    ['::FFFF:c000:201', '::ffff:192.0.2.1'],
    ['::ffff:0:0', '::ffff:0.0.0.0'],
    ['::ffff:0:192.0.2.1', '::ffff:0:c000:201'],
    ['192.0.2.1', '192.0.2.1'],
    ['Example.com', 'Example.com'],
  ])('%s is written as %s', (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical);
  });

  test('have one writing each', () => {
    fc.assert(
      fc.property(fc.ipV6(), text => {
        const canonical = canonicalAddress(text);
        expect(addressBytes(canonical)).toEqual(addressBytes(text));
        const words = Array.from(
          { length: 8 },
          (_, i) => addressBytes(text)?.subarray(2 * i, 2 * i + 2) ?? [],
        );
        const long = words.map(([high = 0, low = 0]) => (high * 256 + low).toString(16).padStart(4, '0'));
        expect(canonicalAddress(long.join(':').toUpperCase())).toBe(canonical);
      }),
    );
  });

  test('lie in every network that begins as they do', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.nat(32), (text, prefix) => {
        const inner = parseSubnet(text);
        expect(contains({ ...inner, prefix }, inner)).toBe(true);
        if (prefix === 0) return;
        const bytes = Uint8Array.from(inner.bytes);
        const at = (prefix - 1) >> 3;
        bytes[at] = (bytes[at] ?? 0) ^ (0x80 >> ((prefix - 1) % 8));
        expect(contains({ bytes, prefix }, inner)).toBe(false);
      }),
    );
  });
});
