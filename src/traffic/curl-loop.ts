import { type JournalEvent, type RequestEvent, succeeded } from '../runtime/journal.ts';
import { type ClientsConfig, clientsSchema } from './config.ts';

/** `for i in {1..requests}; do curl NAME; sleep EVERY; done`; `every` in milliseconds. */
export interface CurlLoop {
  readonly requests: number;
  readonly every: number;
}

/** The article's loop as the only client of a name: curl behind a resolver that honours the TTL and shuffles. */
export function curlLoop(
  { name, port, path }: Pick<ClientsConfig, 'name' | 'port' | 'path'>,
  loop: CurlLoop,
): ClientsConfig {
  const curl = { name: 'curl', loop, triesNextAddress: true };
  return clientsSchema.parse({ name, port, path, rate: 1, populations: [curl] });
}

/** What a `curl` without options prints. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** Turns a journal into what curl prints for each request, and counts where the requests went. */
export class CurlOutput {
  readonly #host: string;
  readonly #bodies = new Map<number, string>();
  /** Requests that the application answered, by centre. */
  readonly #served = new Map<string, number>();
  #errors = 0;

  constructor(host: string) {
    this.#host = host;
  }

  /** Undefined for an event that is no request. */
  print(event: JournalEvent): Printed | undefined {
    if (event.kind === 'body') this.#bodies.set(event.id, event.text);
    if (event.kind !== 'request') return undefined;
    this.#count(event);
    if (event.failure !== undefined) return { stdout: '', stderr: `curl: ${this.#complaint(event)}\n` };
    return { stdout: this.#bodies.get(event.body ?? 0) ?? '', stderr: '' };
  }

  /** `29 from cluster1-beijing, 21 from cluster2-beijing, 0 errors`. */
  summary(): string {
    const centres = [...this.#served].sort(([one], [other]) => (one < other ? -1 : 1));
    const served = centres.map(([centre, requests]) => `${requests} from ${centre}`);
    return [...served, `${this.#errors} ${this.#errors === 1 ? 'error' : 'errors'}`].join(', ');
  }

  #count(request: RequestEvent): void {
    const { centre = 'elsewhere' } = request;
    if (!succeeded(request)) this.#errors++;
    else this.#served.set(centre, (this.#served.get(centre) ?? 0) + 1);
  }

  /** With curl's exit codes (https://curl.se/libcurl/c/libcurl-errors.html). */
  #complaint({ failure }: RequestEvent): string {
    switch (failure) {
      case 'dns':
        return `(6) Could not resolve host: ${this.#host}`;
      case 'refused':
        return `(7) Failed to connect to ${this.#host}: connection refused`;
      case 'reset':
        return `(56) Connection to ${this.#host} was reset`;
      default:
        return `(28) ${this.#host} did not answer in time`;
    }
  }
}
