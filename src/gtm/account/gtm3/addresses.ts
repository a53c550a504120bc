import * as z from 'zod';
import { canonicalAddress } from '../../../runtime/ip-address.ts';
import { type Account, newDigits } from '../account.ts';
import { type Actions, type Call, read, write } from '../action.ts';
import type { CloudAddress, CloudPool, CloudType, HealthTask, Member } from '../cloud.ts';
import { ApiError, conflict, invalid, missing } from '../errors.ts';
import { given, json, optional, pageOf, paging, text, whole, word } from '../parameters.ts';
import { checkedAddress, quota } from '../values.ts';
import {
  addressDetails,
  addressOf,
  addressStatus,
  cloudType,
  configReference,
  DONE,
  judgement,
  name,
  onOff,
  poolSettings,
  poolStatus,
  remark,
  templateOf,
} from './common.ts';
import { isLike, isSame } from './search.ts';

/* GTM 3.0: addresses and their health tasks. */

export const LIMITS = {
  templates: 10,
  ports: 5,
  referencesPerTemplate: 50,
  referencesPerAddress: 10,
} as const;

const healthTasks = json(
  z
    .array(z.object({ TemplateId: text, Port: whole(0, 65_535).nullish() }))
    .max(LIMITS.templates * LIMITS.ports),
);
const availableMode = word('auto', 'manual');
const manualStatus = word('available', 'unavailable');

const FAMILY: Readonly<Record<CloudType, 'IPV4' | 'IPV6' | 'DOMAIN'>> = {
  IPv4: 'IPV4',
  IPv6: 'IPV6',
  domain: 'DOMAIN',
};

/** Tasks of templates that there are and that fit the address. Terraform writes a port of 0 where there is none. */
function checkedTasks(
  call: Call<unknown>,
  { AddressId, Type }: Pick<CloudAddress, 'AddressId' | 'Type'>,
  list: z.output<typeof healthTasks>,
): HealthTask[] {
  const tasks = list.map(({ TemplateId, Port }, i) => {
    const template = templateOf(call.account, TemplateId);
    if (Type !== 'domain' && template.IpVersion !== Type)
      throw new ApiError(
        'CloudGtm.Address.DispatchTypeNotMatchMonitorTemplate',
        `HealthTasks.${i + 1}: the template "${template.Name}" checks ${template.IpVersion} addresses, not ${Type}.`,
      );
    return { TemplateId, Port: template.Protocol === 'ping' ? 0 : (Port ?? 0) };
  });
  const keys = tasks.map(task => `${task.TemplateId}/${task.Port}`);
  if (new Set(keys).size < keys.length) throw invalid('HealthTasks', 'a task stands in it twice');
  quota(call, new Set(tasks.map(task => task.TemplateId)).size, LIMITS.templates, 'templates for an address');
  // A ping has none.
  const ports = new Set(tasks.map(task => task.Port).filter(port => port > 0));
  quota(call, ports.size, LIMITS.ports, 'ports of an address');
  for (const id of new Set(tasks.map(task => task.TemplateId))) {
    const others = Object.values(call.account.cloud.addresses).filter(
      one => one.AddressId !== AddressId && one.HealthTasks.some(task => task.TemplateId === id),
    );
    quota(call, others.length + 1, LIMITS.referencesPerTemplate, 'references to a template');
  }
  return tasks;
}

export function poolsWith(pools: Readonly<Record<string, CloudPool>>, address: string): CloudPool[] {
  return Object.values(pools).filter(pool => pool.members.some(member => member.id === address));
}

/** No pool has an endpoint twice. */
function checkUnique({ cloud }: Account, { AddressId, Address }: CloudAddress): void {
  const endpoint = canonicalAddress(Address);
  const hasIt = ({ id }: Member) =>
    id !== AddressId && canonicalAddress(cloud.addresses[id]?.Address ?? '') === endpoint;
  for (const { AddressPoolName, members } of poolsWith(cloud.pools, AddressId))
    if (members.some(hasIt))
      throw invalid('Address', `${endpoint} is in the pool "${AddressPoolName}" already`);
}

