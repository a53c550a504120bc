import { appendFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { InputError } from '../runtime/input-error.ts';
import type { Journal } from '../runtime/journal.ts';
import { shipped } from '../runtime/shipped.ts';
import { EXIT } from './exit.ts';
import { toldToEnd } from './interrupt.ts';
import { seedOption } from './options.ts';
import { type SocketAddress, socketOption } from './sockets.ts';

const SHIPPED = shipped('clusters/gtm-account.yaml');
/** Faster, and a health check would end before loopback answers. */
const FASTEST = 100;

interface Options {
  readonly config: string;
  readonly dns: SocketAddress;
  readonly api: SocketAddress;
  readonly auth: 'strict' | 'lenient' | 'off';
  readonly state?: string;
  readonly journal?: string;
  readonly timeScale: number;
  readonly seed: number;
}

export function gtmCommand(): Command {
  return new Command('gtm')
    .description('the emulator of Alibaba Cloud GTM alone, without a drill')
    .addCommand(serveCommand())
    .helpCommand(false);
}

function serveCommand(): Command {
  return new Command('serve')
    .description(
      "answer GTM's API (2.0 and 3.0) and DNS until told to end; SIGHUP takes the configuration again",
    )
    .option('--config <file>', 'the account, in the words of the API', SHIPPED)
    .addOption(socketOption('--dns <address:port>', 'where to answer DNS', '127.0.0.1:5300'))
    .addOption(socketOption('--api <address:port>', 'where to answer the API', '127.0.0.1:5380'))
    .addOption(
      new Option('--auth <how>', 'what signatures count: right ones, any, none needed')
        .choices(['strict', 'lenient', 'off'])
        .default('lenient'),
    )
    .option('--state <file>', 'keep the account here over restarts; it goes before the configuration')
    .option('--journal <file>', 'append what happens here, one event a line')
    .addOption(
      new Option('--time-scale <times>', 'how many times as fast intervals and delays pass; TTLs stay')
        .default(1)
        .argParser(parseScale),
    )
    .addOption(seedOption())
    .addHelpText(
      'after',
      `
Examples:
  liangdi gtm serve --time-scale 15
  liangdi gtm serve --config my-account.yaml --state gtm.json --auth strict
  dig @127.0.0.1 -p 5300 web-demo.example.com`,
    )
    .action(serve);
}

function parseScale(text: string): number {
  const scale = Number(text);
  if (scale >= 1 && scale <= FASTEST) return scale;
  throw new InvalidArgumentError(`It must be a number from 1 to ${FASTEST}.`);
}

/** Ends at the first event that cannot be written, and tells so. @throws InputError when nothing can. */
function journalIn(path: string, tell: (message: string) => void): Journal {
  const why = (error: unknown) => `the journal cannot be written: ${(error as Error).message}`;
  let isOver = false;
  try {
    appendFileSync(path, '');
  } catch (error) {
    throw new InputError(path, why(error));
  }
  return {
    append(event) {
      if (isOver) return;
      try {
        appendFileSync(path, `${JSON.stringify(event)}\n`);
      } catch (error) {
        isOver = true;
        tell(`${path}: ${why(error)}; what follows is not in it`);
      }
    },
  };
}

async function serve(options: Options): Promise<void> {
  const [{ serveGtm }, { readText }, { LabError }] = await Promise.all([
    import('../gtm/serve.ts'),
    import('../runtime/read-text.ts'),
    import('../lab/lab.ts'),
  ]);
  const { config, journal, state, ...rest } = options;
  const tell = (message: string) => process.stderr.write(`liangdi: ${message}\n`);
  const serving = await serveGtm({
    ...rest,
    file: config,
    read: () => readText(config),
    ...(state !== undefined && { state }),
    journal: journal === undefined ? { append() {} } : journalIn(journal, tell),
    tell,
  }).catch(error => {
    const { message, name } = error as Error;
    throw name === 'InputError' ? error : new LabError(message, { cause: error });
  });
  process.stdout.write(`gtm ready: dns ${serving.dns} (udp, tcp), api http://${serving.api}\n`);
  process.on('SIGHUP', () => {
    try {
      serving.reload();
      tell('took the configuration again');
    } catch (error) {
      tell(`the configuration stays as it was: ${(error as Error).message}`);
    }
  });
  await toldToEnd();
  await serving.stop();
  process.exitCode = EXIT.held;
}
