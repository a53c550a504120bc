import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Account, copyOf } from '../../src/gtm/account/account.ts';
import type { View } from '../../src/gtm/account/action.ts';
import { execute } from '../../src/gtm/account/execute.ts';
import { accountConfigSchema } from '../../src/gtm/account-config.ts';
import type { Saved } from '../../src/gtm/emulator.ts';
import { flatten, seedAccount } from '../../src/gtm/seed.ts';
import { serveGtm } from '../../src/gtm/serve.ts';
import { StateFile } from '../../src/gtm/state-file.ts';
import { InputError } from '../../src/runtime/input-error.ts';
import { MemoryJournal } from '../../src/runtime/journal-memory.ts';
import { parseYaml } from '../../src/runtime/yaml.ts';
import { scratch } from '../scratch.ts';

const CONFIG = `
reach: { 192.0.2.1: '127.0.0.1:1' }
DnsGtm:
  - InstanceId: gtm-cn-two
    Config: { PublicRr: www, PublicZoneName: example.com, AlertConfig: [{ NoticeType: ADDR_ALERT, SmsNotice: true }], AlertGroup: '["default"]' }
    AddrPools:
      - { Name: a, Type: IPV4, Addr: [{ Addr: 192.0.2.1 }], Monitor: { ProtocolType: TCP, MonitorExtendInfo: { port: 80 }, IspCityNode: [{ CityCode: '503' }] } }
      - { Name: b, Type: IPV4, Addr: [{ Addr: 192.0.2.2 }] }
    AccessStrategies:
      - { StrategyName: main, Lines: [default], DefaultAddrPool: [{ Name: a, LbaWeight: 2 }], DefaultMinAvailableAddrNum: 1, FailoverAddrPool: [{ Name: b }] }
CloudGtm:
  Instances: [{ InstanceId: gtm-cn-three, InstanceName: three }]
  MonitorTemplates:
    - { Name: tcp, Protocol: tcp, Interval: 60, Timeout: 2000, EvaluationCount: 2, FailureRate: 50, IspCityNodes: [{ CityCode: '503', IspCode: '465' }] }
  Addresses:
    - { Name: a, Address: 192.0.2.1, AvailableMode: manual, ManualAvailableStatus: available, HealthTasks: [{ Template: tcp, Port: 80 }] }
  AddressPools: [{ AddressPoolName: p, Addresses: [{ Name: a }] }]
  InstanceConfigs:
    - { InstanceId: gtm-cn-three, ScheduleHostname: www, ScheduleZoneName: example.org, AddressPools: [{ Name: p, RequestSource: [default] }] }
`;

/** An account with something of everything. */
function made(): Account {
  const config = parseYaml(CONFIG, 'account.yaml', accountConfigSchema);
  const view: View = { status: () => 'NO_DATA', strategy: () => undefined, held: () => new Set() };
  const surroundings = { now: 0, view, settings: config.emulator };
  const notices = [{ NoticeType: 'addr_alert', SmsNotice: true, QpsThreshold: 1, Threshold: 1 }];
  const { account } = execute(
    seedAccount(config, 'account.yaml', 0, config.emulator),
    'UpdateCloudGtmGlobalAlert',
    flatten({ AlertConfig: JSON.stringify(notices), AlertGroup: '["default"]', ClientToken: 't' }),
    surroundings,
  );
  account.alerts.push({
    at: 0,
    generation: '3.0',
    ActionType: 'ALERT',
    EntityType: 'GTM_ADDRESS',
    entity: 'a',
    Content: 'is abnormal',
  });
  return account;
}

/** Every field of an object and below it. */
function* fieldsOf(
  value: unknown,
  path: readonly (string | number)[] = [],
): Generator<readonly (string | number)[]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    if (!Array.isArray(value)) yield at;
    yield* fieldsOf(inner, at);
  }
}

