import type * as z from 'zod';
import type { AddressStatus, SetName } from '../model.ts';
import type { Account } from './account.ts';

/** What the API tells of the emulator at work. */
export interface View {
  /** How the checks of `key` stand: of a 2.0 pool's member, `pool/address`; of a 3.0 address's task, `taskKey`. */
  status(key: string): AddressStatus | 'NO_DATA';
  /** What a 2.0 access strategy has decided. */
  strategy(id: string): StrategyView | undefined;
  /** What a 3.0 config's sequences hold on to: ids of pools and addresses. */
  held(config: string): ReadonlySet<string>;
}

export interface StrategyView {
  readonly set: SetName;
  readonly available: Readonly<Record<SetName, number>>;
}

/** What the cloud does not document, as far as the API shows it. */
export interface ApiSettings {
  /** `CreateCloudGtmInstanceConfig` answers the ConfigId that its documentation shows, or none: the TypeScript SDK throws on it. */
  readonly configId: 'text' | 'omit';
  /** Whether the cloud's limits hold. */
  readonly quotas: boolean;
}

export interface Call<P> {
  /** The account: of a write, a copy that becomes the account when the call succeeds. */
  readonly account: Account;
  readonly parameters: P;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly view: View;
  readonly settings: ApiSettings;
}

export interface Action {
  readonly kind: 'read' | 'write';
  readonly parameters: z.ZodType;
  /** The body of the answer, but for its RequestId. @throws ApiError */
  run(call: Call<unknown>): object;
}

export function read<S extends z.ZodType>(parameters: S, run: (call: Call<z.output<S>>) => object): Action {
  return { kind: 'read', parameters, run: run as (call: Call<unknown>) => object };
}

export function write<S extends z.ZodType>(parameters: S, run: (call: Call<z.output<S>>) => object): Action {
  return { kind: 'write', parameters, run: run as (call: Call<unknown>) => object };
}

export type Actions = Readonly<Record<string, Action>>;
