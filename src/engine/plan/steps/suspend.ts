import * as z from 'zod';
import { durationMs } from '../../duration.ts';
import { decode, PlanError } from '../../model.ts';
import type { StepDefinition } from './step.ts';

const schema = z.strictObject({ message: z.string().optional(), duration: z.string().optional() });

/** Waits for a person, or for some time. */
export const suspend: StepDefinition = {
  plan({ name, properties }) {
    const { duration } = decode(schema, properties ?? {}, `step ${name}: properties`);
    if (!duration) return { suspends: true };
    const ms = durationMs(duration);
    if (ms === undefined) {
      throw new PlanError(`step ${name}: duration: expected a duration such as 30s, found "${duration}"`);
    }
    return { suspends: true, durationMs: ms };
  },
};
