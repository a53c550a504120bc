import type { StepDefinition } from './step.ts';

/** Steps that count as one; they are planned like any others. */
export const stepGroup: StepDefinition = { plan: () => ({}) };
