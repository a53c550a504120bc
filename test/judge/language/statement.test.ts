import { describe, expect, it } from 'vitest';
import { chinese } from '../../../src/judge/language/chinese.ts';
import { english } from '../../../src/judge/language/english.ts';
import { inWords, reworded, type Statement } from '../../../src/judge/language/statement.ts';
import type { Observed, When } from '../../../src/judge/language/values.ts';
import { PHASES } from '../../../src/judge/verdict.ts';
import { englishLeftIn } from './english-left.ts';

type Message = keyof typeof english;

const when: When = { when: 'during f1', settle: 30_000, populations: ['P1', 'P2'] };
const found: Observed = {
  shares: [
    { name: 'C1', observed: 0.5, from: 0.47, until: 0.53 },
    { name: null, observed: 0.1, from: 0.09, until: 0.12 },
  ],
  requests: 1000,
  effective: 500.7,
  alpha: 0.05,
  power: 0.9,
};
const [shown, other] = [{ env: 'E1', config: 'K1' }, null];

/** Examples of each message, so that its every branch is taken; names are letters with a digit. */
const EXAMPLES: { readonly [M in Message]: readonly Parameters<(typeof english)[M]>[] } = {
  asWritten: [['N1']],
  noSuchExpectation: [[]],
  readsOtherwise: [['W1']],
  noEnd: [[]],
  interrupted: [[''], ['D1']],
  failed: [[''], ['D1']],
  noRequest: [[]],
  neverBegan: [[]],
  neverEnded: [[]],
  noFault: [[]],
  noEffect: [['F1']],
  noSuchWindow: [['W1']],
  neverHealed: [['F1']],
  neverSettled: [[]],
  noBound: [[]],
  lastedOnly: [[850, 12_300]],
  wholeDrill: [[]],
  beforeFault: [['F1']],
  duringFaults: [
    [
      [
        { name: 'F1', recovered: false },
        { name: 'F2', recovered: true },
      ],
    ],
  ],
  afterFault: [['F1']],
  sawAll: [[]],
  sawNoEffect: [[['F1', 'F2']]],
  sawGaps: [[[{ of: 'P1', from: 'T+00:01.0', until: 'T+00:02.0' }]]],
  sawNothing: [[{ clients: true, gtm: false }], [{ clients: false, gtm: true }]],
  phase: PHASES.map(phase => [phase]),
  phasesWithin: [[]],
  phasesOver: [
    [
      PHASES.map(phase => ({
        phase,
        of: 'P1',
        fault: 'F1',
        ms: 125_000,
        bound: 120_000,
      })),
    ],
  ],
  phasesMeasured: [[6]],
  approvedBefore: [[{ centre: 'C1', step: 'S1' }]],
  nothingSeenIn: [['C1']],
  unapproved: [
    [
      'C1',
      [
        { version: 'V1', object: 'O1', time: 'T+00:01.0' },
        { version: '', object: 'O2', time: 'T+00:02.0' },
      ],
    ],
  ],
  unseenArrivals: [[['V1', 'V2'], 'C1']],
  approved: [[2, 'C1']],
  showsConfiguration: [
    [[{ centre: 'C1', texts: ['E1', 'K1'] }], when],
    [[], { when: 'always', settle: 0 }],
  ],
  wrongPlan: [['C1', shown]],
  noPage: [[]],
  noPlan: [[]],
  wrongPages: [
    [3, 9, { from: 'C1', time: 'T+00:01.0', shown }],
    [1, 9, { from: 'C1', time: 'T+00:01.0', shown: other }],
  ],
  pagesUnseen: [[2, 9]],
  noPageFrom: [[['C1', 'C2']]],
  allPages: [[9]],
  converged: [[when]],
  differing: [[[{ object: 'O1', centre: 'C1', differences: ['missing', 'x1.y2'] }]]],
  silentApis: [[['C1']]],
  notCompared: [[['C1']], [[]]],
  asPlanned: [[6, 3]],
  errorsBelow: [
    [0.01, undefined, { when: 'before f1', settle: 0 }],
    [0, ['C1'], { when: 'after f1', settle: 'bound' }],
  ],
  errorRate: [[3, 50, 1.5]],
  noFlap: [[1, when]],
  blind: [[]],
  noSwitch: [[]],
  switched: [[2, 'T+00:01.0']],
  noticed: [
    ['C1', 'bound', undefined],
    ['C1', 90_000, 'during f1'],
  ],
  unchecked: [['C1']],
  downBefore: [['C1']],
  noticedWhileInjected: [['C1', 70_000]],
  noticedAfter: [[34_500]],
  nobodyChecked: [['C1']],
  notNoticedWhile: [[60_000]],
  notNoticed: [['T+00:01.0', 3, 9]],
  recoveredWithin: [
    ['bound', undefined, undefined],
    [180_000, 'F1', ['P1', 'P2']],
  ],
  errorsAfter: [[3, 50, 'T+00:01.0', 'T+00:02.0']],
  nobodyAfter: [[]],
  silentAfter: [[['P1']]],
  succeededAfter: [[50]],
  resolves: [[when]],
  withoutAddresses: [
    [3, 50, ['empty', 'refused', 'reset', 'timeout', 'R1'], 7],
    [0, 50, [], 7],
  ],
  noResolver: [[]],
  allAddresses: [[50]],
  rtoBelow: [
    [undefined, [{ of: null, most: 'bound' }]],
    ['F1', [{ of: 'P1', most: 125_000 }]],
  ],
  noPopulation: [[]],
  recovered: [
    [
      [
        { of: 'P1', was: 'silent' },
        { of: 'P2', was: 'silent', fault: 'F1' },
        { of: 'P3', was: 'unbounded' },
        { of: 'P4', was: 'lasting', fault: 'F1', atLeast: 90_000, most: 60_000 },
        { of: 'P5', was: 'unseen', fault: 'F1' },
        { of: 'P6', was: 'measured', atLeast: 40_100, rto: 40_100, most: 60_000 },
        { of: 'P7', was: 'measured', atLeast: 20_000, rto: 40_100, most: 60_000 },
        { of: 'P8', was: 'measured', atLeast: 70_000, rto: null, most: 60_000 },
      ],
    ],
  ],
  split: [
    [
      [
        { centre: 'C1', share: 0.7 },
        { centre: 'C2', share: 0.3 },
      ],
      0.05,
      when,
    ],
  ],
  noSuccess: [[]],
  splitAs: [[found]],
  splitBeyond: [[['C1', null], 0.05, found]],
  splitUnclear: [[300, 200, found]],
  noTrafficTo: [[['C1'], when]],
  onlyTrafficTo: [[['C1', 'C2'], when]],
  noneAnywhere: [[]],
  noneWent: [[50]],
  allWent: [[50]],
  strays: [[3, 50, ['C1', 'C2'], 'T+00:01.0', 'T+00:02.0']],
  unaffected: [
    [0.01, 2, undefined, when],
    [0, 0, 4, when],
  ],
  effects: [
    [{ requests: 50, errors: 3, switches: 2, alerts: 4 }, false],
    [{ requests: 50, errors: 3, switches: 2, alerts: 4 }, true],
  ],
  neverChecked: [[['C1', 'C2']]],
  nobodyAsked: [[]],
};

