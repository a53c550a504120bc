import * as z from 'zod';
import { LINES } from '../../catalogue.ts';
import { type AccessStrategy, type Account, newText, type StrategySet, timeText } from '../account.ts';
import { type Actions, type Call, read, write } from '../action.ts';
import { conflict, invalid, missing, notExists } from '../errors.ts';
import { optional, pageOf, paging, text, textList, word } from '../parameters.ts';
import type { AddressType } from '../values.ts';
import {
  checkedLines,
  instanceOf,
  instanceParameter,
  lineDetails,
  lineName,
  logged,
  poolOf,
  poolsOf,
  standingOf,
} from './common.ts';
import { bothSets, sets } from './sets.ts';

/* GTM 2.0: access strategies. */

const strategyMode = word('GEO', 'LATENCY');
const accessMode = word('AUTO', 'DEFAULT', 'FAILOVER');

function strategyOf(account: Account, id: string): AccessStrategy {
  const strategy = account.strategies[id];
  if (!strategy) throw notExists('DnsGtmAccessStrategy', id);
  return strategy;
}

function strategiesOf(account: Account, instance: string): AccessStrategy[] {
  return Object.values(account.strategies).filter(one => one.InstanceId === instance);
}

/** The others of its mode and address type. */
function besides(account: Account, strategy: AccessStrategy): AccessStrategy[] {
  return strategiesOf(account, strategy.InstanceId).filter(
    one =>
      one.StrategyId !== strategy.StrategyId &&
      one.StrategyMode === strategy.StrategyMode &&
      one.primary.type === strategy.primary.type,
  );
}

function isGlobal({ Lines }: AccessStrategy): boolean {
  return Lines.includes('default');
}

/** One strategy serves the global line; more serve others beside it, each line of an address type once. */
function checkLines(account: Account, strategy: AccessStrategy): void {
  if (strategy.StrategyMode !== 'GEO') return;
  const others = besides(account, strategy);
  const taken = others.find(one => one.Lines.some(line => strategy.Lines.includes(line)));
  if (taken)
    throw conflict(
      'DnsGtmAccessStrategy.LineConflict',
      `"${taken.StrategyName}" serves one of the lines already.`,
    );
  if (![...others, strategy].some(isGlobal))
    throw invalid('Lines', 'one access strategy must serve the global line, default');
}

/** The same of those that it leaves behind when it goes, or takes another address type. */
function checkLeaving(account: Account, strategy: AccessStrategy): void {
  const left = besides(account, strategy);
  if (left.length > 0 && !left.some(isGlobal))
    throw conflict(
      'DnsGtmAccessStrategy.DefaultLine',
      'While others serve single lines, the global line must be served.',
    );
}

function loggedStrategy(
  call: Call<unknown>,
  strategy: AccessStrategy,
  OperAction: 'add' | 'update' | 'delete',
  Content: string,
) {
  const { InstanceId, StrategyId: EntityId, StrategyName: EntityName } = strategy;
  logged(call, { InstanceId, EntityType: 'STRATEGY', EntityId, EntityName, OperAction, Content });
}

function poolSummaries(account: Account, set: StrategySet | undefined) {
  return (set?.pools ?? []).map(reference => {
    const { Name, Addr } = poolOf(account, reference.Id);
    return { ...reference, Name, AddrCount: Addr.length };
  });
}

/** By latency, none was asked for. */
function linesOf({ StrategyMode, Lines }: AccessStrategy) {
  const Line = (StrategyMode === 'GEO' ? Lines : []).map(code => {
    const { FatherCode: _, ...details } = lineDetails(code);
    return { ...details, LineName: lineName(code) };
  });
  return { Lines: { Line } };
}

