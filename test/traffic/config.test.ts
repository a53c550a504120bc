import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { InputError, parseYaml } from '../../src/runtime/yaml.ts';
import { clientsSchema } from '../../src/traffic/config.ts';
import { clientCacheBound, connectionBound, resolverBound } from '../../src/traffic/timing.ts';

const FILE = 'clusters/clients.yaml';
const shipped = () => parseYaml(readFileSync(FILE, 'utf8'), FILE, clientsSchema);

function populations(yaml: string): string {
  return `name: web-demo.example.com\nrate: 10\npopulations:\n${yaml}`;
}

function problem(yaml: string): string {
  try {
    parseYaml(populations(yaml), 'clients.yaml', clientsSchema);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return 'none';
}

describe('the shipped populations', () => {
  test('resolve the business name', () => {
    expect(shipped().name).toBe('web-demo.example.com');
  });

  test("carry all the traffic between them, the article's loop beside it", () => {
    const { populations } = shipped();
    const [loops, others] = [
      populations.filter(({ share }) => share === undefined),
      populations.filter(({ share }) => share !== undefined),
    ];
    expect(loops.map(({ name, loop }) => [name, loop?.every])).toEqual([['article-loop', 3000]]);
    expect(others.reduce((sum, { share = 0 }) => sum + share, 0)).toBeCloseTo(1, 9);
  });

  test('all recover: each phase has a bound', () => {
    const bounds = shipped().populations.map(population => [
      population.name,
      resolverBound(population, 60_000),
      clientCacheBound(population),
      connectionBound(population),
    ]);
    expect(bounds.filter(phases => phases.includes(null))).toEqual([]);
  });

  test('mean the same when they are read again from a journal', () => {
    const config = shipped();
    expect(clientsSchema.parse(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });
});

describe('what cannot be meant is refused', () => {
  test.each([
    [
      'shares that leave clients out',
      '  - { name: a, share: 60% }\n  - { name: b, share: 30% }',
      'the shares make 90%, not 100%',
    ],
    ['neither a share nor a loop', '  - { name: a }', 'needs either "share" or "loop"'],
    ['both', '  - { name: a, share: 100%, loop: { every: 3s } }', 'needs either "share" or "loop"'],
    ['a loop of several clients', '  - { name: a, clients: 2, loop: { every: 3s } }', 'a loop is one client'],
    [
      'two populations of one name',
      '  - { name: a, share: 50% }\n  - { name: a, share: 50% }',
      'already the name',
    ],
    [
      'idle resolvers',
      '  - { name: a, share: 100%, clients: 2, resolver: { count: 3 } }',
      'more resolvers than clients',
    ],
    [
      'a floor over the ceiling',
      '  - { name: a, share: 100%, resolver: { cache: { minTtl: 2m, maxTtl: 1m } } }',
      'must not be longer than maxTtl',
    ],
    [
      'a TTL beside "forever"',
      '  - { name: a, share: 100%, resolver: { cache: { forever: true, serveStale: 1m } } }',
      'no meaning beside "forever"',
    ],
    ['no time at all', '  - { name: a, share: 100%, timeout: 0s }', 'must be longer than zero'],
  ])('%s', (_, yaml, message) => {
    expect(problem(yaml)).toContain(message);
  });

  test('with its place', () => {
    expect(problem('  - { name: a, share: 60% }')).toMatch(/^clients\.yaml:\d+:\d+: populations: /);
  });

  test('and no clients at all are allowed', () => {
    expect(problem('  []')).toBe('none');
  });
});
