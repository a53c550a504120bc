import { describe, expect, test } from 'vitest';
import { compose, nameKind } from '../../src/gtm/answer.ts';
import type { Decision } from '../../src/gtm/route.ts';
import { seededRandom } from '../../src/runtime/random-seeded.ts';
import { beijing1, beijing2, design } from './design.ts';

const gtm = design();
const random = seededRandom(1);

function published(answer: Decision['answer'], weights: Readonly<Record<string, number>>): Decision {
  const addresses = Object.entries(weights).map(([address, weight]) => ({ address, weight }));
  const available = { DEFAULT: addresses.length, FAILOVER: 0 };
  return { set: 'DEFAULT', answer, addresses, available, primarySince: 0, reviewAt: null, reason: '' };
}

const all = published('all', { [beijing1]: 1, [beijing2]: 1 });

describe('names', () => {
  test.each([
    ['the business name', 'web-demo.example.com', 'served'],
    ['the access domain', 'web-demo.gtm.example.com', 'served'],
    ['another spelling of it', 'Web-Demo.Example.COM', 'served'],
    ['its absolute form', 'web-demo.example.com.', 'served'],
    ['the apex of the zone', 'example.com', 'empty'],
    ['a name above the access domain', 'gtm.example.com', 'empty'],
    ['a name that is not there', 'wbe-demo.example.com', 'unknown'],
    ['a name below a served one', 'a.web-demo.example.com', 'unknown'],
    ['a name of somebody else', 'example.org', 'foreign'],
    ['a name that only ends alike', 'web-demo.notexample.com', 'foreign'],
  ])('%s', (_, name, kind) => {
    expect(nameKind(gtm, name)).toBe(kind);
  });

  test('what is not served has no addresses, and a rcode that says why', () => {
    const rcode = (name: string) => compose(gtm, name, all, random);
    expect(rcode('example.com')).toEqual({ rcode: 'NOERROR', addresses: [], ttlSeconds: 10 });
    expect(rcode('nothing.example.com')).toEqual({ rcode: 'NXDOMAIN', addresses: [], ttlSeconds: 10 });
    expect(rcode('example.org')).toMatchObject({ rcode: 'REFUSED', addresses: [] });
  });

  test('nothing is remembered longer than the answers themselves', () => {
    const brief = design(['Ttl: 60', 'Ttl: 1']);
    expect(compose(brief, 'nothing.example.com', all, random).ttlSeconds).toBe(1);
    expect(compose(brief, 'web-demo.example.com', all, random).ttlSeconds).toBe(1);
  });
});

/** How often each address comes first in that many answers. */
function firsts(decision: Decision, answers: number): Record<string, number> {
  const count: Record<string, number> = {};
  for (let i = 0; i < answers; i += 1) {
    const [first = 'none'] = compose(gtm, 'web-demo.example.com', decision, random).addresses;
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
    const { addresses, ttlSeconds } = compose(gtm, 'web-demo.example.com', all, random);
    expect(addresses.toSorted()).toEqual([beijing1, beijing2]);
    expect(ttlSeconds).toBe(60);
    near(firsts(all, 4000)[beijing1], 0.5, 4000);
  });

  test('by weight: one address each time, as often as it weighs', () => {
    const weighted = published('one', { [beijing1]: 3, [beijing2]: 1 });
    expect(compose(gtm, 'web-demo.example.com', weighted, random).addresses).toHaveLength(1);
    const count = firsts(weighted, 4000);
    near(count[beijing1], 0.75, 4000);
    near(count[beijing2], 0.25, 4000);
  });
});
