import { Command, InvalidArgumentError, Option } from 'commander';
import { EXIT } from './exit.ts';
import { seedOption } from './options.ts';
import { type SocketAddress, socketOption } from './sockets.ts';

const KINDS = ['honest', 'min-ttl', 'max-ttl', 'serve-stale', 'negative', 'prefetch', 'forever'] as const;

interface Options {
  readonly listen: SocketAddress;
  readonly upstream: SocketAddress;
  readonly kind: (typeof KINDS)[number];
  readonly minTtl?: number;
  readonly maxTtl?: number;
  readonly serveStale?: number;
  readonly negative?: number;
  readonly shuffle: boolean;
  readonly seed: number;
}

export function resolverCommand(): Command {
  return new Command('resolver')
    .description('answer clients as resolvers of one kind do, from a cache in front of a name server')
    .addOption(socketOption('--listen <address:port>', 'where to answer clients', '127.0.0.1:5301'))
    .addOption(socketOption('--upstream <address:port>', 'the name server to ask', '127.0.0.1:5300'))
    .addOption(new Option('--kind <kind>', 'how it caches').choices(KINDS).default('honest'))
    .addOption(durationOption('--min-ttl <duration>', 'raise shorter TTLs to this'))
    .addOption(durationOption('--max-ttl <duration>', 'lower longer TTLs to this'))
    .addOption(
      durationOption('--serve-stale <duration>', 'hand out expired answers for so long while asking again'),
    )
    .addOption(
      durationOption('--negative <duration>', 'remember failures, and that there is nothing, for so long'),
    )
    .option('--no-shuffle', 'keep the order of cached addresses')
    .addOption(seedOption())
    .addHelpText(
      'after',
      `
Examples:
  liangdi resolver --kind min-ttl --min-ttl 5m
  dig @127.0.0.1 -p 5301 web-demo.example.com`,
    )
    .action(resolve);
}

function durationOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(parseDuration);
}

/** Milliseconds of `200ms`, `15s`, `10m`, `1h`. */
function parseDuration(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const scale = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit ?? ''];
  if (digits === undefined || scale === undefined)
    throw new InvalidArgumentError('It must look like 200ms, 15s, 10m or 1h.');
  return Math.round(Number(digits) * scale);
}

async function resolve(options: Options): Promise<void> {
  const [{ serveResolver }, { ZOO }, { RealClock }, { seededRandom }, { LabError }] = await Promise.all([
    import('../traffic/resolver-real.ts'),
    import('../traffic/zoo.ts'),
    import('../runtime/real-clock.ts'),
    import('../runtime/random-seeded.ts'),
    import('../lab/lab.ts'),
  ]);
  const { listen, upstream, kind, shuffle, seed, minTtl, maxTtl, serveStale, negative } = options;
  const given = { minTtl, maxTtl, serveStale, negative };
  const own = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const resolver = await serveResolver({
    listen,
    upstream,
    policy: { ...ZOO[kind], ...own },
    shuffle,
    clock: new RealClock(),
    random: seededRandom(seed).fork('resolver'),
  }).catch(error => {
    throw new LabError((error as Error).message, { cause: error });
  });
  const at = `${upstream.host}:${upstream.port}`;
  process.stdout.write(`resolver ready: ${resolver.address} (${kind}) asks ${at}\n`);
  await new Promise<void>(done => {
    process.once('SIGINT', () => done());
    process.once('SIGTERM', () => done());
  });
  await resolver.stop();
  process.exitCode = EXIT.held;
}
