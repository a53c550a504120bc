import type { Gtm } from '../gtm/gtm.ts';
import type { ClientsConfig } from '../traffic/config.ts';

/** What a load generator needs to know of the system. */
export interface LoadTarget {
  readonly gtm: Gtm;
  readonly clients: Pick<ClientsConfig, 'name' | 'port' | 'path' | 'rate'>;
  /** Public addresses, by centre. */
  readonly addresses: Readonly<Record<string, string>>;
  /** How long it may last, ms. */
  readonly lasts: number;
}

/** Requests beside those of the scenario's clients: they weigh on the system, and no expectation sees them. */
export interface Load {
  start(target: LoadTarget): Promise<void>;
  /** Resolves when it has run to its end. @throws LabError when it failed */
  end(): Promise<void>;
  /** Ends it at once; harmless when it has ended. */
  stop(): Promise<void>;
}
