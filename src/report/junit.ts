import type { ExpectationResult, Result, Verdict } from '../judge/verdict.ts';

/** A test suite as JUnit's XML has it. */
export interface JunitSuite {
  readonly name: string;
  /** Seconds. */
  readonly time: number;
  readonly properties: Readonly<Record<string, string | number>>;
  readonly cases: readonly JunitCase[];
}

export interface JunitCase {
  readonly name: string;
  /** Violated is a failure, unknown an error. */
  readonly result: Result;
  /** What kind of failure, in a word. */
  readonly type: string;
  readonly message: string;
  /** The failure in full; `message` when absent. */
  readonly text?: string;
}

/**
 * The verdict as JUnit XML, as Jenkins, GitLab and GitHub's reporters read it: a test suite for the scenario, a test
 * case for each expectation. Without expectations the suite holds one error, so that a drill that proved nothing does
 * not pass.
 */
export function junitXml(verdict: Verdict, version: string): string {
  const { scenario, lab, seed, proves, expectations } = verdict;
  const properties = { version, lab, seed, proves, verdict: verdict.verdict };
  const cases = expectations.length === 0 ? [NOTHING] : expectations.map(expectationCase);
  return junitDocument([{ name: scenario, time: duration(verdict), properties, cases }]);
}

export function junitDocument(suites: readonly JunitSuite[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="liangdi" ${counts(suites.flatMap(({ cases }) => cases))}>`,
    ...suites.flatMap(suiteLines),
    '</testsuites>',
    '',
  ].join('\n');
}

function suiteLines({ name, time, properties, cases }: JunitSuite): string[] {
  const seconds = time.toFixed(3);
  return [
    `  <testsuite name="${escapeXml(name)}" ${counts(cases)} skipped="0" time="${seconds}">`,
    '    <properties>',
    ...Object.entries(properties).map(
      ([key, value]) => `      <property name="${escapeXml(key)}" value="${escapeXml(String(value))}"/>`,
    ),
    '    </properties>',
    ...cases.map(each => caseLines(name, each)),
    '  </testsuite>',
  ];
}

function counts(cases: readonly JunitCase[]): string {
  const number = (result: Result) => cases.filter(each => each.result === result).length;
  return `tests="${cases.length}" failures="${number('violated')}" errors="${number('unknown')}"`;
}

function caseLines(suite: string, { name, result, type, message, text = message }: JunitCase): string {
  const open = `    <testcase classname="liangdi.${escapeXml(suite)}" name="${escapeXml(name)}"`;
  if (result === 'held') return `${open}/>`;
  const element = result === 'violated' ? 'failure' : 'error';
  return [
    `${open}>`,
    `      <${element} type="${escapeXml(type)}" message="${escapeXml(message)}">${escapeXml(text)}</${element}>`,
    '    </testcase>',
  ].join('\n');
}

/** The timeline's length in seconds of drill time. */
function duration(verdict: Verdict): number {
  const from = verdict.periods[0]?.from ?? 0;
  const until = verdict.periods.at(-1)?.until ?? from;
  return (until - from) / 1000;
}

function expectationCase({ name, says, result, evidence }: ExpectationResult): JunitCase {
  const lines = evidence.lines ?? [];
  const where = lines.length === 0 ? '' : ` (journal.ndjson: lines ${lines.join(', ')})`;
  return {
    name: `${name}: ${says}`,
    result,
    type: name,
    message: evidence.text,
    text: evidence.text + where,
  };
}

const NOTHING: JunitCase = {
  name: 'the scenario expects something',
  result: 'unknown',
  type: 'unknown',
  message: 'The scenario expects nothing, so nothing was proved.',
};

/** XML 1.0, section 2.2: other characters may not occur in a document, not even escaped. */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // A parser turns these into spaces in an attribute unless they are written as references (section 3.3.3).
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

function escapeXml(text: string): string {
  return text.replace(FORBIDDEN, '').replace(/[&<>"\t\n\r]/g, character => ENTITIES[character] ?? character);
}