const filters = {
  ...paging,
  Address: optional(text),
  AddressId: optional(text),
  EnableStatus: optional(onOff),
  HealthStatus: optional(word('ok', 'ok_alert', 'ok_no_monitor', 'exceptional')),
  Type: optional(cloudType),
};
const listFilters = z.object({ ...filters, Name: optional(text), MonitorTemplateId: optional(text) });
const searchFilters = z.object({
  ...filters,
  AvailableStatus: optional(manualStatus),
  MonitorTemplateName: optional(text),
  Names: z.array(z.string()).optional(),
  NameSearchCondition: optional(word('and', 'or')),
  Remarks: z.array(z.string()).optional(),
  RemarkSearchCondition: optional(word('and', 'or')),
});

function isOneOf(
  own: string,
  wanted: readonly string[] | undefined,
  condition: 'and' | 'or' = 'or',
): boolean {
  if (wanted === undefined || wanted.length === 0) return true;
  return condition === 'and' ? wanted.every(one => isLike(own, one)) : wanted.some(one => isLike(own, one));
}

function find<F extends z.output<z.ZodObject<typeof filters>>>(
  call: Call<F>,
  matches: (own: string, wanted: string) => boolean,
  also: (address: CloudAddress) => boolean,
): object {
  const { account, parameters: p } = call;
  const found = Object.values(account.cloud.addresses).filter(
    one =>
      (p.Address === undefined ||
        matches(one.Address, p.Address) ||
        canonicalAddress(one.Address) === canonicalAddress(p.Address)) &&
      (p.AddressId ?? one.AddressId) === one.AddressId &&
      (p.EnableStatus ?? one.EnableStatus) === one.EnableStatus &&
      (p.Type ?? one.Type) === one.Type &&
      (p.HealthStatus === undefined || addressStatus(call, one).HealthStatus === p.HealthStatus) &&
      also(one),
  );
  const { items, ...page } = pageOf(found, p);
  return { ...page, Addresses: { Address: items.map(one => addressDetails(call, one)) } };
}

