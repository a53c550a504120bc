import * as z from 'zod';
import { InputError } from '../runtime/input-error.ts';
import type { Figure } from './figures.ts';

const schema = z.strictObject({
  format: z.literal(1),
  seeds: z.int().min(1),
  /** By scenario, by figure; null: without end. */
  scenarios: z.record(z.string(), z.record(z.string(), z.number().nullable())),
});

export type Baseline = z.infer<typeof schema>;

/** What a committed baseline says: the figures of the last version that people were content with. */
export function baselineText(
  seeds: number,
  scenarios: readonly { readonly name: string; readonly figures: readonly Figure[] }[],
): string {
  const sorted = scenarios
    .map(({ name, figures }) => [
      name,
      Object.fromEntries(figures.map(({ name: key, value }) => [key, value])),
    ])
    .toSorted(([one], [other]) => ((one as string) < (other as string) ? -1 : 1));
  return `${JSON.stringify({ format: 1, seeds, scenarios: Object.fromEntries(sorted) }, null, 2)}\n`;
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
  return parsed.data;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
