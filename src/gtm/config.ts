import * as z from 'zod';
import { duration, tellProblems } from '../runtime/yaml.ts';
import { contradictions } from './checks.ts';

/*
 * `clusters/gtm.yaml`: a GTM 2.0 instance in the words and units of its API (AliDNS 2015-01-09, `DnsGtm*`), but for
 * ids: pools are referred to by name. What a drill's clients and centres have no part in (HTTPS and PING checks, IPv6,
 * CNAME answers, latency strategies, lines) is an error, not a silence; account-config.ts takes it all.
 */

/** Pools', strategies' and vantage points' names stand in places and in the journal. */
const name = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be a lower-case DNS label');

const domain = z
  .string()
  .regex(/^(?=.{1,253}$)([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/, {
    error: 'must be a lower-case domain name without a final dot, such as web-demo.example.com',
  });

/** Of a check's request, as it goes over the wire. */
export const requestPath = z
  .string()
  .regex(/^\/[\x21-\x7e]*$/, 'must start with "/" and be ASCII without spaces: percent-encode the rest');

const seconds = (least: number, most: number) => {
  const message = `must be a whole number of seconds from ${least} to ${most}, as in the API`;
  return z.int(message).min(least, message).max(most, message);
};

const weight = z.int().min(1).max(100).default(1);
const lbaStrategy = z.enum(['ALL_RR', 'RATIO']);
const port = z.int().min(1).max(65_535);
const failureRate = z.literal([20, 50, 80, 100]);

const address = z.strictObject({
  /** An IPv4 address, or the name of a centre of the topology for that centre's public address. */
  Addr: z
    .string()
    .refine(text => (/^[\d.]+$/.test(text) ? z.ipv4().safeParse(text) : name.safeParse(text)).success, {
      error: 'must be an IPv4 address or the name of a centre',
    }),
  /** SMART follows the health checks; ONLINE is always answered, OFFLINE never, both unchecked. */
  Mode: z.enum(['SMART', 'ONLINE', 'OFFLINE']).default('SMART'),
  /** For LbaStrategy RATIO, of the pool and of the strategy's set. */
  LbaWeight: weight,
});

const check = {
  /** Seconds. Below 60 only on the ultimate edition. */
  Interval: seconds(15, 3600).default(60),
  /** Milliseconds. */
  Timeout: z.literal([2000, 3000, 5000, 10_000]).default(5000),
  /** Failures in a row after which a vantage point holds the address for down. */
  EvaluationCount: z.int().min(1).max(3).default(2),
  /** The vantage points. `Name` is ours: the API knows codes only. */
  IspCityNode: z
    .array(z.strictObject({ Name: name, CityCode: z.string(), IspCode: z.string().default('465') }))
    .min(1)
    .max(20),
};

const monitor = z.discriminatedUnion('ProtocolType', [
  z.strictObject({
    ProtocolType: z.literal('HTTP'),
    ...check,
    MonitorExtendInfo: z
      .strictObject({
        port: port.default(80),
        /** The Host header; by default the business name. */
        host: domain.optional(),
        path: requestPath.default('/'),
        /** An HTTP status above this fails. */
        code: z.literal([400, 500]).default(500),
        /** Percentage of vantage points. */
        failureRate: failureRate.default(50),
      })
      .prefault({}),
  }),
  z.strictObject({
    ProtocolType: z.literal('TCP'),
    ...check,
    MonitorExtendInfo: z.strictObject({ port, failureRate: failureRate.default(50) }),
  }),
]);

const pool = z.strictObject({
  Name: name,
  Type: z.literal('IPV4').default('IPV4'),
  /** Whether weights of addresses count where the strategy's set is RATIO: an ALL_RR set answers all, whatever its pools say. */
  LbaStrategy: lbaStrategy,
  Addr: z.array(address).min(1).max(50),
  /** Without one, the pool's SMART addresses are always available. */
  Monitor: monitor.optional(),
});

const poolSet = z.array(z.strictObject({ Name: name, LbaWeight: weight })).max(100);
const minimum = z.int().min(1).max(400);

const accessStrategy = z.strictObject({
  StrategyName: z.string().min(1).max(64),
  /** Line codes. The simulated resolvers belong to no line, so only the global line is served. */
  Lines: z.array(z.literal('default')).length(1),
  DefaultAddrPool: poolSet.min(1),
  DefaultLbaStrategy: lbaStrategy.default('ALL_RR'),
  /** Below this many available addresses the set is not available. */
  DefaultMinAvailableAddrNum: minimum,
  FailoverAddrPool: z.union([z.literal('EMPTY').transform(() => []), poolSet]).default([]),
  FailoverLbaStrategy: lbaStrategy.default('ALL_RR'),
  FailoverMinAvailableAddrNum: minimum.default(1),
  AccessMode: z.enum(['AUTO', 'DEFAULT', 'FAILOVER']).default('AUTO'),
});

/** What the cloud does not document, each with the value that we take and why. */
export const emulatorSettings = {
  /** From a decision to the name servers' serving it. Unpublished; a few seconds fit "about 1 minute at best" in all. */
  publishDelay: duration.default(2000),
  /** Successes in a row before a vantage point holds an address for up. One would let a flapping address back at once. */
  recoverySuccesses: z.int().min(1).max(10).default(2),
  /**
   * How long the primary set must have been available before AUTO goes back to it. The cloud seems to go back at once
   * (`0s`), which sends clients to and fro when a centre flaps.
   */
  holdDown: duration.default(120_000),
  /**
   * The answer when no set is available: all addresses of the primary set (`default`; GTM 3.0 documents this rule), the
   * last good answer, or none.
   */
  whenAllDown: z.enum(['default', 'last-known', 'empty']).default('default'),
  /** Whether a status equal to `code` passes (`gt`, as the documentation reads) or fails (`gte`). */
  codeComparison: z.enum(['gt', 'gte']).default('gt'),
};

export const gtmConfigSchema = z
  .strictObject({
    InstanceId: z.string().regex(/^gtm-[-a-z0-9]+$/, 'must look like gtm-cn-…'),
    InstanceName: z.string().min(1).max(64),
    VersionCode: z.enum(['standard', 'ultimate']),
    Config: z.strictObject({
      /** The access domain, which the instance answers for, is `PublicRr`.`PublicZoneName`. */
      PublicRr: z.string().regex(/^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/, 'must be a lower-case host label'),
      PublicZoneName: domain,
      /** The business name, whose CNAME points to the access domain. */
      PublicUserDomainName: domain,
      /** Seconds. Below 60 only on the ultimate edition. */
      Ttl: seconds(1, 86_400).default(60),
    }),
    AddrPools: z.array(pool).min(1).max(20),
    /** One: the API wants distinct lines, and only one line is served. */
    AccessStrategies: z.array(accessStrategy).superRefine((strategies, context) => {
      if (strategies.length === 1) return;
      const names = strategies.map(({ StrategyName }) => StrategyName).join(', ') || 'none';
      context.addIssue({ code: 'custom', message: `expected one strategy, found ${names}` });
    }),
    emulator: z.strictObject(emulatorSettings).prefault({}),
  })
  .superRefine((config, context) => tellProblems(contradictions(config), context));

export type GtmConfig = z.output<typeof gtmConfigSchema>;