function detailsOf(
  { account, view }: Pick<Call<unknown>, 'account' | 'view'>,
  strategy: AccessStrategy,
): object {
  const seen = standingOf(account, view, strategy);
  const { primary, backup } = strategy;
  // Of a set that there is not, words that were never given would be a change to undo for clients that compare.
  const setDetails = (prefix: string, set: StrategySet | undefined, available: number) => ({
    ...(set && {
      [`${prefix}AddrPoolType`]: set.type,
      [`${prefix}LbaStrategy`]: set.lbaStrategy,
      [`${prefix}LatencyOptimization`]: set.latencyOptimization,
    }),
    [`${prefix}AddrPools`]: { [`${prefix}AddrPool`]: poolSummaries(account, set) },
    [`${prefix}MinAvailableAddrNum`]: set?.minimum ?? 0,
    [`${prefix}MaxReturnAddrNum`]: set?.mostReturned ?? 0,
    [`${prefix}AvailableAddrNum`]: available,
    [`${prefix}AddrPoolGroupStatus`]:
      set !== undefined && available >= set.minimum ? 'AVAILABLE' : 'NOT_AVAILABLE',
  });
  return {
    StrategyId: strategy.StrategyId,
    StrategyName: strategy.StrategyName,
    StrategyMode: strategy.StrategyMode,
    InstanceId: strategy.InstanceId,
    AccessMode: strategy.AccessMode,
    EffectiveAddrPoolGroupType: seen.set,
    ...setDetails('Default', primary, seen.available.DEFAULT),
    ...setDetails('Failover', backup, seen.available.FAILOVER),
    ...linesOf(strategy),
    CreateTime: timeText(strategy.created),
    CreateTimestamp: strategy.created,
  };
}

function checkAccessMode(strategy: AccessStrategy): void {
  if (strategy.AccessMode === 'FAILOVER' && strategy.backup === undefined)
    throw invalid('AccessMode', 'the access strategy has no backup set to pin');
}

