import * as z from 'zod';
import { type Actions, read, write } from '../action.ts';
import type { CloudAlertConfig } from '../cloud.ts';
import { given, json, optional, pageOf, paging, text, truth, whole, word } from '../parameters.ts';
import { configOf, DONE } from './common.ts';
import { isLike } from './search.ts';

/* GTM 3.0: who is told what, and what there was to tell. */

const alertConfig = json(
  z.array(
    z.object({
      NoticeType: word('addr_alert', 'addr_resume', 'addr_pool_unavailable', 'addr_pool_available'),
      SmsNotice: truth.nullish(),
      EmailNotice: truth.nullish(),
      DingtalkNotice: truth.nullish(),
      QpsThreshold: whole().nullish(),
      Threshold: whole().nullish(),
    }),
  ),
);
const alertGroup = json(z.array(z.string()));

function notices(list: z.output<typeof alertConfig>): CloudAlertConfig[] {
  return list.map(({ NoticeType, SmsNotice, EmailNotice, DingtalkNotice, QpsThreshold, Threshold }) => ({
    NoticeType,
    SmsNotice: SmsNotice ?? false,
    EmailNotice: EmailNotice ?? false,
    DingtalkNotice: DingtalkNotice ?? false,
    ...given({ QpsThreshold: QpsThreshold ?? undefined, Threshold: Threshold ?? undefined }),
  }));
}

export const alertActions: Actions = {
  DescribeCloudGtmGlobalAlert: read(z.object({}), ({ account }) => {
    const { AlertConfig, AlertGroup } = account.cloud.globalAlert;
    return { AlertConfig: { AlertConfig }, AlertGroup: { AlertGroup } };
  }),
  UpdateCloudGtmGlobalAlert: write(
    z.object({ AlertConfig: optional(alertConfig), AlertGroup: optional(alertGroup) }),
    ({ account, parameters }) => {
      const { AlertConfig, AlertGroup } = parameters;
      const changes = { AlertConfig: AlertConfig && notices(AlertConfig), AlertGroup };
      Object.assign(account.cloud.globalAlert, given(changes));
      return DONE;
    },
  ),
  DescribeCloudGtmInstanceConfigAlert: read(
    z.object({ ConfigId: text, InstanceId: optional(text) }),
    ({ account, parameters }) => {
      const config = configOf(account, parameters.ConfigId, parameters.InstanceId);
      const { ConfigId, InstanceId, AlertMode, alert } = config;
      const { AlertConfig, AlertGroup } = AlertMode === 'global' ? account.cloud.globalAlert : alert;
      const own = AlertConfig.map(({ QpsThreshold: _, Threshold: __, ...notice }) => notice);
      return {
        ConfigId,
        InstanceId,
        AlertMode,
        AlertConfig: { AlertConfig: own },
        AlertGroup: { AlertGroup },
      };
    },
  ),
  UpdateCloudGtmInstanceConfigAlert: write(
    z.object({
      ConfigId: text,
      InstanceId: optional(text),
      AlertMode: optional(word('global', 'instance_config')),
      AlertConfig: optional(alertConfig),
      AlertGroup: optional(alertGroup),
    }),
    call => {
      const { ConfigId, InstanceId, AlertMode, AlertConfig, AlertGroup } = call.parameters;
      const config = configOf(call.account, ConfigId, InstanceId);
      if (AlertMode !== undefined) config.AlertMode = AlertMode;
      Object.assign(config.alert, given({ AlertConfig: AlertConfig && notices(AlertConfig), AlertGroup }));
      config.updated = call.now;
      return DONE;
    },
  ),
  ListCloudGtmAvailableAlertGroups: read(z.object({}), ({ account }) => ({
    AlertGroups: { AlertGroup: account.alertGroups.map(GroupName => ({ GroupName })) },
  })),
  ListCloudGtmAlertLogs: read(
    z.object({
      ...paging,
      StartTimestamp: whole(),
      EndTimestamp: whole(),
      ActionType: optional(word('ALERT', 'RESUME')),
      EntityType: optional(word('GTM_ADDRESS', 'GTM_ADDRESS_POOL', 'GTM_INSTANCE', 'GTM_MONITOR_TEMPLATE')),
      Keyword: optional(text),
    }),
    ({ account, parameters: p }) => {
      const rows = account.alerts.filter(
        row =>
          row.generation === '3.0' &&
          row.at >= p.StartTimestamp &&
          row.at <= p.EndTimestamp &&
          (p.ActionType ?? row.ActionType) === row.ActionType &&
          (p.EntityType ?? row.EntityType) === row.EntityType &&
          isLike(`${row.entity} ${row.Content}`, p.Keyword ?? ''),
      );
      const { items, ...page } = pageOf(rows.reverse(), p);
      const Log = items.map(({ at, ActionType, EntityType, Content }) => ({
        ActionType,
        EntityType,
        Content,
        Timestamp: at,
      }));
      return { ...page, Logs: { Log } };
    },
  ),
};
