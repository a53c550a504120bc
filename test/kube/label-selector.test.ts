import { describe, expect, test } from 'vitest';
import { matches, parseSelector, selectorOf } from '../../src/kube/label-selector.ts';

const labels = { app: 'web-demo', tier: 'a', 'app.oam.dev/name': 'x', weight: '10', empty: '' };

describe('label selector', () => {
  test.each([
    ['', true],
    ['app=web-demo', true],
    ['app==web-demo', true],
    ['app = web-demo , tier=a', true],
    ['app=other', false],
    ['absent=web-demo', false],
    ['app!=other', true],
    ['absent!=other', true],
    ['app!=web-demo', false],
    ['tier in (a, b)', true],
    ['tier in (b)', false],
    ['absent in (a)', false],
    ['tier notin (b,c)', true],
    ['absent notin (a)', true],
    ['tier notin (a)', false],
    ['app', true],
    ['absent', false],
    ['!absent', true],
    ['! app', false],
    ['app.oam.dev/name=x', true],
    ['weight>9', true],
    ['weight>10', false],
    ['weight<11', true],
    ['app>1', false],
    ['absent<1', false],
    ['empty=', true],
    ['empty', true],
    ['tier=', false],
    ['empty in (,a)', true],
    ['tier in (a),app,!absent,weight>1', true],
    ['toString', false],
    ['in in (a)', false],
  ])('%j: %s', (text, expected) => {
    expect(matches(parseSelector(text), labels)).toBe(expected);
  });

  test('an object without labels matches what asks for none', () => {
    expect(matches(parseSelector('!app'), undefined)).toBe(true);
    expect(matches(parseSelector('app'), undefined)).toBe(false);
  });

  test.each([
    'app=a=b',
    'app in a',
    'app in (a',
    'app in (a b)',
    'a,,b',
    ',a',
    'a,',
    '-a',
    'app=-x',
    'weight>x',
    'app !x',
    '()',
    'a b',
    '!',
    'app/x/y',
  ])('refuses %j', text => {
    expect(() => parseSelector(text)).toThrow(expect.objectContaining({ reason: 'BadRequest', code: 400 }));
  });
});

describe("a Deployment's selector", () => {
  test('asks for all its labels and expressions', () => {
    const selector = selectorOf({
      matchLabels: { app: 'web-demo' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['a', 'b'] },
        { key: 'absent', operator: 'DoesNotExist' },
      ],
    });
    expect(matches(selector, labels)).toBe(true);
    expect(matches(selector, { ...labels, tier: 'c' })).toBe(false);
  });

  test('matches everything when it is empty, and nothing when it is absent', () => {
    expect(matches(selectorOf({}), labels)).toBe(true);
    expect(matches(selectorOf(undefined), labels)).toBe(false);
  });
});
