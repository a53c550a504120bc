import type { ExpectationResult, Verdict } from '../drill/verdict.ts';

/**
 * The verdict as JUnit XML, as Jenkins, GitLab and GitHub's reporters read it: a test suite for the scenario, a test
 * case for each expectation; violated is a failure, unknown an error. Without expectations the suite holds one error,
 * so that a drill that proved nothing does not pass.
 */
export function junitXml(verdict: Verdict, version: string): string {
  const cases = verdict.expectations.map(expectation => testCase(verdict.scenario, expectation));
  const failures = verdict.expectations.filter(({ result }) => result === 'violated').length;
  const errors = verdict.expectations.filter(({ result }) => result === 'unknown').length;
  if (cases.length === 0) return suite(verdict, version, [nothing(verdict.scenario)], 0, 1);
  return suite(verdict, version, cases, failures, errors);
}

function suite(
  verdict: Verdict,
  version: string,
  cases: readonly string[],
  failures: number,
  errors: number,
): string {
  const counts = `tests="${cases.length}" failures="${failures}" errors="${errors}"`;
  const properties = {
    version,
    lab: verdict.lab,
    seed: verdict.seed,
    proves: verdict.proves,
    verdict: verdict.verdict,
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="liangdi" ${counts}>`,
    `  <testsuite name="${escapeXml(verdict.scenario)}" ${counts} skipped="0" time="${duration(verdict)}">`,
    '    <properties>',
    ...Object.entries(properties).map(
      ([name, value]) => `      <property name="${name}" value="${escapeXml(String(value))}"/>`,
    ),
    '    </properties>',
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

/** The timeline's length in seconds of drill time. */
function duration(verdict: Verdict): string {
  const from = verdict.periods[0]?.from ?? 0;
  const until = verdict.periods.at(-1)?.until ?? from;
  return ((until - from) / 1000).toFixed(3);
}

function testCase(scenario: string, { name, says, result, evidence }: ExpectationResult): string {
  const open = `    <testcase classname="liangdi.${escapeXml(scenario)}" name="${escapeXml(`${name}: ${says}`)}"`;
  if (result === 'held') return `${open}/>`;
  const lines = evidence.lines ?? [];
  const where = lines.length === 0 ? '' : ` (journal.ndjson: lines ${lines.join(', ')})`;
  return outcome(open, result === 'violated' ? 'failure' : 'error', name, evidence.text, where);
}

function nothing(scenario: string): string {
  const open = `    <testcase classname="liangdi.${escapeXml(scenario)}" name="the scenario expects something"`;
  return outcome(open, 'error', 'unknown', 'The scenario expects nothing, so nothing was proved.', '');
}

function outcome(
  open: string,
  element: 'failure' | 'error',
  type: string,
  text: string,
  where: string,
): string {
  return [
    `${open}>`,
    `      <${element} type="${escapeXml(type)}" message="${escapeXml(text)}">${escapeXml(text + where)}</${element}>`,
    '    </testcase>',
  ].join('\n');
}

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
