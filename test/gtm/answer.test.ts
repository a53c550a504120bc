import { describe, expect, test } from 'vitest';
import { namesOf } from '../../src/gtm/answer.ts';
import { TYPE } from '../../src/gtm/dns/types.ts';
import { addressesAt, Zones } from '../../src/gtm/dns/zones.ts';
import { LineTable } from '../../src/gtm/lines.ts';
import type { ResolvedGtm } from '../../src/gtm/model.ts';
import type { Decision } from '../../src/gtm/route.ts';
import type { DnsAnswer } from '../../src/runtime/network.ts';
import { seededRandom } from '../../src/runtime/random-seeded.ts';
import { beijing1, beijing2, design } from './design.ts';

const gtm = design();
const random = seededRandom(1);

function published(answer: Decision['answer'], weights: Readonly<Record<string, number>>): Decision {
  const addresses = Object.entries(weights).map(([address, weight]) => ({ address, weight }));
  const available = { DEFAULT: addresses.length, FAILOVER: 0 };
  const known = { set: 'DEFAULT', type: 'A', primarySince: 0, reviewAt: null, reason: '' } as const;
  return { ...known, answer, addresses, available };
}

const all = published('all', { [beijing1]: 1, [beijing2]: 1 });

function zonesOf(config: ResolvedGtm, decision: Decision): Zones {
  const ports = { random, lines: new LineTable(), order: 'random', latency: {} } as const;
  const { zones, hosts } = namesOf(config, [{ lines: ['default'], decision: () => decision }], ports);
  return new Zones(
    zones.map(zone => ({ ...zone, nameServer: '127.0.0.1' })),
    hosts,
  );
}

/** The instance's names, as a resolver sees them. */
function ask(name: string, decision = all, config = gtm): DnsAnswer {
  return addressesAt(zonesOf(config, decision), name, '192.0.2.1');
}

describe('names', () => {
  test.each([
    ['the business name', 'web-demo.example.com'],
    ['the access domain', 'web-demo.gtm.example.com'],
    ['another spelling of it', 'Web-Demo.Example.COM'],
    ['its absolute form', 'web-demo.example.com.'],
  ])('with addresses: %s', (_, name) => {
    expect(ask(name).addresses).toHaveLength(2);
  });

  test.each([
    ['the apex of the zone', 'example.com', 'NOERROR'],
    ['a name above the access domain', 'gtm.example.com', 'NOERROR'],
    ['a name that is not there', 'wbe-demo.example.com', 'NXDOMAIN'],
    ['a name below a served one', 'a.web-demo.example.com', 'NXDOMAIN'],
  ])('without: %s', (_, name, rcode) => {
    expect(ask(name)).toEqual({ rcode, addresses: [], ttlSeconds: 10 });
  });

  test.each([
    ['a name of somebody else', 'example.org'],
    ['a name that only ends alike', 'web-demo.notexample.com'],
  ])('of others: %s', (_, name) => {
    expect(ask(name)).toEqual({ rcode: 'REFUSED', addresses: [], ttlSeconds: 0 });
  });

  test('a business name in a zone of its own is served with its zone', () => {
    const config = { ...gtm, businessName: 'www.shop.test' };
    expect(ask('www.shop.test', all, config).addresses).toHaveLength(2);
    expect(ask('nothing.shop.test', all, config).rcode).toBe('NXDOMAIN');
    expect(ask('test', all, config).rcode).toBe('REFUSED');
  });

  test('a business name that is itself a zone answers without an alias, beside SOA and NS', () => {
    const config = { ...gtm, businessName: 'shop.test' };
    const find = (type: number) =>
      zonesOf(config, all)
        .find({ name: 'shop.test', type, from: '' })
        .answers.map(set => set.type);
    expect([TYPE.A, TYPE.SOA, TYPE.NS].map(find)).toEqual([['A'], ['SOA'], ['NS']]);
  });

  test('nothing is remembered longer than the answers themselves', () => {
    const brief = design(['Ttl: 60', 'Ttl: 1']);
    expect(ask('nothing.example.com', all, brief).ttlSeconds).toBe(1);
    expect(ask('web-demo.example.com', all, brief).ttlSeconds).toBe(1);
  });
});

/** How often each address comes first in that many answers. */
function firsts(decision: Decision, answers: number): Record<string, number> {
  const count: Record<string, number> = {};
  for (let i = 0; i < answers; i += 1) {
    const [first = 'none'] = ask('web-demo.example.com', decision).addresses;
    count[first] = (count[first] ?? 0) + 1;
  }
  return count;
}

// Within four standard deviations of the binomial: a wrong split fails, a right one does once in 16,000 seeds.
function near(count: number | undefined, share: number, of: number): void {
  const deviation = Math.sqrt(of * share * (1 - share));
  expect(Math.abs((count ?? 0) - of * share)).toBeLessThan(4 * deviation);
}

describe('answers', () => {
  test('return all: every address each time, each equally often in front', () => {
    const { addresses, ttlSeconds } = ask('web-demo.example.com');
    expect(addresses.toSorted()).toEqual([beijing1, beijing2]);
    expect(ttlSeconds).toBe(60);
    near(firsts(all, 4000)[beijing1], 0.5, 4000);
  });

  test('by weight: one address each time, as often as it weighs', () => {
    const weighted = published('one', { [beijing1]: 3, [beijing2]: 1 });
    expect(ask('web-demo.example.com', weighted).addresses).toHaveLength(1);
    const count = firsts(weighted, 4000);
    near(count[beijing1], 0.75, 4000);
    near(count[beijing2], 0.25, 4000);
  });
});
