/**
 * A GTM 2.0 instance as the emulator works with it: pools in place of their names, milliseconds, no optional settings
 * left. `resolveGtm` makes it from the configuration.
 */
export interface ResolvedGtm {
  readonly instanceId: string;
  /** The two names that are answered for, and the zone whose other names do not exist; lower case, no final dot. */
  readonly businessName: string;
  readonly accessDomain: string;
  readonly zone: string;
  readonly ttlSeconds: number;
  readonly pools: readonly Pool[];
  readonly strategies: readonly Strategy[];
  readonly emulator: SteeringSettings;
}

/** What the cloud does not document of deciding and publishing; `emulator` in config.ts gives the reasons. */
export interface SteeringSettings {
  readonly publishDelay: number;
  readonly holdDown: number;
  readonly whenAllDown: WhenAllDown;
}

export type WhenAllDown = 'default' | 'last-known' | 'empty';
export type LbaStrategy = 'ALL_RR' | 'RATIO';
export type AddressMode = 'SMART' | 'ONLINE' | 'OFFLINE';
export type AccessMode = 'AUTO' | 'DEFAULT' | 'FAILOVER';
/** The primary and the backup pool set of an access strategy. */
export type SetName = 'DEFAULT' | 'FAILOVER';
export type AddressStatus = 'OK' | 'ALERT';
/** What a pool's members are in DNS: IPv4 or IPv6 addresses, or other names. */
export type RecordType = 'A' | 'AAAA' | 'CNAME';

export interface Pool {
  readonly name: string;
  readonly lbaStrategy: LbaStrategy;
  readonly members: readonly Member[];
  readonly monitor?: Monitor;
}

/** An address in a pool. The same address in two pools is two members, each judged by its own pool's checks. */
export interface Member {
  /** Unique in the instance: `pool/address`. */
  readonly key: string;
  readonly address: string;
  readonly mode: AddressMode;
  readonly weight: number;
}

/** When results of checks change how an address stands. */
export interface HealthRule {
  /** Failures in a row after which a vantage point holds the address for down. */
  readonly evaluationCount: number;
  /** Successes in a row after which it holds the address for up again. */
  readonly recoverySuccesses: number;
  /** Percentage of vantage points that must hold the address for down. */
  readonly failureRate: number;
}

interface Check extends HealthRule {
  readonly interval: number;
  readonly timeout: number;
  /** 0 where the protocol has none. */
  readonly port: number;
  /** Names of the vantage points; their places are `vantage/<name>`. */
  readonly nodes: readonly string[];
}

export interface TcpMonitor extends Check {
  readonly protocol: 'TCP';
}

export interface HttpMonitor extends Check {
  readonly protocol: 'HTTP' | 'HTTPS';
  readonly host: string;
  readonly path: string;
  /** The lowest HTTP status that counts as a failure. */
  readonly failsFrom: number;
  /** HTTPS: whether the handshake names the host (RFC 6066 §3). */
  readonly sni?: boolean;
  /** Whether it is what a redirect leads to that counts. */
  readonly followRedirect?: boolean;
}

export interface PingMonitor extends Check {
  readonly protocol: 'PING';
  readonly packets: number;
  /** Percentage of lost packets from which on it fails. */
  readonly failsFromLoss: number;
}

export type Monitor = TcpMonitor | HttpMonitor | PingMonitor;

export interface PoolSet {
  readonly type: RecordType;
  readonly pools: readonly { readonly pool: Pool; readonly weight: number }[];
  readonly lbaStrategy: LbaStrategy;
  /** Available addresses that the set needs to be available itself. */
  readonly minimum: number;
  /** Of an instance that answers by latency: how many addresses an answer has, nearest first. */
  readonly nearest?: number;
}

export interface Strategy {
  /** Unique in the instance, as `name` need not be. */
  readonly id: string;
  readonly name: string;
  /** Codes of the lines whose clients it answers; `default` is all that no other one has. */
  readonly lines: readonly string[];
  readonly accessMode: AccessMode;
  readonly primary: PoolSet;
  /** Absent: `EMPTY` in the configuration. */
  readonly backup?: PoolSet;
}
