import { type Account, type Alert, emptyAccount } from './account/account.ts';
import type { ApiSettings, View } from './account/action.ts';
import { MOST_ROWS } from './account/common-2.ts';
import { execute } from './account/execute.ts';
import type { Flat } from './account/parameters.ts';
import { planOf } from './account/plan.ts';
import type { EmulatorSettings } from './account/resolve-2.ts';
import type { Authority, Finding, Question } from './dns-types.ts';
import type { AddressStatus } from './model.ts';
import type { Check } from './prober.ts';
import { GtmService, type Memory, type ServiceOptions } from './service.ts';
import type { Summary } from './steering.ts';

/** What an emulator knows: enough to go on after its end. */
export interface Saved {
  readonly account: Account;
  /** Keys of the checks whose address is held for down. */
  readonly alerts: readonly string[];
  readonly memory?: Memory;
}

export interface EmulatorOptions
  extends Omit<ServiceOptions, 'publishDelay' | 'alerts' | 'memory' | 'onDecision' | 'onHealth'> {
  readonly settings: EmulatorSettings & ApiSettings;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Keeps what it is given before it returns: a call is answered when it is kept. */
  readonly save?: (saved: Saved) => void;
  readonly saved?: Saved;
}

/** An account's GTM, with the API to manage it and the name servers that it tells what to answer. */
export class Emulator implements Authority {
  readonly #options: EmulatorOptions;
  readonly #service: GtmService;
  #account: Account;

  constructor(options: EmulatorOptions) {
    const { settings, saved } = options;
    this.#options = options;
    this.#account = saved?.account ?? emptyAccount();
    this.#service = new GtmService(planOf(this.#account, settings), {
      ...options,
      publishDelay: settings.publishDelay,
      alerts: saved?.alerts ?? [],
      memory: saved?.memory ?? {},
      onDecision: (id, decided, before) => this.#decided(id, decided, before),
      onHealth: (check, status, failing) => this.#health(check, status, failing),
    });
  }

  get account(): Account {
    return this.#account;
  }

  /** How the API and the admin endpoint see the service. */
  get view(): View {
    const service = this.#service;
    return {
      status: key => service.status(key),
      strategy: id => service.strategy(id)?.decided,
      held: id => service.config(id)?.decided.held ?? new Set(),
    };
  }

  get service(): GtmService {
    return this.#service;
  }

  find(question: Question): Finding {
    return this.#service.find(question);
  }

  /**
   * Calls an action of the API. What it changes is kept, and is at work, when this returns.
   *
   * @returns The answer's body, but for its RequestId.
   * @throws ApiError when the call is refused; any other error when it could not be kept. Nothing is changed then.
   */
  call(action: string, parameters: Flat): object {
    const { settings, now } = this.#options;
    const { account, body } = execute(this.#account, action, parameters, {
      now: now(),
      view: this.view,
      settings,
    });
    if (account !== this.#account) this.replace(account);
    return body;
  }

  /** Works on another account from now on. */
  replace(account: Account): void {
    const before = this.#account;
    this.#account = account;
    try {
      this.#save();
    } catch (error) {
      this.#account = before;
      throw error;
    }
    this.#service.apply(planOf(account, this.#options.settings));
    // What was decided on it at once.
    this.#save();
  }

  stop(): void {
    this.#service.stop();
  }

  #save(): void {
    const { alerts, memory } = this.#service;
    this.#options.save?.({ account: this.#account, alerts: [...alerts].sort(), memory });
  }

  #health({ key, address }: Check, status: AddressStatus, failing: number): void {
    const ActionType = status === 'ALERT' ? 'ALERT' : 'RESUME';
    const [owner = ''] = key.split('/');
    const cloud = this.#account.cloud.addresses[owner];
    const says = status === 'ALERT' ? 'is abnormal' : 'is normal again';
    const Content = `${address} ${says}: ${failing} nodes see it down`;
    const pool = this.#account.pools[owner];
    this.#note({
      ActionType,
      EntityType: 'GTM_ADDRESS',
      generation: cloud ? '3.0' : '2.0',
      entity: cloud ? owner : (pool?.InstanceId ?? owner),
      Content,
    });
  }

  #decided(id: string, decided: Summary, before: Summary | undefined): void {
    if (before === undefined) return;
    if (before.set === decided.set) {
      this.#save();
      return;
    }
    const strategy = this.#account.strategies[id];
    const config = this.#account.cloud.configs[id];
    const name = strategy?.StrategyName ?? config?.ScheduleHostname ?? id;
    this.#note({
      ActionType: config ? (decided.set === 'FAILOVER' ? 'ALERT' : 'RESUME') : 'SWITCH',
      EntityType: config ? 'GTM_ADDRESS_POOL' : 'GTM_INSTANCE',
      generation: config ? '3.0' : '2.0',
      entity: config ? id : (strategy?.InstanceId ?? id),
      Content: `${name} switched from ${before.set} to ${decided.set}: ${decided.reason}`,
    });
  }

  #note(alert: Omit<Alert, 'at'>): void {
    const alerts = [...this.#account.alerts, { at: this.#options.now(), ...alert }].slice(-MOST_ROWS);
    this.#account = { ...this.#account, alerts };
    this.#save();
  }
}
