import { AllowedDestinations } from '../runtime/allowed-destinations.ts';
import type { Journal } from '../runtime/journal.ts';
import { realNetwork } from '../runtime/network-real.ts';
import { realPing } from '../runtime/ping-real.ts';
import { seededRandom } from '../runtime/random-seeded.ts';
import { RealClock } from '../runtime/real-clock.ts';
import { ScaledClock } from '../runtime/scaled-clock.ts';
import { wallTime } from '../runtime/wall.ts';
import { parseYaml } from '../runtime/yaml.ts';
import { type AccountConfig, accountConfigSchema } from './account-config.ts';
import { respondToAdmin } from './admin.ts';
import type { ApiRequest } from './api/request.ts';
import { type ApiResponse, respondToApi } from './api/respond.ts';
import { type Auth, Authenticator } from './api/signature.ts';
import { type ApiServer, serveApi } from './api-server-real.ts';
import { type DnsServer, serveDns } from './dns-server-real.ts';
import { Emulator } from './emulator.ts';
import { LineTable } from './lines.ts';
import type { Target } from './prober.ts';
import { seedAccount } from './seed.ts';
import { StateFile } from './state-file.ts';

export interface SocketAddress {
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
}

export interface ServeOptions {
  readonly file: string;
  /** The file's text, now and whenever it is asked for again. @throws InputError */
  readonly read: () => string;
  readonly dns: SocketAddress;
  readonly api: SocketAddress;
  readonly auth: Auth;
  /** Where the account is kept over restarts. */
  readonly state?: string;
  /** How many times as fast as real time intervals and delays go by. TTLs on the wire stay. */
  readonly timeScale: number;
  readonly seed: number;
  readonly journal: Journal;
  /** For people: what went wrong, or is not as it may seem. */
  readonly tell: (message: string) => void;
}

export interface Serving {
  /** `ip:port` of both. */
  readonly dns: string;
  readonly api: string;
  readonly emulator: Emulator;
  /** Lets questions vanish, as name servers do that are cut off; and answers again. */
  silence(): Promise<void>;
  answer(): Promise<void>;
  /** Takes the file again, as if started first: what the API changed since is gone. @throws InputError; nothing changes then. */
  reload(): void;
  stop(): Promise<void>;
}

/** An emulator with its sockets. @throws InputError, and Error when it cannot listen. */
export async function serveGtm(options: ServeOptions): Promise<Serving> {
  const { file, state, journal, tell } = options;
  const config = parseYaml(options.read(), file, accountConfigSchema);
  const clock = new ScaledClock(new RealClock(), options.timeScale);
  const random = seededRandom(options.seed);
  const kept = state === undefined ? undefined : new StateFile(state);
  const account = seedAccount(config, file, wallTime(), config.emulator);
  const saved = kept?.load();
  const ping = realPing(config.networks);
  const emulator = new Emulator({
    settings: config.emulator,
    saved: saved ?? { account, alerts: [] },
    ...(kept && { save: one => kept.save(one) }),
    now: wallTime,
    clock,
    random: random.fork('gtm'),
    journal,
    network: realNetwork({
      clock,
      networks: config.networks,
      onLocalFailure: error => tell(`a health check could not be made: ${error.message}`),
    }),
    ...(ping && { ping }),
    centreOf: () => undefined,
    reach: reachOf(config),
    lines: new LineTable(config.lines),
    order: config.emulator.order,
    latency: config.latency,
    nameServer: glueOf(options.dns.host),
  });
  if (kept && !saved) emulator.replace(account);
  const tellUnreachable = teller(emulator, tell);
  tellUnreachable();
  const authenticator = new Authenticator(options.auth, new Map(Object.entries(config.accessKeys)));
  const onError = (error: unknown) =>
    tell(`a bug: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
  const ports = { emulator, authenticator, random: random.fork('request ids'), now: wallTime, onError };
  const { dns, api } = await listen(options, emulator, onError, request => {
    const answer = respondToAdmin(request, emulator) ?? respondToApi(request, ports);
    tellUnreachable();
    return answer;
  });
  return {
    dns: dns.address,
    api: api.address,
    emulator,
    silence: () => dns.silence(),
    answer: () => dns.start(),
    reload() {
      const again = parseYaml(options.read(), file, accountConfigSchema);
      emulator.replace(seedAccount(again, file, wallTime(), again.emulator));
      tellUnreachable();
    },
    async stop() {
      await Promise.all([dns.stop(), api.stop()]);
      emulator.stop();
    },
  };
}

/** Opens both sockets, or neither. */
async function listen(
  { dns, api }: Pick<ServeOptions, 'dns' | 'api'>,
  emulator: Emulator,
  onError: (error: unknown) => void,
  answer: (request: ApiRequest) => ApiResponse,
): Promise<{ readonly dns: DnsServer; readonly api: ApiServer }> {
  let opened: DnsServer | undefined;
  try {
    opened = await serveDns({ ...dns, onError }, emulator);
    return { dns: opened, api: await serveApi(api, answer) };
  } catch (error) {
    await opened?.stop();
    emulator.stop();
    throw error;
  }
}

/** Health checks go where `reach` says, or to the address itself on loopback and in the networks that may be probed. */
function reachOf({ reach, networks }: AccountConfig): (address: string, port: number) => Target | undefined {
  const targets = new Map(Object.entries(reach).map(([address, target]) => [address, targetOf(target)]));
  const allowed = new AllowedDestinations(networks);
  return (address, port) =>
    targets.get(`${address}:${port}`) ??
    targets.get(address) ??
    (allowed.allows(address) ? { address, port } : undefined);
}

function targetOf(text: string): Target {
  const colon = text.lastIndexOf(':');
  return { address: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}

/** Who listens everywhere is found on loopback at least. */
function glueOf(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

/** Says of each address once that it is not checked. */
function teller(emulator: Emulator, tell: (message: string) => void): () => void {
  const told = new Set<string>();
  return () => {
    for (const address of emulator.service.unreachable) {
      if (told.has(address)) continue;
      told.add(address);
      tell(
        `${address} is not checked and counts as up: neither "reach" nor "networks" of the configuration has it and it ` +
          'is not on loopback, or it is to be pinged and there is no ping command',
      );
    }
  };
}
