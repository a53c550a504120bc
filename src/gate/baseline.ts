import * as z from 'zod';
import { InputError } from '../runtime/input-error.ts';
import type { Series } from './figures.ts';

const schema = z.strictObject({
  format: z.literal(1),
  seeds: z.int().min(1),
  /** By scenario, by series, by seed; null: without end. */
  scenarios: z.record(z.string(), z.record(z.string(), z.array(z.number().nullable()).min(1))),
});

/** What the last version measured that people were content with: by scenario, its series. */
export type Baseline = ReadonlyMap<string, readonly Series[]>;

/** A baseline as a file to be committed: a line a series, so that a difference shows what moved. */
export function baselineText(seeds: number, baseline: Baseline): string {
  const scenarios = [...baseline]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([scenario, all]) => {
      // JSON has no infinity: null stands for a recovery that never came.
      const lines = all
        .filter(({ samples }) => samples.length > 0)
        .map(({ name, samples }) => `      ${JSON.stringify(name)}: ${JSON.stringify(samples)}`);
      return `    ${JSON.stringify(scenario)}: {\n${lines.join(',\n')}\n    }`;
    });
  return `{\n  "format": 1,\n  "seeds": ${seeds},\n  "scenarios": {\n${scenarios.join(',\n')}\n  }\n}\n`;
}

/** @throws InputError when the text is no baseline, or one of another number of seeds. */
export function parseBaseline(text: string, file: string, seeds: number): Baseline {
  const parsed = schema.safeParse(json(text));
  if (!parsed.success) throw new InputError(file, 'is not a baseline; --update-baseline writes one');
  if (parsed.data.seeds !== seeds)
    throw new InputError(
      file,
      `was made with ${parsed.data.seeds} seeds a scenario, and the gate has ${seeds}; --update-baseline makes it anew`,
    );
  return new Map(
    Object.entries(parsed.data.scenarios).map(([scenario, all]) => [
      scenario,
      Object.entries(all).map(([name, samples]) => ({
        name,
        samples: samples.map(sample => sample ?? Number.POSITIVE_INFINITY),
        unseen: seeds - samples.length,
      })),
    ]),
  );
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