const statements = (message: Message) =>
  EXAMPLES[message].map(values => [message, ...values] as unknown as Statement);

/** Names, figures and times. */
const valuesIn = (text: string) => (text.match(/[A-Za-z]\d|\d+(\.\d+)?/g) ?? []).sort();

describe.each(Object.keys(english) as Message[])('%s', message => {
  it('is said in Chinese without an English word', () => {
    for (const statement of statements(message)) {
      const text = inWords(statement, chinese);
      if (message !== 'asWritten') expect(text).toMatch(/\p{Script=Han}/u);
      expect(englishLeftIn(text)).toEqual([]);
    }
  });

  it('says as much in either language', () => {
    for (const statement of statements(message))
      expect(valuesIn(inWords(statement, chinese))).toEqual(valuesIn(inWords(statement, english)));
  });
});

it('a verdict in other words is otherwise the same, field by field', () => {
  const text = ['noRequest'] as const;
  const period = { name: text, from: 0, until: 1, requests: 0, errors: 0, centres: {} };
  const verdict = {
    verdict: 'unknown',
    scenario: 's',
    lab: 'simulated',
    seed: 1,
    proves: '',
    expectations: [{ name: 'split', says: text, result: 'unknown', evidence: { text, from: 0 } }],
    populations: [],
    split: {},
    periods: [period],
  } as const;
  expect(JSON.stringify(reworded(verdict, () => 'so'))).toBe(
    JSON.stringify(verdict).replaceAll('["noRequest"]', '"so"'),
  );
});

it('an English word that is left is found', () => {
  expect(englishLeftIn('GTM 在 40 s 后 noticed F1')).toEqual(['s', 'noticed']);
  expect(englishLeftIn('C1:没有请求 pool', ['pool'])).toEqual([]);
});
