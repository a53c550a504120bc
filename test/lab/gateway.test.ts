import { describe, expect, test } from 'vitest';
import { lastAddresses } from '../../src/lab/kind/addresses.ts';
import { waysInto, waysOf } from '../../src/lab/kind/gateway.ts';
import { gatewayNetwork } from '../../src/lab/kind/gateway-network.ts';
import { isBuiltHere, isStaticElf } from '../../src/lab/kind/images.ts';
import { struck } from '../../src/lab/kind/links.ts';
import type { HttpRequest, Network } from '../../src/runtime/network.ts';

const WAYS = waysInto(80, ['beijing-alibaba', 'nanjing-mobile']);
const CENTRES = ['cluster1-beijing', 'cluster1-hangzhou'];
const places = (place: string) => waysOf(WAYS, place).map(way => way.place);
const links = (from: string, to: string) =>
  struck(CENTRES, WAYS, from, to).map(
    ({ centre, stream, taken }) => `${centre} ${stream} ${taken.map(way => way.place).join(' ')}`,
  );
const EVERYBODY = 'clients vantage/beijing-alibaba vantage/nanjing-mobile hub';

describe('the ways into a centre', () => {
  test('`*` is everybody but the observer', () => {
    expect(places('*').join(' ')).toBe(EVERYBODY);
  });

  test('a place stands for those below it', () => {
    expect(places('vantage')).toEqual(['vantage/beijing-alibaba', 'vantage/nanjing-mobile']);
    expect(places('vantage/nanjing-mobile')).toEqual(['vantage/nanjing-mobile']);
  });
});

describe('a struck link', () => {
  test('to a centre strikes what goes to the server', () => {
    expect(links('clients', 'cluster1-beijing')).toEqual(['cluster1-beijing upstream clients']);
  });

  test('from a centre strikes what comes back', () => {
    expect(links('cluster1-beijing', '*')).toEqual([`cluster1-beijing downstream ${EVERYBODY}`]);
  });

  test('of a vantage point strikes all centres', () => {
    expect(links('vantage/nanjing-mobile', '*')).toEqual(
      CENTRES.map(centre => `${centre} upstream vantage/nanjing-mobile`),
    );
  });

  test.each([
    ['resolver/isp-0', 'gtm'],
    ['cluster1-beijing', 'cluster1-hangzhou'],
    ['clients/honest', 'cluster1-beijing'],
    ['observer', 'gtm'],
  ])('from %s to %s passes no gateway', (from, to) => {
    expect(() => links(from, to)).toThrow(
      `cannot shape the link from ${from} to ${to}: it shapes those between`,
    );
  });
});

describe('the network before the gateways', () => {
  const sent: HttpRequest[] = [];
  const network: Network = {
    http: request => void sent.push(request),
    tcp: () => {},
    dns: () => {},
  };
  const led = (from: string, address = '172.18.255.1', port = 80) => {
    const request = { from, address, port, host: 'web-demo.example.com', path: '/', timeoutMs: 1 };
    gatewayNetwork(network, each => each === '172.18.255.1', WAYS, 80).http(request, () => {});
    return sent.at(-1)?.port;
  };

  test('clients enter by the public port, vantage points and the observer by their own', () => {
    expect(led('clients/honest')).toBe(80);
    const own = [led('observer'), led('vantage/beijing-alibaba'), led('vantage/nanjing-mobile')];
    expect(new Set([80, ...own]).size).toBe(4);
  });

  test('other addresses and ports are left alone', () => {
    expect(led('vantage/nanjing-mobile', '127.0.0.1')).toBe(80);
    expect(led('vantage/nanjing-mobile', '172.18.255.1', 8080)).toBe(8080);
  });
});

test.each([
  ['172.18.0.0/16', 2, ['172.18.255.253', '172.18.255.254']],
  ['192.168.7.0/24', 3, ['192.168.7.252', '192.168.7.253', '192.168.7.254']],
  ['10.1.2.128/25', 1, ['10.1.2.254']],
])('the last addresses of %s', (range, count, addresses) => {
  expect(lastAddresses(range, count)).toEqual(addresses);
});

test.each([
  ['acr-registry.example.com/ack/web-demo:0.4.0', true],
  ['web-demo', true],
  ['web-demo@sha256:0123456789abcdef', false],
  ['nginx:1.29', false],
  ['example.com/web-demo-tools:1', false],
])('%s is built here: %s', (image, built) => {
  expect(isBuiltHere(image)).toBe(built);
});

describe('a static program', () => {
  const elf = (types: number[]) => {
    const file = Buffer.alloc(64 + 56 * types.length);
    file.write('\x7fELF\x02\x01', 'latin1');
    file.writeBigUInt64LE(64n, 32);
    file.writeUInt16LE(56, 54);
    file.writeUInt16LE(types.length, 56);
    for (const [index, type] of types.entries()) file.writeUInt32LE(type, 64 + 56 * index);
    return file;
  };

  test.each<[string, Buffer, boolean]>([
    ['without an interpreter', elf([1, 1]), true],
    ['with one', elf([1, 3, 2]), false],
    ['that is a script', Buffer.from(`#!/bin/sh\n${' '.repeat(80)}`), false],
    ['that is cut off', Buffer.from('\x7fELF', 'latin1'), false],
  ])('%s', (_, file, expected) => {
    expect(isStaticElf(file)).toBe(expected);
  });
});
