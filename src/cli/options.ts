import { InvalidArgumentError, Option } from 'commander';
import { TIME_SCALE } from '../drill/time-scale.ts';
import { ENGINES } from '../kube/engines.ts';

const LARGEST_SEED = 2 ** 32 - 1;
const LABS = ['simulated', 'kind'];
/** Not there yet: asking for one is no wrong usage, but a lab that cannot be had. */
const LABS_TO_COME = ['local', 'kubeconfig'];

export type Format = 'text' | 'json';

export function formatOption(): Option {
  return new Option('--format <format>', 'what to print').choices(['text', 'json']).default('text');
}

export function labOption(): Option {
  return new Option('--lab <lab>', `what the drill runs on: ${LABS.join(' or ')}`)
    .default('simulated')
    .argParser(parseLab);
}

function parseLab(name: string): string {
  if ([...LABS, ...LABS_TO_COME].includes(name)) return name;
  throw new InvalidArgumentError(`Allowed choices are ${LABS.join(', ')}.`);
}

export function engineOption(): Option {
  return new Option(
    '--engine <engine>',
    'what distributes the application (default: what the topology says, else liangdi)',
  ).choices(ENGINES);
}

export function seedOption(): Option {
  return new Option('--seed <number>', 'the same seed gives the same drill').default(1).argParser(parseSeed);
}

export function timeScaleOption(): Option {
  return new Option(
    '--time-scale <factor>',
    'run so many times faster than the files say; 7.5 has the GTM check every 2 s',
  )
    .default(1)
    .argParser(parseTimeScale);
}

export function parseTimeScale(text: string): number {
  const { least, most } = TIME_SCALE;
  const scale = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (scale >= least && scale <= most) return scale;
  throw new InvalidArgumentError(`A time scale is a number from ${least} to ${most}.`);
}

/** A whole number from 0 to 4294967295, in decimal digits. */
export function parseSeed(text: string): number {
  const seed = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (seed <= LARGEST_SEED) return seed;
  throw new InvalidArgumentError(`A seed is a whole number from 0 to ${LARGEST_SEED}.`);
}

export function loadOption(): Option {
  return new Option(
    '--load <tool>',
    "load beside the scenario's clients, at their rate, on the kind lab (see clusters/load)",
  ).choices(['k6']);
}

export function watchOption(): Option {
  return new Option(
    '--watch [port]',
    'show the report live in a browser on this machine, until Ctrl-C',
  ).argParser(parsePort);
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
}
