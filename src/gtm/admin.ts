import { type ApiRequest, pathOf } from './api/request.ts';
import type { ApiResponse } from './api/respond.ts';
import type { Emulator } from './emulator.ts';

/** Below it stands what the cloud shows only in its console. */
const PREFIX = '/admin/';

/** The answer to a request below `/admin/`; nothing for any other. */
export function respondToAdmin({ method, url }: ApiRequest, emulator: Emulator): ApiResponse | undefined {
  const path = pathOf(url);
  if (!path.startsWith(PREFIX)) return undefined;
  if (method !== 'GET' && method !== 'HEAD')
    return { status: 405, body: { message: 'the admin endpoint is for reading: GET' } };
  switch (path.slice(PREFIX.length)) {
    case 'status':
      return { status: 200, body: status(emulator) };
    case 'alerts':
      return { status: 200, body: { alerts: emulator.account.alerts } };
    case 'operations':
      return { status: 200, body: { operations: emulator.account.operations } };
    case 'account':
      return { status: 200, body: emulator.account };
    default:
      return {
        status: 404,
        body: { message: 'there are /admin/status, /admin/alerts, /admin/operations, /admin/account' },
      };
  }
}

function status({ account, service }: Emulator): object {
  const strategies = Object.values(account.strategies).map(
    ({ StrategyId, StrategyName, InstanceId, AccessMode }) => {
      const at = service.strategy(StrategyId);
      return {
        InstanceId,
        StrategyId,
        StrategyName,
        AccessMode,
        set: at?.decided.set,
        available: at?.decided.available,
        reason: at?.decided.reason,
        decided: at?.decided.addresses.map(one => one.address),
        published: at?.published.addresses.map(one => one.address),
      };
    },
  );
  const configs = Object.values(account.cloud.configs).map(
    ({ ConfigId, ScheduleHostname, ScheduleZoneName }) => {
      const at = service.config(ConfigId);
      return {
        ConfigId,
        ScheduleHostname,
        ScheduleZoneName,
        health: at?.decided.health,
        fallback: at?.decided.fallback,
        reason: at?.decided.reason,
        published: at?.published.pools.flatMap(pool => pool.addresses.map(one => one.address)),
      };
    },
  );
  return { strategies, configs, alerts: [...service.alerts].sort(), unreachable: service.unreachable };
}
