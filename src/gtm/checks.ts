import type { SchemaProblem } from '../runtime/schema-problems.ts';

/** What is checked of a configuration (config.ts). */
interface Checked {
  readonly VersionCode: 'standard' | 'ultimate';
  readonly Config: { readonly Ttl: number };
  readonly AddrPools: readonly (Named & {
    readonly Addr: readonly { readonly Addr: string }[];
    readonly Monitor?: { readonly Interval: number; readonly IspCityNode: readonly Named[] } | undefined;
  })[];
  readonly AccessStrategies: readonly {
    readonly DefaultAddrPool: readonly Named[];
    readonly DefaultMinAvailableAddrNum: number;
    readonly FailoverAddrPool: readonly Named[];
    readonly FailoverMinAvailableAddrNum: number;
    readonly AccessMode: string;
  }[];
}

interface Named {
  readonly Name: string;
}

/** What is wrong with a configuration whose every field is right by itself. */
export function contradictions(config: Checked): readonly SchemaProblem[] {
  return [...editionLimits(config), ...ambiguousNames(config), ...impossibleStrategies(config)];
}

function* editionLimits(config: Checked): Generator<SchemaProblem> {
  if (config.VersionCode === 'ultimate') return;
  if (config.Config.Ttl < 60) {
    yield { path: ['Config', 'Ttl'], message: 'a TTL below 60 seconds needs VersionCode ultimate' };
  }
  for (const [i, pool] of config.AddrPools.entries()) {
    if (pool.Monitor && pool.Monitor.Interval < 60) {
      const message = 'an interval below 60 seconds needs VersionCode ultimate';
      yield { path: ['AddrPools', i, 'Monitor', 'Interval'], message };
    }
    if (pool.Addr.length > 20) {
      yield { path: ['AddrPools', i, 'Addr'], message: 'more than 20 addresses need VersionCode ultimate' };
    }
  }
}

function* ambiguousNames(config: Checked): Generator<SchemaProblem> {
  yield* repeated(config.AddrPools, 'Name', ['AddrPools'], 'pool');
  for (const [i, pool] of config.AddrPools.entries()) {
    yield* repeated(pool.Addr, 'Addr', ['AddrPools', i, 'Addr'], 'address');
    const nodes = pool.Monitor?.IspCityNode ?? [];
    yield* repeated(nodes, 'Name', ['AddrPools', i, 'Monitor', 'IspCityNode'], 'vantage point');
  }
}

function* impossibleStrategies(config: Checked): Generator<SchemaProblem> {
  for (const [i, strategy] of config.AccessStrategies.entries()) {
    const path = ['AccessStrategies', i];
    yield* impossibleSet(
      config,
      path,
      'Default',
      strategy.DefaultAddrPool,
      strategy.DefaultMinAvailableAddrNum,
    );
    if (strategy.FailoverAddrPool.length > 0) {
      const minimum = strategy.FailoverMinAvailableAddrNum;
      yield* impossibleSet(config, path, 'Failover', strategy.FailoverAddrPool, minimum);
    } else if (strategy.AccessMode === 'FAILOVER') {
      yield { path: [...path, 'AccessMode'], message: 'FAILOVER needs a FailoverAddrPool' };
    }
  }
}

function* impossibleSet(
  config: Checked,
  path: readonly (string | number)[],
  set: 'Default' | 'Failover',
  references: readonly Named[],
  minimum: number,
): Generator<SchemaProblem> {
  const list = [...path, `${set}AddrPool`];
  yield* repeated(references, 'Name', list, 'pool');
  const pools = new Map(config.AddrPools.map(pool => [pool.Name, pool]));
  const addresses = new Set<string>();
  for (const [i, reference] of references.entries()) {
    const pool = pools.get(reference.Name);
    for (const { Addr } of pool?.Addr ?? []) addresses.add(Addr);
    if (pool) continue;
    const message = `no pool "${reference.Name}"; there are ${[...pools.keys()].join(', ')}`;
    yield { path: [...list, i, 'Name'], message };
    return;
  }
  if (minimum > addresses.size) {
    const message = `the set has ${addresses.size} addresses: with ${minimum} needed it is never available`;
    yield { path: [...path, `${set}MinAvailableAddrNum`], message };
  }
}

function* repeated<K extends string>(
  items: readonly Readonly<Record<K, string>>[],
  key: K,
  path: readonly (string | number)[],
  what: string,
): Generator<SchemaProblem> {
  const seen = new Set<string>();
  for (const [i, item] of items.entries()) {
    if (seen.has(item[key]))
      yield { path: [...path, i, key], message: `the ${what} "${item[key]}" is already there` };
    seen.add(item[key]);
  }
}
