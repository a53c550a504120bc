import * as z from 'zod';
import { LINES } from '../../catalogue.ts';
import { timeText } from '../account.ts';
import { type Actions, type Call, read, write } from '../action.ts';
import { type CloudInstance, domainOf } from '../cloud.ts';
import { optional, pageOf, paging, text, word } from '../parameters.ts';
import { COMMODITY_CODE, cloudInstanceOf, DONE } from './common.ts';
import { isLike, isSame } from './search.ts';

/* GTM 3.0: instances, and what is the account's as a whole. */

const TASK_QUOTA = 100;

const instanceFilters = {
  ...paging,
  InstanceId: optional(text),
  InstanceName: optional(text),
  ChargeType: optional(word('prepay', 'postpay')),
};

function findInstances(
  { account, parameters: p }: Call<z.output<z.ZodObject<typeof instanceFilters>>>,
  matches: (own: string, wanted: string) => boolean,
  expiry: (instance: CloudInstance) => object,
): object {
  const found = Object.values(account.cloud.instances).filter(
    one =>
      (p.InstanceId ?? one.InstanceId) === one.InstanceId &&
      (p.InstanceName === undefined || matches(one.InstanceName, p.InstanceName)) &&
      (p.ChargeType ?? one.ChargeType) === one.ChargeType,
  );
  const { items, ...page } = pageOf(found, p);
  const Instance = items.map(instance => {
    const { created, updated, expires: _, ...fields } = instance;
    const config = Object.values(account.cloud.configs).find(one => one.InstanceId === instance.InstanceId);
    return {
      ...fields,
      ...expiry(instance),
      CommodityCode: COMMODITY_CODE,
      ScheduleDomainName: config ? domainOf(config) : '',
      MonitorTaskQuota: TASK_QUOTA,
      MonthlyEmailUsed: 0,
      MonthlySmsQuota: 1000,
      MonthlySmsUsed: 0,
      MonthlyWebhookUsed: 0,
      CreateTime: timeText(created),
      CreateTimestamp: created,
      UpdateTime: timeText(updated),
      UpdateTimestamp: updated,
    };
  });
  return { ...page, Instances: { Instance } };
}

export const cloudInstanceActions: Actions = {
  ListCloudGtmInstances: read(z.object(instanceFilters), call =>
    findInstances(call, isSame, ({ expires }) => ({
      ExpireTime: timeText(expires),
      ExpireTimestamp: expires,
    })),
  ),
  // The SDK's model of this action has the two the other way round, and its cast throws on a date.
  SearchCloudGtmInstances: read(z.object(instanceFilters), call =>
    findInstances(call, isLike, ({ expires }) => ({ ExpireTime: expires, ExpireTimestamp: String(expires) })),
  ),
  UpdateCloudGtmInstanceName: write(z.object({ InstanceId: text, InstanceName: text.max(128) }), call => {
    const instance = cloudInstanceOf(call.account, call.parameters.InstanceId);
    instance.InstanceName = call.parameters.InstanceName;
    instance.updated = call.now;
    return DONE;
  }),
  DescribeCloudGtmSummary: read(z.object({}), ({ account: { cloud } }) => ({
    InstanceTotalCount: Object.keys(cloud.instances).length,
    MonitorTaskTotalCount: Object.values(cloud.addresses).reduce(
      (sum, one) => sum + one.HealthTasks.length,
      0,
    ),
    MonitorTaskTotalQuota: TASK_QUOTA * Math.max(1, Object.keys(cloud.instances).length),
  })),
  DescribeCloudGtmSystemLines: read(z.object({}), () => {
    const tree = (parent: string): object[] =>
      LINES.filter(line => line.parent === parent).map(({ code, name }) => ({
        code,
        name,
        children: tree(code),
      }));
    const SystemLine = LINES.map(({ code, name, parent }) => ({
      Code: code,
      Name: name,
      DisplayName: name,
      ParentCode: parent,
      IsAvailable: true,
    }));
    return { SystemLines: { SystemLine }, SystemLinesTree: JSON.stringify(tree('')) };
  }),
};
