import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { validateXML } from 'xmllint-wasm/index-node.js';
import { judgeGate } from '../../src/gate/judge.ts';
import { gateJunit } from '../../src/report/gate.ts';
import { junitXml } from '../../src/report/junit.ts';
import { measures } from '../gate/measures.ts';
import { sampleVerdict } from './sample.ts';

/** A subset of the schema by which Jenkins' xunit plugin accepts a file; the schema says how. */
const SCHEMA = readFileSync(join(import.meta.dirname, 'schema/junit.xsd'), 'utf8');

async function faults(xml: string): Promise<string[]> {
  const { errors } = await validateXML({
    xml: [{ fileName: 'junit.xml', contents: xml }],
    schema: [{ fileName: 'junit.xsd', contents: SCHEMA }],
  });
  return errors.map(({ message }) => message);
}

describe('JUnit XML that Jenkins takes', () => {
  test('of a drill that held, was violated and could not be judged', async () => {
    expect(await faults(junitXml(sampleVerdict, '0.1.0'))).toEqual([]);
  });

  test('of a drill that expects nothing', async () => {
    expect(await faults(junitXml({ ...sampleVerdict, expectations: [] }, '0.1.0'))).toEqual([]);
  });

  test('of texts that are no XML', async () => {
    const hostile = '</testcase> & "\u0000\u001b\ud800 ]]> <!--';
    const expectations = sampleVerdict.expectations.map(each => ({
      ...each,
      says: hostile,
      evidence: { text: hostile },
    }));
    expect(await faults(junitXml({ ...sampleVerdict, scenario: hostile, expectations }, hostile))).toEqual(
      [],
    );
  });

  test('of a gate', async () => {
    const drills = new Map([
      ['beijing-down', [measures({ seed: 1 }), measures({ seed: 2, verdict: 'violated' })]],
    ]);
    const named = { scenario: { name: 'beijing-down' }, source: 'beijing-down' };
    const scenarios = [{ ...named, budgets: [{ switches: 0 }] }];
    const gone = [{ name: 'rto gone nobody', samples: [1, 2], unseen: 0 }];
    const baseline = new Map([
      ['beijing-down', gone],
      ['left', gone],
    ]);
    const verdict = judgeGate({ seeds: 2, tolerance: 0.05, scenarios }, drills, baseline);
    expect(await faults(gateJunit(verdict, '0.1.0'))).toEqual([]);
  });
});

test.each([
  ['a missing count', (xml: string) => xml.replace(/ tests="3"/, '')],
  ['an unknown attribute', (xml: string) => xml.replace('<testcase ', '<testcase severity="1" ')],
  ['a time that is none', (xml: string) => xml.replace('time="400.000"', 'time="soon"')],
  [
    'a result of no kind',
    (xml: string) => xml.replaceAll('failure', 'fault').replace('faults=', 'failures='),
  ],
])('the schema finds %s', async (_, spoil) => {
  const xml = junitXml(sampleVerdict, '0.1.0');
  expect(spoil(xml)).not.toBe(xml);
  expect(await faults(spoil(xml))).not.toEqual([]);
});
