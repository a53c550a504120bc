import * as z from 'zod';
import { show } from './schema-problems.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Whether what is read was written by people: a number without a unit would be guesswork. */
let isByHand = false;

/** Checks in one synchronous step what people wrote: durations need their units. Elsewhere numbers are milliseconds. */
export function writtenByHand<T>(check: () => T): T {
  const before = isByHand;
  isByHand = true;
  try {
    return check();
  } finally {
    isByHand = before;
  }
}

const DURATION = 'a duration such as 200ms, 15s, 10m or 1h';

/** A length of time: `200ms`, `15s`, `1m30s`, `1h`; in what no hand wrote, a number of milliseconds. They come out. */
export const duration = z
  .union([z.string(), z.number()], {
    error: ({ input }) => `${input === undefined ? 'is missing; ' : ''}expected ${DURATION}`,
  })
  .transform((value, context): number => {
    if (typeof value === 'number' && value > 0 && isByHand) {
      context.addIssue({ code: 'custom', message: `${value} has no unit; write ${value}s or ${value}ms` });
      return z.NEVER;
    }
    const ms = typeof value === 'number' ? value : parseDuration(value);
    if (ms !== undefined && ms >= 0 && ms <= Number.MAX_SAFE_INTEGER) return Math.round(ms);
    context.addIssue({
      code: 'custom',
      message: `${show(value)} is not a duration; write 200ms, 15s, 10m or 1h`,
    });
    return z.NEVER;
  });

/** `20%` or 0.2. A number in 0…`most` comes out. */
function shareUpTo(most: number) {
  return z
    .union([z.string(), z.number()], {
      error: ({ input }) => `${input === undefined ? 'is missing; ' : ''}expected a share such as 20% or 0.2`,
    })
    .transform((value, context): number => {
      const parsed = typeof value === 'number' ? value : parseShare(value);
      if (parsed !== undefined && parsed >= 0 && parsed <= most) return parsed;
      const isPercent = typeof value === 'number' && value > most && value <= most * 100;
      const hint = isPercent ? `; did you mean ${value}%?` : '';
      context.addIssue({
        code: 'custom',
        message: `${show(value)} is not a share; write 0% to ${most * 100}%, or a number from 0 to ${most}${hint}`,
      });
      return z.NEVER;
    });
}

/** A share of a whole. */
export const share = shareUpTo(1);

/** A share of what can be carried, which may be asked for more. */
export const load = shareUpTo(10);

function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(ms|s|m|h)/g)) {
    ms += Number(amount) * (UNITS[unit as string] as number);
  }
  return ms;
}

function parseShare(text: string): number | undefined {
  if (/^\d+(\.\d+)?%$/.test(text)) return Number(text.slice(0, -1)) / 100;
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}