export const strategyActions: Actions = {
  AddDnsGtmAccessStrategy: write(
    z.object({
      ...instanceParameter,
      StrategyName: text.max(64),
      StrategyMode: strategyMode,
      Lines: optional(textList),
      ...sets,
    }),
    call => {
      const { account, parameters, now } = call;
      const { InstanceId, Config } = instanceOf(account, parameters.InstanceId);
      const { StrategyMode, StrategyName } = parameters;
      if (Config.StrategyMode !== StrategyMode)
        throw invalid('StrategyMode', `the instance is in mode ${Config.StrategyMode}`);
      if (StrategyMode === 'GEO' && parameters.Lines === undefined) throw missing('Lines');
      const strategy: AccessStrategy = {
        StrategyId: newText(account, 6),
        InstanceId,
        StrategyMode,
        StrategyName,
        Lines: StrategyMode === 'GEO' ? checkedLines(parameters.Lines ?? []) : ['default'],
        ...bothSets(account, InstanceId, StrategyMode, parameters),
        AccessMode: 'AUTO',
        created: now,
      };
      checkLines(account, strategy);
      account.strategies[strategy.StrategyId] = strategy;
      loggedStrategy(call, strategy, 'add', StrategyName);
      return { StrategyId: strategy.StrategyId };
    },
  ),
  UpdateDnsGtmAccessStrategy: write(
    z.object({
      StrategyId: text,
      StrategyName: text.max(64),
      Lines: optional(textList),
      AccessMode: optional(accessMode),
      ...sets,
    }),
    call => {
      const { account, parameters } = call;
      const strategy = strategyOf(account, parameters.StrategyId);
      const { InstanceId, StrategyMode } = strategy;
      const { backup: _, ...rest } = strategy;
      const changed: AccessStrategy = {
        ...rest,
        StrategyName: parameters.StrategyName,
        Lines: parameters.Lines && StrategyMode === 'GEO' ? checkedLines(parameters.Lines) : strategy.Lines,
        ...bothSets(account, InstanceId, StrategyMode, parameters),
        AccessMode: parameters.AccessMode ?? strategy.AccessMode,
      };
      checkLines(account, changed);
      if (changed.primary.type !== strategy.primary.type) checkLeaving(account, strategy);
      checkAccessMode(changed);
      account.strategies[strategy.StrategyId] = changed;
      loggedStrategy(call, changed, 'update', changed.StrategyName);
      return { StrategyId: strategy.StrategyId };
    },
  ),
  DeleteDnsGtmAccessStrategy: write(z.object({ StrategyId: text }), call => {
    const { account, parameters } = call;
    const strategy = strategyOf(account, parameters.StrategyId);
    checkLeaving(account, strategy);
    delete account.strategies[strategy.StrategyId];
    loggedStrategy(call, strategy, 'delete', strategy.StrategyName);
    return {};
  }),
  SetDnsGtmAccessMode: write(z.object({ StrategyId: text, AccessMode: accessMode }), call => {
    const strategy = strategyOf(call.account, call.parameters.StrategyId);
    strategy.AccessMode = call.parameters.AccessMode;
    checkAccessMode(strategy);
    loggedStrategy(call, strategy, 'update', `access mode ${strategy.AccessMode}`);
    return {};
  }),
  DescribeDnsGtmAccessStrategy: read(z.object({ StrategyId: text }), call =>
    detailsOf(call, strategyOf(call.account, call.parameters.StrategyId)),
  ),
  DescribeDnsGtmAccessStrategies: read(
    z.object({ ...instanceParameter, ...paging, StrategyMode: strategyMode }),
    ({ account, parameters, view }) => {
      const { InstanceId } = instanceOf(account, parameters.InstanceId);
      const found = strategiesOf(account, InstanceId).filter(
        one => one.StrategyMode === parameters.StrategyMode,
      );
      const { items, ...page } = pageOf(found, parameters);
      const Strategy = items.map(strategy => {
        const effective = standingOf(account, view, strategy).set;
        const set = (effective === 'FAILOVER' ? strategy.backup : undefined) ?? strategy.primary;
        return {
          StrategyId: strategy.StrategyId,
          StrategyName: strategy.StrategyName,
          EffectiveAddrPoolGroupType: effective,
          EffectiveAddrPoolType: set.type,
          EffectiveLbaStrategy: set.lbaStrategy,
          EffectiveAddrPools: { EffectiveAddrPool: poolSummaries(account, set) },
          ...linesOf(strategy),
          CreateTime: timeText(strategy.created),
          CreateTimestamp: strategy.created,
        };
      });
      return { ...page, Strategies: { Strategy } };
    },
  ),
  DescribeDnsGtmAccessStrategyAvailableConfig: read(
    z.object({ ...instanceParameter, StrategyMode: strategyMode }),
    ({ account, parameters }) => {
      const { InstanceId } = instanceOf(account, parameters.InstanceId);
      const pools = (type: AddressType) =>
        poolsOf(account, InstanceId)
          .filter(pool => pool.Type === type)
          .map(({ AddrPoolId: Id, Name, Addr }) => ({ Id, Name, AddrCount: Addr.length }));
      const selected = (type: AddressType) =>
        strategiesOf(account, InstanceId)
          .filter(one => one.StrategyMode === parameters.StrategyMode && one.primary.type === type)
          .flatMap(one => one.Lines);
      return {
        Ipv4AddrPools: { Ipv4AddrPool: pools('IPV4') },
        Ipv6AddrPools: { Ipv6AddrPool: pools('IPV6') },
        DomainAddrPools: { DomainAddrPool: pools('DOMAIN') },
        Lines: { Line: LINES.map(line => lineDetails(line.code)) },
        SelectedIpv4Lines: { SelectedIpv4Line: selected('IPV4') },
        SelectedIpv6Lines: { SelectedIpv6Line: selected('IPV6') },
        SelectedDomainLines: { SelectedDomainLine: selected('DOMAIN') },
        SuggestSetDefaultLine: !(['IPV4', 'IPV6', 'DOMAIN'] as const).some(type =>
          selected(type).includes('default'),
        ),
      };
    },
  ),
};
