import * as z from 'zod';
import { AllowedDestinations } from '../runtime/allowed-destinations.ts';
import { addressBytes, canonicalAddress } from '../runtime/ip-address.ts';
import { isLine } from './catalogue.ts';
import { emulatorSettings } from './config.ts';
import { parseSubnet } from './dns/subnet.ts';
import type { Target } from './prober.ts';

/*
 * What `liangdi gtm serve` starts with: an account with its instances, in the words and units of the API, but for ids: what
 * the API refers to by id stands here by its name. Each object is given to the API's own actions, and what they refuse is
 * an error of the file.
 */

/** An API's parameters as YAML has them: lists and objects in place of flattened names. */
const parameters = z.record(z.string(), z.unknown());
const label = z.string().min(1).max(128);

const target = z.string().refine(text => {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-f:.]+)\]|([\d.]+)):(\d{1,5})$/i.exec(text) ?? [];
  return addressBytes(bracketed ?? plain ?? '') !== undefined && Number(port) <= 65_535;
}, 'must be an IP address and a port, such as 127.0.0.1:8081');

/** An address in its one writing, in which it is looked up. */
const address = z.string().transform(canonicalAddress);

/** A text that `check` throws no error for. */
const checkedBy = (check: (text: string) => unknown) =>
  z.string().superRefine((text, context) => {
    try {
      check(text);
    } catch (error) {
      // What looks at the whole is to find it right.
      context.addIssue({ code: 'custom', message: (error as Error).message, continue: false });
    }
  });

const instance = z.strictObject({
  InstanceId: z.string().regex(/^gtm-[-a-z0-9]+$/, 'must look like gtm-cn-…'),
  VersionCode: z.enum(['standard', 'ultimate']).default('ultimate'),
  /** Of UpdateDnsGtmInstanceGlobalConfig. */
  Config: parameters.optional(),
  /** Of AddDnsGtmAddressPool; `Monitor` of AddDnsGtmMonitor. */
  AddrPools: z.array(z.looseObject({ Name: label, Monitor: parameters.optional() })).default([]),
  /** Of AddDnsGtmAccessStrategy and SetDnsGtmAccessMode; pools by `Name`. */
  AccessStrategies: z.array(z.looseObject({ StrategyName: label })).default([]),
});

const cloudInstance = z.strictObject({
  InstanceId: z.string().regex(/^gtm-[-a-z0-9]+$/, 'must look like gtm-cn-…'),
  InstanceName: label,
  VersionCode: z.enum(['standard', 'ultimate']).default('ultimate'),
  ChargeType: z.enum(['prepay', 'postpay']).default('prepay'),
});

const fields = z.strictObject({
  /** Secrets by access key id. */
  accessKeys: z.record(label, z.string().min(1)).default({}),
  /** Names of CloudMonitor's contact groups. */
  alertGroups: z.array(label).default(['default']),
  /** What the cloud does not document. */
  emulator: z
    .strictObject({
      ...emulatorSettings,
      /** Order of answers with all addresses: random, or turning by one each time. */
      order: z.enum(['random', 'rotate']).default('random'),
      /** What CreateCloudGtmInstanceConfig answers as ConfigId: the text that is documented, or nothing. */
      configId: z.enum(['text', 'omit']).default('text'),
      /** Whether the cloud's limits hold. */
      quotas: z.boolean().default(true),
    })
    .prefault({}),
  /** Which clients belong to which line: line codes by networks. */
  lines: z
    .record(checkedBy(parseSubnet), z.string().refine(isLine, 'must be the code of a line'))
    .default({}),
  /** By line, then by address: milliseconds. For instances in mode LATENCY. */
  latency: z.record(z.string(), z.record(address, z.number().nonnegative())).default({}),
  /** Where health checks find addresses: `203.0.113.10` or `203.0.113.10:443` at `127.0.0.1:8081`. */
  reach: z.record(address, target).default({}),
  /** Networks beside loopback that may be probed, in CIDR notation. What is in none of them is not checked. */
  networks: z.array(checkedBy(text => new AllowedDestinations([text]))).default([]),
  /** GTM 2.0. */
  DnsGtm: z.array(instance).default([]),
  /** GTM 3.0. */
  CloudGtm: z
    .strictObject({
      Instances: z.array(cloudInstance).default([]),
      /** Of CreateCloudGtmMonitorTemplate. */
      MonitorTemplates: z.array(z.looseObject({ Name: label })).default([]),
      /** Of CreateCloudGtmAddress; in `HealthTasks`, templates by `Template`. */
      Addresses: z.array(z.looseObject({ Name: label })).default([]),
      /** Of CreateCloudGtmAddressPool and UpdateCloudGtmAddressPoolLbStrategy; in `Addresses`, addresses by `Name`. */
      AddressPools: z.array(z.looseObject({ AddressPoolName: label })).default([]),
      /** Of CreateCloudGtmInstanceConfig and UpdateCloudGtmInstanceConfigLbStrategy; in `AddressPools`, pools by `Name`. */
      InstanceConfigs: z.array(z.looseObject({ InstanceId: label })).default([]),
    })
    .prefault({}),
});

export const accountConfigSchema = fields.superRefine(({ reach, networks }, context) => {
  const allowed = new AllowedDestinations(networks);
  for (const [address, target] of Object.entries(reach)) {
    if (allowed.allows(targetOf(target).address)) continue;
    const message = `"${target}" is neither on loopback nor in one of "networks": add its network there`;
    context.addIssue({ code: 'custom', path: ['reach', address], message });
  }
});

/** Where health checks find an address: a text such as `127.0.0.1:8081` or `[::1]:8081`. */
export function targetOf(text: string): Target {
  const colon = text.lastIndexOf(':');
  return { address: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}

export type AccountConfig = z.output<typeof accountConfigSchema>;
