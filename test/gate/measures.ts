import type { Measures } from '../../src/gate/measures.ts';

/** A drill's measures: one population that took 100 s to recover, unless told otherwise. */
export function measures(given: Partial<Measures> & { seed: number; rto?: number | null }): Measures {
  const { rto = 100_000, ...fields } = given;
  return {
    verdict: 'held',
    failing: [],
    recoveries: [{ fault: 'outage', population: 'honest', ended: rto !== null, rto }],
    requests: 1000,
    errors: 100,
    switches: 1,
    capacity: 0.5,
    ...fields,
  };
}
