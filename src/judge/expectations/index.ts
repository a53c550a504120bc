import * as z from 'zod';
import { approvedBefore } from './approved-before.ts';
import { configurationMatchesCentre } from './configuration-matches-centre.ts';
import { converged } from './converged.ts';
import { errorsBelow } from './errors-below.ts';
import type { Expectation } from './expectation.ts';
import { noFlap } from './no-flap.ts';
import { noticed } from './noticed.ts';
import { recoveredWithin } from './recovered-within.ts';
import { resolves } from './resolves.ts';
import { rtoBelow } from './rto-below.ts';
import { split } from './split.ts';
import { noTrafficTo, onlyTrafficTo } from './traffic-to.ts';
import { unaffected } from './unaffected.ts';

/** Every expectation, by the name that scenarios use. */
export const expectations: Readonly<Record<string, Expectation>> = Object.fromEntries(
  [
    approvedBefore,
    configurationMatchesCentre,
    converged,
    errorsBelow,
    noFlap,
    noTrafficTo,
    noticed,
    onlyTrafficTo,
    recoveredWithin,
    resolves,
    rtoBelow,
    split,
    unaffected,
  ].map(one => [one.name, one]),
);

export interface ExpectEntry {
  readonly name: string;
  readonly params: unknown;
}

const names = Object.keys(expectations);

const entrySchema = z
  .strictObject(
    Object.fromEntries(
      names.map(name => [
        name,
        // `- converged:` without fields is YAML's null.
        z.preprocess(value => value ?? {}, (expectations[name] as Expectation).schema).optional(),
      ]),
    ),
    {
      error: ({ code, input }) =>
        code === 'invalid_type' && typeof input === 'string' ? `write "${input}: {}"` : undefined,
    },
  )
  .transform((entry, context): ExpectEntry => {
    // An unknown name was told already.
    if (context.issues.length > 0) return z.NEVER;
    const given = Object.entries(entry).filter(([, params]) => params !== undefined);
    const [only] = given;
    if (only !== undefined && given.length === 1) return { name: only[0], params: only[1] };
    const message = `one expectation expected, found ${given.length === 0 ? 'none' : given.map(([name]) => name).join(', ')}`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

/** A scenario's `expect`: a list of maps with one expectation each. */
export const expectSchema: z.ZodType<ExpectEntry[]> = z
  .array(entrySchema, { error: 'expected a list of expectations, each begun with "- "' })
  .max(100);
