import { AllowedDestinations } from '../runtime/allowed-destinations.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Journal } from '../runtime/journal.ts';
import { realNetwork } from '../runtime/network-real.ts';
import { realPing } from '../runtime/ping-real.ts';
import type { Random } from '../runtime/random.ts';
import { seededRandom } from '../runtime/random-seeded.ts';
import { RealClock } from '../runtime/real-clock.ts';
import { ScaledClock } from '../runtime/scaled-clock.ts';
import { wallTime } from '../runtime/wall.ts';
import { InputError, parseYaml } from '../runtime/yaml.ts';
import { ApiError } from './account/errors.ts';
import { type AccountConfig, accountConfigSchema, targetOf } from './account-config.ts';
import { respondToAdmin } from './admin.ts';
import type { ApiRequest } from './api/request.ts';
import { type ApiResponse, respondToApi } from './api/respond.ts';
import { type Auth, Authenticator } from './api/signature.ts';
import { type ApiServer, serveApi } from './api-server-real.ts';
import { type DnsServer, serveDns } from './dns/server-real.ts';
import type { Authority } from './dns/types.ts';
import { Emulator, type Saved } from './emulator.ts';
import { LineTable } from './lines.ts';
import type { ListenAddress } from './listening.ts';
import type { Target } from './prober.ts';
import { seedAccount } from './seed.ts';
import { StateFile } from './state-file.ts';

export interface ServeOptions {
  readonly file: string;
  /** The file's text, now and whenever it is asked for again. @throws InputError */
  readonly read: () => string;
  readonly dns: ListenAddress;
  readonly api: ListenAddress;
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
  /** Another one after each `reload`. */
  readonly emulator: Emulator;
  /** Lets questions vanish, as name servers do that are cut off; and answers again. */
  silence(): Promise<void>;
  answer(): Promise<void>;
  /**
   * Takes the whole file again, as if started first: what the API changed since is gone, and what is down stays so.
   *
   * @throws InputError, and Error when the state cannot be kept; nothing changes then.
   */
  reload(): void;
  stop(): Promise<void>;
}

/** An emulator with its sockets. @throws InputError, and Error when it cannot listen or keep its state. */
export async function serveGtm(options: ServeOptions): Promise<Serving> {
  const { file, state, tell } = options;
  const random = seededRandom(options.seed);
  const clock = new ScaledClock(new RealClock(), options.timeScale);
  const kept = state === undefined ? undefined : new StateFile(state);
  const begin = (config: AccountConfig, saved: Saved) =>
    beginEmulator(options, config, { clock, random: random.fork('gtm') }, saved, kept);
  const read = () => {
    const config = parseYaml(options.read(), file, accountConfigSchema);
    return { config, account: seedAccount(config, file, wallTime(), config.emulator) };
  };
  const { config, account } = read();
  const before = kept?.load();
  if (before) tell(`the account comes from ${state}, where it was kept, and not from ${file}`);
  const source = before && state !== undefined ? state : file;
  let emulator = begun(source, () => begin(config, before ?? { account, alerts: [] }));
  const tellUnreachable = teller(tell);
  tellUnreachable(emulator);
  const authenticator = new Authenticator(options.auth, secretsOf(config));
  const onError = (error: unknown) =>
    tell(`a bug: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
  const ports = { authenticator, random: random.fork('request ids'), now: wallTime, onError };
  const authority: Authority = { find: question => emulator.find(question) };
  const answer = (request: ApiRequest) => {
    const response = respondToAdmin(request, emulator) ?? respondToApi(request, { emulator, ...ports });
    tellUnreachable(emulator);
    return response;
  };
  const { dns, api } = await listen(options, authority, onError, answer).catch(error => {
    emulator.stop();
    throw error;
  });
  return {
    dns: dns.address,
    api: api.address,
    get emulator() {
      return emulator;
    },
    silence: () => dns.silence(),
    answer: () => dns.start(),
    reload() {
      const again = read();
      const before = emulator;
      emulator = begin(again.config, before.handedOver(again.account, again.config.emulator));
      before.stop();
      authenticator.secrets = secretsOf(again.config);
      tellUnreachable(emulator);
    },
    async stop() {
      await Promise.all([dns.stop(), api.stop()]);
      emulator.stop();
    },
  };
}

/** An account that was changed in its file may hold together no more. @throws InputError for what the API would refuse. */
function begun(file: string, begin: () => Emulator): Emulator {
  try {
    return begin();
  } catch (error) {
    if (error instanceof ApiError) throw new InputError(file, error.message);
    throw error;
  }
}

function beginEmulator(
  { journal, dns, tell }: ServeOptions,
  config: AccountConfig,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  saved: Saved,
  kept: StateFile | undefined,
): Emulator {
  const { emulator: settings, latency, networks } = config;
  const ping = realPing(networks);
  return new Emulator({
    settings,
    saved,
    ...(kept && { save: one => kept.save(one), onUnkept: error => tell(error.message) }),
    now: wallTime,
    clock,
    random,
    journal,
    network: realNetwork({
      clock,
      networks,
      onLocalFailure: error => tell(`a health check could not be made: ${error.message}`),
    }),
    ...(ping && { ping }),
    centreOf: () => undefined,
    reach: reachOf(config),
    lines: new LineTable(config.lines),
    order: settings.order,
    latency,
    nameServer: glueOf(dns.host),
  });
}

function secretsOf({ accessKeys }: AccountConfig): ReadonlyMap<string, string> {
  return new Map(Object.entries(accessKeys));
}

/** Opens both sockets, or neither. */
async function listen(
  { dns, api }: Pick<ServeOptions, 'dns' | 'api'>,
  authority: Authority,
  onError: (error: unknown) => void,
  answer: (request: ApiRequest) => ApiResponse,
): Promise<{ readonly dns: DnsServer; readonly api: ApiServer }> {
  let opened: DnsServer | undefined;
  try {
    opened = await serveDns({ ...dns, onError }, authority);
    return { dns: opened, api: await serveApi(api, answer) };
  } catch (error) {
    await opened?.stop();
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

/** Who listens everywhere is found on loopback at least. Records have no room for a zone (`fe80::1%eth0`). */
function glueOf(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host.replace(/%.*$/, '');
}

/** Says of each address once that it is not checked. */
function teller(tell: (message: string) => void): (emulator: Emulator) => void {
  const told = new Set<string>();
  return emulator => {
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
