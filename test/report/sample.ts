import type { Phase, PhaseTime, Verdict } from '../../src/judge/verdict.ts';
import type { RequestEvent } from '../../src/runtime/journal.ts';

const none: PhaseTime = { ms: null, bound: null };

function phases(given: Partial<Record<Phase, PhaseTime>> = {}): Record<Phase, PhaseTime> {
  return {
    detect: none,
    decide: none,
    publish: none,
    resolver: none,
    client: none,
    connection: none,
    ...given,
  };
}

const quick = phases({
  detect: { ms: 45_120, bound: 47_000 },
  decide: { ms: 0, bound: 0 },
  publish: { ms: 2_000, bound: 2_000 },
  resolver: { ms: 58_310, bound: 60_000 },
  client: { ms: 0, bound: 0 },
  connection: { ms: 31, bound: 5_000 },
});

/** Both Beijing centres down and back: one population recovers, one never does. */
export const sampleVerdict: Verdict = {
  verdict: 'violated',
  scenario: 'beijing-down',
  lab: 'simulated',
  seed: 7,
  proves: 'When Beijing is gone, Hangzhou serves everybody',
  split: { 'cluster1-beijing': 0.5, 'cluster2-beijing': 0.5 },
  periods: [
    {
      name: 'before outage',
      from: 60_000,
      until: 160_000,
      requests: 1000,
      errors: 0,
      centres: {
        'cluster1-beijing': { requests: 503, share: 0.503 },
        'cluster2-beijing': { requests: 497, share: 0.497 },
      },
    },
    {
      name: 'during outage',
      from: 160_000,
      until: 460_000,
      requests: 3000,
      errors: 1021,
      centres: {
        'cluster1-beijing': { requests: 600, share: 0.2 },
        'cluster2-beijing': { requests: 421, share: 0.14033 },
        'cluster1-hangzhou': { requests: 1979, share: 0.65967 },
      },
    },
  ],
  populations: [
    {
      name: 'honest',
      requests: 3200,
      errors: 821,
      rto: 105_461,
      phases: quick,
      recoveries: [
        { fault: 'outage', ended: true, rto: 105_461, atLeast: 105_461, bound: 114_000, phases: quick },
      ],
    },
    {
      name: 'jvm',
      requests: 800,
      errors: 200,
      rto: null,
      phases: phases(),
      recoveries: [
        { fault: 'outage', ended: false, rto: null, atLeast: 250_000, bound: null, phases: phases() },
      ],
    },
  ],
  expectations: [
    {
      name: 'split',
      says: '50% cluster1-beijing and 50% cluster2-beijing, within 5% (before outage)',
      result: 'held',
      evidence: { text: 'n = 1000: cluster1-beijing 50.3% (47.7% to 52.9%).', lines: [3] },
    },
    {
      name: 'rto-below',
      says: 'RTO after outage: jvm at most 2 min',
      result: 'violated',
      evidence: {
        text: 'jvm never recovered: its last request at T+06:39.8 still got "503" <from cluster1-beijing> & had got it since the fault struck.',
        lines: [4001, 4002, 4003, 4004, 4005, 4006],
      },
    },
    {
      name: 'converged',
      says: 'the objects in every centre are those of the plan',
      result: 'unknown',
      evidence: { text: 'Nothing was compared.' },
    },
  ],
};

export function request(fields: Partial<RequestEvent> & { at: number }): RequestEvent {
  const { at } = fields;
  return {
    kind: 'request',
    population: 'honest',
    client: 0,
    sent: at,
    looked: at,
    connected: at,
    answer: 1,
    draw: 1,
    ...fields,
  };
}
