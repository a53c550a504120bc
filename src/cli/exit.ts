import type { Result } from '../judge/verdict.ts';

/** What the command line's exit codes mean; README.md lists them. */
export const EXIT = {
  held: 0,
  violated: 1,
  unknown: 2,
  /** The lab failed, or cannot do what was asked; or liangdi itself has a bug. */
  failed: 3,
  /** Wrong usage or bad input (`EX_USAGE` of BSD's sysexits). */
  usage: 64,
  /** 128 + SIGINT, as shells say it. */
  interrupted: 130,
  /** 128 + SIGTERM. */
  terminated: 143,
} as const satisfies Record<Result, number> & Record<string, number>;
