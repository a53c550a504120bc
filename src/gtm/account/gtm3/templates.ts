import * as z from 'zod';
import { COUNTRY, NODES, nodeOf } from '../../catalogue.ts';
import { newDigits } from '../account.ts';
import { type Actions, type Call, read, write } from '../action.ts';
import type { MonitorTemplate } from '../cloud.ts';
import { conflict } from '../errors.ts';
import { readExtendInfo } from '../extend-info.ts';
import { given, json, oneOf, optional, pageOf, paging, text, truth, word } from '../parameters.ts';
import { checkedNodes, cityNodes, nodeDetails } from '../values.ts';
import { DONE, name, remark, templateOf, times } from './common.ts';
import { isLike, isSame } from './search.ts';

/* GTM 3.0: how addresses are checked, and from where. */

const protocol = word('ping', 'tcp', 'http', 'https');
const ipVersion = word('IPv4', 'IPv6');
const settings = {
  Interval: oneOf(15, 60, 300, 900, 1800, 3600),
  Timeout: oneOf(2000, 3000, 5000, 10_000),
  EvaluationCount: oneOf(1, 2, 3),
  FailureRate: oneOf(0, 20, 50, 80, 100),
  IspCityNodes: json(cityNodes),
};

function details(template: MonitorTemplate) {
  const { created: _, updated: __, IspCityNodes, ...fields } = template;
  const IspCityNode = IspCityNodes.map(node => {
    const group = nodeOf(node.CityCode, node.IspCode)?.group ?? 'BGP';
    return { ...nodeDetails(node), GroupType: group, GroupName: `${group} Nodes` };
  });
  return { ...fields, IspCityNodes: { IspCityNode }, ...times(template) };
}

const filters = {
  ...paging,
  Name: optional(text),
  Protocol: optional(protocol),
  IpVersion: optional(ipVersion),
};
type Filters = z.output<z.ZodObject<typeof filters>>;

function find(
  matches: (own: string, wanted: string) => boolean,
  withId: 'TemplateId' | 'CloudGtmMonitorTemplateId',
) {
  return ({ account, parameters }: Call<Filters>): object => {
    const found = Object.values(account.cloud.templates).filter(
      one =>
        (parameters.Name === undefined || matches(one.Name, parameters.Name)) &&
        (parameters.Protocol ?? one.Protocol) === one.Protocol &&
        (parameters.IpVersion ?? one.IpVersion) === one.IpVersion,
    );
    const { items, ...page } = pageOf(found, parameters);
    const Template = items.map(one => ({ ...details(one), [withId]: one.TemplateId }));
    return { ...page, Templates: { Template } };
  };
}

export const templateActions: Actions = {
  CreateCloudGtmMonitorTemplate: write(
    z.object({
      ...settings,
      Name: name,
      Protocol: protocol,
      IpVersion: ipVersion,
      ExtendInfo: optional(z.string()),
    }),
    call => {
      const { account, parameters, now } = call;
      const { ExtendInfo = '{}', IspCityNodes, ...fields } = parameters;
      readExtendInfo(parameters.Protocol, ExtendInfo, 'ExtendInfo');
      const TemplateId = `mtp-${newDigits(account)}`;
      account.cloud.templates[TemplateId] = {
        TemplateId,
        ...fields,
        ExtendInfo,
        IspCityNodes: checkedNodes(IspCityNodes, 'IspCityNodes'),
        Remark: '',
        created: now,
        updated: now,
      };
      return { TemplateId, ...DONE };
    },
  ),
  UpdateCloudGtmMonitorTemplate: write(
    z.object({
      TemplateId: text,
      Name: optional(name),
      ExtendInfo: optional(z.string()),
      Interval: optional(settings.Interval),
      Timeout: optional(settings.Timeout),
      EvaluationCount: optional(settings.EvaluationCount),
      FailureRate: optional(settings.FailureRate),
      IspCityNodes: optional(settings.IspCityNodes),
    }),
    call => {
      const { TemplateId, ...fields } = call.parameters;
      const template = templateOf(call.account, TemplateId);
      if (fields.ExtendInfo !== undefined) readExtendInfo(template.Protocol, fields.ExtendInfo, 'ExtendInfo');
      const IspCityNodes = fields.IspCityNodes && checkedNodes(fields.IspCityNodes, 'IspCityNodes');
      Object.assign(template, given({ ...fields, IspCityNodes }), { updated: call.now });
      return DONE;
    },
  ),
  UpdateCloudGtmMonitorTemplateRemark: write(
    z.object({ TemplateId: text, Remark: remark.optional() }),
    call => {
      const template = templateOf(call.account, call.parameters.TemplateId);
      template.Remark = call.parameters.Remark ?? '';
      template.updated = call.now;
      return DONE;
    },
  ),
  DeleteCloudGtmMonitorTemplate: write(z.object({ TemplateId: text }), ({ account, parameters }) => {
    const { TemplateId } = templateOf(account, parameters.TemplateId);
    const user = Object.values(account.cloud.addresses).find(one =>
      one.HealthTasks.some(task => task.TemplateId === TemplateId),
    );
    if (user)
      throw conflict(
        'CloudGtm.MonitorTemplate.InUse',
        `The template checks the address "${user.Name}" (${user.AddressId}).`,
      );
    delete account.cloud.templates[TemplateId];
    return DONE;
  }),
  DescribeCloudGtmMonitorTemplate: read(z.object({ TemplateId: text }), ({ account, parameters }) =>
    details(templateOf(account, parameters.TemplateId)),
  ),
  ListCloudGtmMonitorTemplates: read(z.object(filters), find(isSame, 'TemplateId')),
  SearchCloudGtmMonitorTemplates: read(z.object(filters), find(isLike, 'CloudGtmMonitorTemplateId')),
  ListCloudGtmMonitorNodes: read(z.object({ ShowDisabledNodes: optional(truth) }), () => {
    const nodes = NODES.map(node => ({
      NodeId: `node-${node.cityCode}${node.ispCode}`,
      CityCode: node.cityCode,
      CityName: node.city,
      CountryCode: COUNTRY.code,
      CountryName: COUNTRY.name,
      IspCode: node.ispCode,
      IspName: node.isp,
      GroupType: node.group,
      GroupName: `${node.group} Nodes`,
      DefaultSelected: node.group === 'BGP',
      EnableStatus: 'enable',
      Ips: { Ip: [] },
    }));
    return { Ipv4IspCityNodes: { Ipv4IspCityNode: nodes }, Ipv6IspCityNodes: { Ipv6IspCityNode: nodes } };
  }),
};
