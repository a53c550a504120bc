import { Command, Option } from 'commander';
import { addressText } from '../gtm/listening.ts';
import { EXIT } from './exit.ts';
import { toldToEnd } from './interrupt.ts';
import { seedOption } from './options.ts';
import { type SocketAddress, socketOption } from './sockets.ts';

const KINDS = ['honest', 'min-ttl', 'max-ttl', 'serve-stale', 'negative', 'prefetch', 'forever'] as const;

interface Options {
  readonly listen: SocketAddress;
  readonly upstream: SocketAddress;
  readonly kind: (typeof KINDS)[number];
  readonly minTtl?: string;
  readonly maxTtl?: string;
  readonly serveStale?: string;
  readonly negative?: string;
  readonly shuffle: boolean;
  readonly seed: number;
}

export function resolverCommand(): Command {
  return new Command('resolver')
    .description('answer clients as resolvers of one kind do, from a cache in front of a name server')
    .addOption(socketOption('--listen <address:port>', 'where to answer clients', '127.0.0.1:5301'))
    .addOption(socketOption('--upstream <address:port>', 'the name server to ask', '127.0.0.1:5300'))
    .addOption(new Option('--kind <kind>', 'how it caches').choices(KINDS).default('honest'))
    .option('--min-ttl <duration>', 'raise shorter TTLs to this')
    .option('--max-ttl <duration>', 'lower longer TTLs to this')
    .option('--serve-stale <duration>', 'hand out expired answers for so long while asking again')
    .option('--negative <duration>', 'remember failures, and that there is nothing, for so long')
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

async function resolve(options: Options): Promise<void> {
  const [{ serveResolver }, { policyOf }, { RealClock }, { seededRandom }, { LabError }] = await Promise.all([
    import('../traffic/resolver-real.ts'),
    import('../traffic/zoo.ts'),
    import('../runtime/real-clock.ts'),
    import('../runtime/random-seeded.ts'),
    import('../lab/lab.ts'),
  ]);
  const { listen, upstream, kind, shuffle, seed, minTtl, maxTtl, serveStale, negative } = options;
  const policy = policyOf(kind, { minTtl, maxTtl, serveStale, negative });
  const resolver = await serveResolver({
    listen,
    upstream,
    policy,
    shuffle,
    clock: new RealClock(),
    random: seededRandom(seed).fork('resolver'),
  }).catch(error => {
    throw new LabError((error as Error).message, { cause: error });
  });
  process.stdout.write(`resolver ready: ${resolver.address} (${kind}) asks ${addressText(upstream)}\n`);
  await toldToEnd();
  await resolver.stop();
  process.exitCode = EXIT.held;
}