function without(value: unknown, [first = '', ...rest]: readonly (string | number)[]): unknown {
  if (Array.isArray(value)) return value.with(Number(first), without(value[Number(first)], rest));
  const { [first]: inner, ...others } = value as Record<string, unknown>;
  return rest.length === 0 ? others : { ...(value as object), [first]: without(inner, rest) };
}

const activeTimers = () => process.getActiveResourcesInfo().filter(one => one === 'Timeout').length;

const written = (path: readonly (string | number)[]) =>
  path
    .map(step => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .slice(1);

/** Fields that may be absent, and ids. */
const OPTIONAL =
  /^memory|\.(LbaWeight|backup|ManualAvailableStatus|QpsThreshold|Threshold)$|^account\.(cloud\.)?(instances|pools|monitors|strategies|configs|addresses|templates)\.[^.]+$|\.tokens\./;
/** But for those of 2.0's addresses. */
const REQUIRED = /\.Addr\[\d+\]\.LbaWeight$/;

describe('a state file', () => {
  const path = join(scratch(), 'state.json');
  const file = new StateFile(path);
  let saved: Saved;
  let fields: readonly (readonly (string | number)[])[];

  beforeAll(() => {
    saved = { account: made(), alerts: ['a'], memory: { c: ['p'] } };
    file.save(saved);
    fields = [...fieldsOf(JSON.parse(readFileSync(path, 'utf8')))];
  });

  const load = (value: unknown) => {
    writeFileSync(path, JSON.stringify(value));
    return file.load();
  };

  test('gives back what it was given', () => {
    expect(file.load()).toMatchObject(JSON.parse(JSON.stringify(saved)));
    expect(load({ format: 1, ...saved, memory: undefined })).toMatchObject({ account: saved.account });
  });

  test('that lacks a field is refused with its name and what is missing', () => {
    expect(fields.length).toBeGreaterThan(100);
    for (const field of fields) {
      const name = written(field);
      const attempt = () => load(without({ format: 1, ...saved }, field));
      if (OPTIONAL.test(name) && !REQUIRED.test(name)) expect(attempt, name).not.toThrow();
      else {
        expect(attempt, name).toThrow(InputError);
        expect(attempt, name).toThrow(`${path}: ${name}: is missing`);
      }
    }
  });

  test('whose field is of another kind is refused likewise', () => {
    const account = copyOf(saved.account);
    Object.assign(account.cloud.globalAlert, { AlertGroup: 'default' });
    expect(() => load({ format: 1, ...saved, account })).toThrow(
      `${path}: account.cloud.globalAlert.AlertGroup: expected a list, found "default"; this is not a state file of`,
    );
  });

  test.each([
    ['a strategy of a pool that there is not', (account: Account) => Object.assign(account, { pools: {} })],
    [
      'a check that cannot be made',
      ({ monitors }: Account) => {
        for (const monitor of Object.values(monitors)) monitor.MonitorExtendInfo = '{';
      },
    ],
  ])('that holds together no more ends the emulator before it begins: %s', async (_, change) => {
    const account = copyOf(saved.account);
    change(account);
    file.save({ ...saved, account });
    const timers = activeTimers();
    const socket = { host: '127.0.0.1', port: 0 };
    const serving = serveGtm({
      file: 'account.yaml',
      read: () => CONFIG,
      dns: socket,
      api: socket,
      auth: 'off',
      state: path,
      timeScale: 1,
      seed: 1,
      journal: new MemoryJournal(),
      tell: () => {},
    });
    await expect(serving).rejects.toThrow(InputError);
    await expect(serving).rejects.toThrow(`${path}: `);
    expect(activeTimers()).toBe(timers);
  });

  test.each(['', '{', 'null', '[]', '{"format":2}'])('that is none is told so: %s', text => {
    writeFileSync(path, text);
    expect(() => file.load()).toThrow(InputError);
    expect(() => file.load()).toThrow('this is not a state file of `liangdi gtm serve`');
  });
});
