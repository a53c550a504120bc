import { InvalidArgumentError, Option } from 'commander';
import { TIME_SCALE } from '../judge/time-scale.ts';
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
  return new Option('--seed <number>', 'seeds all that is random: the same again with the same seed')
    .default(1)
    .argParser(wholeNumber('A seed is', 0, LARGEST_SEED));
}

export function timeScaleOption(): Option {
  return new Option(
    '--time-scale <factor>',
    'run so many times faster than the files say; 7.5 has the GTM check every 2 s',
  )
    .default(1)
    .argParser(parseTimeScale);
}

function parseTimeScale(text: string): number {
  const { least, most } = TIME_SCALE;
  const scale = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (scale >= least && scale <= most) return scale;
  throw new InvalidArgumentError(`A time scale is a number from ${least} to ${most}.`);
}

/** Reads a whole number in decimal digits; another text is refused in a sentence that begins with `what`. */
export function wholeNumber(what: string, least: number, most: number): (text: string) => number {
  return text => {
    const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(`${what} a whole number from ${least} to ${most}.`);
  };
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
  ).argParser(wholeNumber('A port is', 0, 65_535));
}