export const addressActions: Actions = {
  CreateCloudGtmAddress: write(
    z.object({
      Name: name,
      Address: text,
      Type: cloudType,
      EnableStatus: onOff,
      AvailableMode: z.string().min(1),
      ManualAvailableStatus: optional(z.string()),
      HealthJudgement: judgement,
      HealthTasks: optional(healthTasks),
      AttributeInfo: optional(z.string()),
      Remark: optional(remark),
    }),
    call => {
      const { account, parameters, now } = call;
      const { Name, Type, EnableStatus, HealthJudgement, HealthTasks = [] } = parameters;
      const AddressId = `addr-${newDigits(account)}`;
      account.cloud.addresses[AddressId] = {
        AddressId,
        Name,
        Address: checkedAddress(parameters.Address, FAMILY[Type], 'Address'),
        Type,
        EnableStatus,
        ...availability(parameters.AvailableMode, parameters.ManualAvailableStatus),
        HealthJudgement,
        HealthTasks: checkedTasks(call, { AddressId, Type }, HealthTasks),
        AttributeInfo: parameters.AttributeInfo ?? '',
        Remark: parameters.Remark ?? '',
        created: now,
        updated: now,
      };
      return { AddressId, ...DONE };
    },
  ),
  UpdateCloudGtmAddress: write(
    z.object({
      AddressId: text,
      Name: optional(name),
      Address: optional(text),
      HealthJudgement: optional(judgement),
      HealthTasks: optional(healthTasks),
      AttributeInfo: optional(z.string()),
    }),
    call => {
      const { AddressId, Name, Address, HealthJudgement, HealthTasks, AttributeInfo } = call.parameters;
      const address = addressOf(call.account, AddressId);
      if (Name !== undefined) address.Name = Name;
      if (Address !== undefined) {
        address.Address = checkedAddress(Address, FAMILY[address.Type], 'Address');
        checkUnique(call.account, address);
      }
      if (HealthJudgement !== undefined) address.HealthJudgement = HealthJudgement;
      if (HealthTasks !== undefined) address.HealthTasks = checkedTasks(call, address, HealthTasks);
      if (AttributeInfo !== undefined) address.AttributeInfo = AttributeInfo;
      address.updated = call.now;
      return DONE;
    },
  ),
  UpdateCloudGtmAddressEnableStatus: write(z.object({ AddressId: text, EnableStatus: onOff }), call => {
    const address = addressOf(call.account, call.parameters.AddressId);
    Object.assign(address, { EnableStatus: call.parameters.EnableStatus, updated: call.now });
    return DONE;
  }),
  UpdateCloudGtmAddressManualAvailableStatus: write(
    z.object({
      AddressId: text,
      AvailableMode: optional(z.string()),
      ManualAvailableStatus: optional(z.string()),
    }),
    call => {
      const { AddressId, AvailableMode, ManualAvailableStatus } = call.parameters;
      const address = addressOf(call.account, AddressId);
      const mode = AvailableMode ?? address.AvailableMode;
      Object.assign(address, availability(mode, ManualAvailableStatus ?? address.ManualAvailableStatus), {
        updated: call.now,
      });
      return DONE;
    },
  ),
  UpdateCloudGtmAddressRemark: write(z.object({ AddressId: text, Remark: remark.optional() }), call => {
    const address = addressOf(call.account, call.parameters.AddressId);
    Object.assign(address, { Remark: call.parameters.Remark ?? '', updated: call.now });
    return DONE;
  }),
  DeleteCloudGtmAddress: write(z.object({ AddressId: text }), ({ account, parameters }) => {
    const { AddressId } = addressOf(account, parameters.AddressId);
    const [user] = poolsWith(account.cloud.pools, AddressId);
    if (user)
      throw conflict(
        'CloudGtm.Address.InUse',
        `The address is in the pool "${user.AddressPoolName}" (${user.AddressPoolId}).`,
      );
    delete account.cloud.addresses[AddressId];
    return DONE;
  }),
  DescribeCloudGtmAddress: read(z.object({ AddressId: text }), call =>
    addressDetails(call, addressOf(call.account, call.parameters.AddressId)),
  ),
  DescribeCloudGtmAddressReference: read(z.object({ AddressId: text }), call => {
    const { account, parameters } = call;
    const { AddressId, Address, Name } = addressOf(account, parameters.AddressId);
    const AddressPool = poolsWith(account.cloud.pools, AddressId).map(pool => {
      const { created: _, updated: __, ...fields } = poolSettings(pool);
      return {
        ...fields,
        ...poolStatus(call, pool),
        InstanceConfigs: { InstanceConfig: configsWith(call, pool) },
      };
    });
    return { AddressId, Address, Name, AddressPools: { AddressPool } };
  }),
  ListCloudGtmAddresses: read(listFilters, call => {
    const { Name, MonitorTemplateId } = call.parameters;
    return find(
      call,
      isSame,
      one =>
        (Name === undefined || isSame(one.Name, Name)) &&
        (MonitorTemplateId === undefined ||
          one.HealthTasks.some(task => task.TemplateId === MonitorTemplateId)),
    );
  }),
  SearchCloudGtmAddresses: read(searchFilters, call => {
    const { account, parameters: p } = call;
    const template = (id: string) => account.cloud.templates[id]?.Name ?? '';
    return find(
      call,
      isLike,
      one =>
        isOneOf(one.Name, p.Names, p.NameSearchCondition) &&
        isOneOf(one.Remark, p.Remarks, p.RemarkSearchCondition) &&
        (p.AvailableStatus === undefined || addressStatus(call, one).AvailableStatus === p.AvailableStatus) &&
        (p.MonitorTemplateName === undefined ||
          one.HealthTasks.some(task => isLike(template(task.TemplateId), p.MonitorTemplateName ?? ''))),
    );
  }),
};

/** The configs that a pool answers for. */
export function configsWith(call: Pick<Call<unknown>, 'account' | 'view'>, pool: CloudPool) {
  const { cloud } = call.account;
  return Object.values(cloud.configs)
    .filter(config => config.members.some(member => member.id === pool.AddressPoolId))
    .map(config => ({
      ...configReference(call, config),
      InstanceName: cloud.instances[config.InstanceId]?.InstanceName ?? '',
    }));
}

/** The codes are the documented ones. */
function availability(mode: string, manual: string | undefined) {
  const AvailableMode = availableMode.safeParse(mode);
  if (!AvailableMode.success)
    throw new ApiError(
      'CloudGtm.Address.AvailableModeInvalid',
      'The parameter AvailableMode must be auto or manual.',
    );
  if (AvailableMode.data === 'manual' && manual === undefined) throw missing('ManualAvailableStatus');
  const ManualAvailableStatus = manualStatus.optional().safeParse(manual);
  if (!ManualAvailableStatus.success)
    throw new ApiError(
      'CloudGtm.Address.AvailableStatusInvalid',
      'The parameter ManualAvailableStatus must be available or unavailable.',
    );
  return {
    AvailableMode: AvailableMode.data,
    ...given({ ManualAvailableStatus: ManualAvailableStatus.data }),
  };
}
