import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { expectations, expectSchema } from '../../../src/judge/expectations/index.ts';
import { unknownReferences } from '../../../src/judge/expectations/references.ts';
import { parseYaml } from '../../../src/runtime/yaml.ts';

const parse = (text: string) => parseYaml(text, 'x.yaml', z.strictObject({ expect: expectSchema })).expect;

describe('expect:', () => {
  it('is a list of maps with one expectation each', () => {
    expect(parse('expect:\n  - converged:\n  - no-flap: { at-most: 2, settle: 30s }\n')).toEqual([
      { name: 'converged', params: { when: 'always', settle: 0 } },
      { name: 'no-flap', params: { 'at-most': 2, when: 'always', settle: 30_000 } },
    ]);
  });

  it('says where something is wrong, and what would be right', () => {
    const problem = (entry: string) => {
      try {
        return parse(`expect:\n  - ${entry}\n`);
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(problem('splitt: {}')).toBe(
      'x.yaml:2:5: expect[0].splitt: unknown field "splitt"; did you mean "split"?',
    );
    expect(problem('converged')).toBe('x.yaml:2:5: expect[0]: write "converged: {}"');
    expect(problem('{ converged: {}, resolves: {} }')).toBe(
      'x.yaml:2:5: expect[0]: one expectation expected, found converged, resolves',
    );
    expect(problem('no-flap: { when: durin outage }')).toContain(
      'expect[0].no-flap.when: must be "always", or "before", "during" or "after" and the name of a fault',
    );
    expect(problem('recovered-within: { within: soon }')).toContain('"soon" is not a duration');
    expect(problem('split: { between: { a: 30% } }')).toContain('between: the shares must make 100%');
    expect(problem('rto-below: { fault: outage }')).toContain('needs a population, or "all", and its limit');
  });

  it('parameters that were read once are read again unchanged: the journal holds them so', () => {
    const samples = [
      'split: { between: [a, b, c], margin: 4% }',
      'split: { between: { a: 70%, b: 30% }, when: after x, settle: bound }',
      'rto-below: { fault: x, all: bound, p: 90s }',
      'recovered-within: { within: 2m }',
      'errors-below: { share: 1%, centres: [a] }',
      'noticed: { centre: a, within: bound, when: during x }',
      'configuration-matches-centre: { shows: { a: { env: b } } }',
    ];
    for (const { name, params } of parse(`expect:\n${samples.map(sample => `  - ${sample}\n`).join('')}`)) {
      expect(expectations[name]?.schema.parse(JSON.parse(JSON.stringify(params)))).toEqual(params);
    }
  });

  it('knows what an expectation names that the scenario does not have', () => {
    const names = {
      faults: ['outage', 'flap.1', 'flap.2'],
      centres: ['beijing-1'],
      populations: ['honest'],
      steps: [],
    };
    const unknown = (entry: string) =>
      parse(`expect:\n  - ${entry}\n`).flatMap(each => unknownReferences(each, names));
    expect(
      unknown('only-traffic-to: { centres: [beijing-1], when: during flap, populations: [honest] }'),
    ).toEqual([]);
    expect(unknown('errors-below: { share: 0, when: after outag }')).toEqual([
      {
        kind: 'faults',
        path: ['errors-below', 'when'],
        message: 'no fault is named "outag"; did you mean "outage"?',
      },
    ]);
    expect(unknown('split: { between: [beijing-1, beijing-2] }')).toMatchObject([
      { path: ['split', 'between', 'beijing-2'] },
    ]);
    expect(unknown('rto-below: { fault: x, all: bound, jvm: 90s }')).toMatchObject([
      { path: ['rto-below', 'fault'] },
      { path: ['rto-below', 'jvm'], kind: 'populations' },
    ]);
  });
});
