import { type Account, type Alert, copyOf, emptyAccount, MOST_ROWS } from './account/account.ts';
import type { ApiSettings, View } from './account/action.ts';
import { execute } from './account/execute.ts';
import type { EmulatorSettings } from './account/gtm2/resolve.ts';
import type { Flat } from './account/parameters.ts';
import { planOf } from './account/plan.ts';
import { addressAlert, resumed, switchAlert, unavailable } from './alerting.ts';
import type { Authority, Finding, Question } from './dns/types.ts';
import type { Check, HealthChange } from './prober.ts';
import { checksIn, GtmService, type Memory, type ServiceOptions } from './service.ts';
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
  /** Keeps what it is given before it returns: a call is answered when it is kept. Called at the start too. */
  readonly save?: (saved: Saved) => void;
  /** Told when what was seen, or decided because of it, cannot be kept. It is kept with what comes next. */
  readonly onUnkept?: (error: Error) => void;
  readonly saved?: Saved;
}

/** An account's GTM, with the API to manage it and the name servers that it tells what to answer. */
export class Emulator implements Authority {
  readonly #options: EmulatorOptions;
  readonly #service: GtmService;
  #account: Account;
  #unavailable: ReturnType<typeof unavailable>;

  constructor(options: EmulatorOptions) {
    const { settings, saved } = options;
    this.#options = options;
    this.#account = saved ? copyOf(saved.account) : emptyAccount();
    this.#service = new GtmService(planOf(this.#account, settings), {
      ...options,
      publishDelay: settings.publishDelay,
      alerts: saved?.alerts ?? [],
      memory: saved?.memory ?? {},
      onDecision: (id, decided, before) => this.#decided(id, decided, before),
      onHealth: (check, change) => this.#health(check, change),
    });
    try {
      this.#unavailable = unavailable(this.#account, this.view, this.#service.alerts);
      this.#save();
    } catch (error) {
      this.#service.stop();
      throw error;
    }
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
    if (account !== this.#account) this.#replace(account);
    return body;
  }

  /** What an emulator that takes this one's place, with another account, has to know of health. */
  handedOver(account: Account, settings: EmulatorSettings): Saved {
    const own = checksIn(planOf(this.#account, this.#options.settings));
    const before = new Map(own.map(({ key, address }) => [key, address]));
    const { alerts, memory } = this.#service;
    // Another account may have given a key to another address.
    const same = checksIn(planOf(account, settings)).filter(one => before.get(one.key) === one.address);
    return { account, alerts: same.map(one => one.key).filter(key => alerts.has(key)), memory };
  }

  #replace(account: Account): void {
    const before = this.#account;
    this.#account = account;
    try {
      this.#save();
    } catch (error) {
      this.#account = before;
      throw error;
    }
    this.#service.apply(planOf(account, this.#options.settings));
    this.#noteAvailability();
    // What was decided on it at once.
    this.#keep();
  }

  stop(): void {
    this.#service.stop();
  }

  #save(): void {
    const { alerts, memory } = this.#service;
    this.#options.save?.({ account: this.#account, alerts: [...alerts].sort(), memory });
  }

  /** The same for what nobody waits for: name servers go on answering, whatever becomes of the disk. */
  #keep(): void {
    try {
      this.#save();
    } catch (error) {
      this.#options.onUnkept?.(error as Error);
    }
  }

  #health(check: Check, change: HealthChange): void {
    this.#note(addressAlert(this.#account, check, change));
    this.#noteAvailability();
  }

  #decided(id: string, decided: Summary, before: Summary | undefined): void {
    if (before === undefined) return;
    const alert = switchAlert(this.#account, id, decided, before);
    if (alert) this.#note(alert);
    else this.#keep();
  }

  /** Tells of sets and pools that went or came since it was called last. */
  #noteAvailability(): void {
    const before = this.#unavailable;
    this.#unavailable = unavailable(this.#account, this.view, this.#service.alerts);
    for (const [key, row] of before) if (!this.#unavailable.has(key)) this.#note(resumed(row));
    for (const [key, row] of this.#unavailable) if (!before.has(key)) this.#note(row);
  }

  #note(alert: Omit<Alert, 'at'>): void {
    const alerts = [...this.#account.alerts, { at: this.#options.now(), ...alert }].slice(-MOST_ROWS);
    this.#account = { ...this.#account, alerts };
    this.#keep();
  }
}
