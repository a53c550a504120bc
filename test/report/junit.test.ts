import fc from 'fast-check';
import { expect, test } from 'vitest';
import { junitXml } from '../../src/report/junit.ts';
import { sampleVerdict } from './sample.ts';
import { parseXml } from './xml.ts';

test('a suite for the scenario, a case for each expectation', () => {
  expect(junitXml(sampleVerdict, '0.1.0')).toBe(`\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="liangdi" tests="3" failures="1" errors="1">
  <testsuite name="beijing-down" tests="3" failures="1" errors="1" skipped="0" time="400.000">
    <properties>
      <property name="version" value="0.1.0"/>
      <property name="lab" value="simulated"/>
      <property name="seed" value="7"/>
      <property name="proves" value="When Beijing is gone, Hangzhou serves everybody"/>
      <property name="verdict" value="violated"/>
    </properties>
    <testcase classname="liangdi.beijing-down" name="split: 50% cluster1-beijing and 50% cluster2-beijing, within 5% (before outage)"/>
    <testcase classname="liangdi.beijing-down" name="rto-below: RTO after outage: jvm at most 2 min">
      <failure type="rto-below" message="jvm never recovered: its last request at T+06:39.8 still got &quot;503&quot; &lt;from cluster1-beijing&gt; &amp; had got it since the fault struck.">jvm never recovered: its last request at T+06:39.8 still got &quot;503&quot; &lt;from cluster1-beijing&gt; &amp; had got it since the fault struck. (journal.ndjson: lines 4001, 4002, 4003, 4004, 4005, 4006)</failure>
    </testcase>
    <testcase classname="liangdi.beijing-down" name="converged: the objects in every centre are those of the plan">
      <error type="converged" message="Nothing was compared.">Nothing was compared.</error>
    </testcase>
  </testsuite>
</testsuites>
`);
});

test('a drill that expected nothing does not pass', () => {
  const xml = junitXml({ ...sampleVerdict, verdict: 'unknown', expectations: [] }, '0.1.0');
  expect(xml).toContain('tests="1" failures="0" errors="1"');
});

/** Section 2.2 of XML 1.0, character by character. */
function allowed(text: string): string {
  const permitted = (code: number) =>
    [0x9, 0xa, 0xd].includes(code) ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    code >= 0x10000;
  return [...text].filter(character => permitted(character.codePointAt(0) ?? 0)).join('');
}

test('any text stays well-formed and comes back, without the characters that XML has no place for', () => {
  const unit = fc.oneof(
    fc.constantFrom('<', '>', '&', '"', "'", ']]>', '\r', '\n', '\t', '\0', '\ud800', '\udc00', '\uffff'),
    fc.nat(0xffff).map(code => String.fromCharCode(code)),
  );
  const text = fc.string({ unit, maxLength: 20 });
  const [first] = sampleVerdict.expectations;
  fc.assert(
    fc.property(text, text, (says, words) => {
      const expectation = { ...first, says, result: 'violated', evidence: { text: words } };
      const xml = junitXml(
        { ...sampleVerdict, expectations: [expectation] as never, scenario: says },
        '0.1.0',
      );
      const elements = parseXml(xml);
      const [testcase, failure] = ['testcase', 'failure'].map(name =>
        elements.find(each => each.name === name),
      );
      expect(testcase?.attributes['name']).toBe(allowed(`split: ${says}`));
      expect(failure?.attributes['message']).toBe(allowed(words));
      expect(failure?.text).toBe(allowed(words));
    }),
  );
});
