/*
 * A GTM 3.0 instance config as the emulator works with it: pools and addresses in place of their ids, in the order of
 * their serial numbers, no optional settings left. `cloudConfig` of account/gtm3/resolve.ts makes it from the account.
 */

import type { RecordType } from './model.ts';

export type CloudStrategy = 'round_robin' | 'sequence' | 'weight' | 'source_nearest';
export type CloudJudgement = 'any_ok' | 'p30_ok' | 'p50_ok' | 'p70_ok' | 'all_ok';

/** What a config is called in DNS, whether it answers or not. */
export interface CloudName {
  /** The access domain; lower case, no final dot. */
  readonly name: string;
  readonly zone: string;
  readonly ttlSeconds: number;
}

export interface ResolvedCloud extends CloudName {
  readonly id: string;
  readonly type: RecordType;
  readonly strategy: CloudStrategy;
  readonly preemptive: boolean;
  readonly pools: readonly CloudPoolModel[];
}

interface Ranked {
  readonly id: string;
  readonly serial: number;
  readonly weight: number;
  /** Lines whose clients it is for; none: the global line. */
  readonly lines: readonly string[];
}

export interface CloudPoolModel extends Ranked {
  readonly enabled: boolean;
  /** Of its addresses. */
  readonly type: RecordType;
  readonly judgement: CloudJudgement;
  readonly strategy: CloudStrategy;
  readonly preemptive: boolean;
  readonly addresses: readonly CloudAddressModel[];
}

export interface CloudAddressModel extends Ranked {
  readonly address: string;
  readonly enabled: boolean;
  /** `auto` follows health; the other two say whatever health says. */
  readonly mode: 'auto' | 'available' | 'unavailable';
  readonly judgement: CloudJudgement;
  /** Keys of its health tasks. */
  readonly tasks: readonly string[];
}
