import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import * as z from 'zod';
import {
  duration,
  explain,
  InputError,
  parseYaml,
  parseYamlDocuments,
  share,
} from '../../src/runtime/yaml.ts';

const schema = z.strictObject({
  name: z.string().regex(/^[a-z]+$/, 'must be lower-case letters'),
  mode: z.enum(['fast', 'careful']).optional(),
  replicas: z.int().min(1).optional(),
  after: duration.optional(),
  loss: share.optional(),
  labels: z.record(z.string(), z.string()).optional(),
  target: z
    .union([
      z.string(),
      z.strictObject({ city: z.string() }),
      z.strictObject({ centres: z.array(z.string()) }),
    ])
    .optional(),
  timeline: z
    .array(
      z.discriminatedUnion('fault', [
        z.strictObject({ fault: z.literal('application-down'), at: duration }),
        z.strictObject({ fault: z.literal('loss'), at: duration, share }),
      ]),
    )
    .optional(),
});

const read = (text: string) => parseYaml(text, 'x.yaml', schema);

function errorOf(text: string): InputError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('no error');
}

describe('what is right', () => {
  test('comes out as the schema says', () => {
    const text = 'name: web\nafter: 1m30s\nloss: 20%\ntimeline:\n  - {fault: loss, at: 15s, share: 0.5}\n';
    expect(read(text)).toEqual({
      name: 'web',
      after: 90_000,
      loss: 0.2,
      timeline: [{ fault: 'loss', at: 15_000, share: 0.5 }],
    });
  });

  test('has texts of any kind as they are', () => {
    const texts = [
      '__proto__',
      'constructor',
      '',
      '1',
      '-1',
      '1e3',
      'true',
      ' ',
      '两地',
      '\ud800',
      'x'.repeat(65),
    ];
    const [document] = parseYamlDocuments(JSON.stringify(texts), 'x.yaml');
    expect(document?.value).toEqual(texts);
  });

  test('may repeat itself by aliases, which give copies', () => {
    const [document] = parseYamlDocuments('a: &x {b: [1]}\nc: *x\n', 'x.yaml');
    const value = document?.value as { a: { b: number[] }; c: { b: number[] } };
    value.a.b.push(2);
    expect(value).toEqual({ a: { b: [1, 2] }, c: { b: [1] } });
  });

  test('is any JSON', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string({ minLength: 1 }).filter(key => !['__proto__', '<<'].includes(key)),
          // Keys inside are any, too, but for the two that are refused.
          fc.jsonValue().filter(value => !/"(__proto__|<<)":/.test(JSON.stringify(value))),
        ),
        value => {
          const plain = JSON.parse(JSON.stringify(value));
          expect(parseYamlDocuments(stringify(plain, { compat: 'yaml-1.1' }), 'x.yaml')[0]?.value).toEqual(
            plain,
          );
          expect(parseYamlDocuments(JSON.stringify(plain), 'x.yaml')[0]?.value).toEqual(plain);
        },
      ),
    );
  });
});

describe('what is wrong is told with its place and what would be right', () => {
  test.each([
    ['name: web\nmoed: fast', 'x.yaml:2:1: moed: unknown field "moed"; did you mean "mode"?'],
    ['name: web\nmode: fats', 'x.yaml:2:1: mode: unknown mode "fats"; did you mean "fast"?'],
    ['name: web\nmode: 7', 'x.yaml:2:1: mode: expected one of: fast, careful; found 7'],
    ['name: web\nreplicas: 2.5', 'x.yaml:2:1: replicas: expected a whole number, found 2.5'],
    ['mode: fast', 'x.yaml:1:1: name: is missing; expected a string'],
    ['name: Web', 'x.yaml:1:1: name: must be lower-case letters'],
    ['- name: web', 'x.yaml:1:1: expected fields (a mapping), found a list'],
    ['name: web\nlabels:\n  a: [1]', 'x.yaml:3:3: labels.a: expected a string, found a list'],
    ['name: web\nafter: 5 min', 'x.yaml:2:1: after: "5 min" is not a duration; write 200ms, 15s, 10m or 1h'],
    ['name: web\nafter: [5]', 'x.yaml:2:1: after: expected a duration such as 200ms, 15s, 10m or 1h'],
    ['name: web\nafter: -5s', 'x.yaml:2:1: after: "-5s" is not a duration'],
    [
      'name: web\nloss: 20',
      'x.yaml:2:1: loss: 20 is not a share; write 0% to 100%, or a number from 0 to 1; did you mean 20%?',
    ],
    ['name: web\nloss: 120%', 'x.yaml:2:1: loss: "120%" is not a share'],
  ])('%j', (text, message) => {
    expect(errorOf(text).message).toContain(message);
  });

  test('in the branch of a union that was meant', () => {
    const timeline = (entry: string) => errorOf(`name: web\ntimeline:\n  - ${entry}\n`).message;
    expect(timeline('fault: aplication-down')).toBe(
      'x.yaml:3:5: timeline[0].fault: unknown fault "aplication-down"; did you mean "application-down"?',
    );
    expect(timeline('at: 5s')).toBe(
      'x.yaml:3:5: timeline[0].fault: is missing; one of: application-down, loss',
    );
    expect(timeline('{fault: loss, at: 1s, shar: 1}')).toBe(
      'x.yaml:3:5: timeline[0].share: is missing; expected a share such as 20% or 0.2\n' +
        'x.yaml:3:27: timeline[0].shar: unknown field "shar"; did you mean "share"?',
    );
    expect(errorOf('name: web\ntarget: {city: 5}').message).toBe(
      'x.yaml:2:10: target.city: expected a string, found 5',
    );
    expect(errorOf('name: web\ntarget: [5]').message).toBe(
      'x.yaml:2:1: target: expected a string or fields (a mapping) or fields (a mapping), found a list',
    );
  });

  test('all at once, in the order of the file, the first few in full', () => {
    const error = errorOf(`mode: x\n${Array.from({ length: 9 }, (_, i) => `extra${i}: 1`).join('\n')}\n`);
    expect(error).toMatchObject({ name: 'InputError', file: 'x.yaml', line: 1, column: 1 });
    expect(error.message.split('\n')).toHaveLength(6);
    expect(error.message).toContain('\n… and 6 more');
  });

  test('also through a schema that is used by itself', () => {
    const result = schema.safeParse({ name: 'web', moed: 1 }, { error: explain, reportInput: true });
    expect(result.error?.issues[0]?.message).toBe('unknown field "moed"; did you mean "mode"?');
  });
});

describe('YAML that is not plain data is refused:', () => {
  test.each([
    ['a duplicate key', 'name: a\nname: b', 'x.yaml:2:1: name: the key "name" stands here twice'],
    [
      'a tag',
      'name: !js/function x',
      'x.yaml:1:7: Unresolved tag: !js/function; only plain YAML values are read',
    ],
    ['a binary', 'name: !!binary aGk=', 'only plain YAML values are read'],
    ['a date', 'name: !!timestamp 2020-01-01', 'only plain YAML values are read'],
    ['a merge key', '<<: {name: a}', 'x.yaml:1:1: merge keys ("<<") are not YAML 1.2; write the fields out'],
    ['a prototype', '__proto__: {name: a}', 'x.yaml:1:1: "__proto__" cannot be a key'],
    ['a key that is a list', '? [a]\n: b', 'x.yaml:1:3: With stringKeys, all keys must be strings'],
    ['a number that JSON lacks', 'name: .inf', 'x.yaml:1:7: name: Infinity is not a number that JSON has'],
    ['an alias of nothing', 'name: *a', 'x.yaml:1:7: name: the alias *a names nothing before it'],
    ['an alias of itself', 'name: &a [*a]', 'x.yaml:1:11: name[0]: the alias *a names what contains it'],
    ['a broken line', 'name: [a\nmode: x', 'x.yaml:2:1: Flow sequence in block collection must be'],
    [
      'an open quote',
      "name: web\nlabels: { a: 'b }\nmode: fast\n",
      'x.yaml:2:14: the quote that begins here has no end',
    ],
    [
      'a quote after an open one',
      'name: "a\nmode: "fast"\n',
      'x.yaml:1:7: the quote that begins here has no end',
    ],
    ['nothing', '# empty\n', 'x.yaml:1:1: the file is empty'],
    [
      'two documents',
      'name: a\n---\nname: b',
      'x.yaml:3:1: one document expected, found another after "---"',
    ],
    ['binary data', 'name: a\n  \0', 'x.yaml:2:3: binary data: YAML text has no NUL bytes'],
  ])('%s', (_, text, message) => {
    expect(errorOf(text).message).toContain(message);
  });
});

describe('what YAML 1.1 reads in another way', () => {
  const asKubectl = (source: string) => parseYamlDocuments(`name: ${source}`, 'x.yaml', true)[0]?.value;

  test.each([
    ['0644', 420, '644', '420 or 644'],
    ['-010', -8, '-10', '-8 or -10'],
    ['1_000', 1000, 'a text', '1000'],
    ['0b11', 3, 'a text', '3'],
  ])('%s is the number %d to kubectl, and in a manifest; in other files it is refused', (...example) => {
    const [source, older, newer, write] = example;
    expect(asKubectl(source)).toEqual({ name: older });
    expect(errorOf(`name: ${source}`).message).toBe(
      `x.yaml:1:7: name: ${source} is ${older} in YAML 1.1, as kubectl reads it, and ${newer} in YAML 1.2: ` +
        `write ${write}, or "${source}" for a text`,
    );
  });

  test.each([
    ['yes', true],
    ['Off', false],
    ['n', false],
  ])('%s is %s to kubectl, and in a manifest; in other files it is a text', (source, older) => {
    expect(asKubectl(source)).toEqual({ name: older });
    expect(parseYamlDocuments(`name: ${source}`, 'x.yaml')[0]?.value).toEqual({ name: source });
  });

  test('does not touch what both read alike, nor what is quoted', () => {
    const text =
      '[0, 00, 007, 08, 0x1f, 0o17, 1.0, 1e3, true, ~, 1:20, 2026-11-24, 10.0.0.1, yEs, "yes", \'0644\', "1_0"]';
    const same = [
      ...[0, 0, 7, 8, 31, 15, 1, 1000, true, null],
      ...['1:20', '2026-11-24', '10.0.0.1', 'yEs', 'yes', '0644', '1_0'],
    ];
    for (const isManifest of [false, true])
      expect(parseYamlDocuments(text, 'x.yaml', isManifest)[0]?.value).toEqual(same);
  });
});

describe('an attack is refused soon:', () => {
  const fill = (piece: string) => piece.repeat(Math.floor((1024 * 1024) / piece.length));
  const laughs = Array.from(
    { length: 30 },
    (_, i) => `a${i}: &a${i} [${i ? Array(9).fill(`*a${i - 1}`) : 'ha'}]`,
  );
  const chain = Array.from({ length: 9000 }, (_, i) => `- &a${i} [${i ? `*a${i - 1}` : 'x'}]`);

  test.each([
    ['a billion laughs', laughs.join('\n'), 'aliases make the document too big'],
    ['a chain of aliases', chain.join('\n'), 'aliases nest deeper than 100 levels'],
    ['100,000 open lists', '['.repeat(100_000), 'x.yaml:1:101: nested deeper than 100 levels'],
    ['100,000 open maps', '{a: '.repeat(100_000), 'nested deeper than 100 levels'],
    ['lists on one line', fill('- '), 'nested deeper than 100 levels'],
    [
      'steps to the right',
      Array.from({ length: 999 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      'nested deeper',
    ],
    [
      'many keys',
      Array.from({ length: 300_000 }, (_, i) => `k${i}: 1`).join('\n'),
      'too much YAML for one file',
    ],
    ['many aliases', `a: &a [1]\nb: [${fill('*a,')}]`, 'too much YAML for one file'],
    ['many documents', fill('---\na\n'), 'too much YAML for one file'],
    ['many tags', fill('- !x y\n'), 'too much YAML for one file'],
    ['an open quote', `"${fill('a\n')}`, 'x.yaml:1:1: the quote that begins here has no end'],
    ['a long key', `${fill('a')}: 1`, 'at most 1024 chars'],
    ['a long value', `name: ${fill('a')}A`, 'must be lower-case letters'],
  ])('%s', (_, text, message) => {
    const before = process.threadCpuUsage();
    expect(errorOf(text).message).toContain(message);
    const { user, system } = process.threadCpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(3);
  });

  test('and is not repeated to the reader', () => {
    expect(errorOf(`name: web\n${'k'.repeat(1000)}: 1`).message.length).toBeLessThan(600);
    expect(errorOf(`name: web\nmode: ${fill('a')}`).message.length).toBeLessThan(600);
    expect(errorOf(fill('!')).message.length).toBeLessThan(600);
  });
});

describe('several documents', () => {
  test('come with places of their own; empty ones are left out', () => {
    const text = '# head\n---\nkind: A\nspec:\n  list: [x, y]\n---\n# nothing\n---\nkind: B\n';
    const documents = parseYamlDocuments(text, 'x.yaml');
    expect(documents.map(document => document.value)).toEqual([
      { kind: 'A', spec: { list: ['x', 'y'] } },
      { kind: 'B' },
    ]);
    const [first, second] = documents;
    expect(first?.locate(['spec', 'list', 1])).toEqual({ line: 5, column: 13 });
    expect(first?.locate(['spec', 'missing', 'below'])).toEqual({ line: 4, column: 1 });
    expect(first?.locate([])).toEqual({ line: 3, column: 1 });
    expect(second?.locate(['kind'])).toEqual({ line: 9, column: 1 });
  });

  test('are located through aliases', () => {
    const [document] = parseYamlDocuments('a: &x\n  b: 1\nc: *x\n', 'x.yaml');
    expect(document?.locate(['c', 'b'])).toEqual({ line: 2, column: 3 });
  });
});

describe('durations and shares', () => {
  test.each([
    ['200ms', 200],
    ['15s', 15_000],
    ['1.5s', 1500],
    ['10m', 600_000],
    ['1h', 3_600_000],
    ['1h2m3s4ms', 3_723_004],
    ['0s', 0],
    [250, 250],
  ])('%s is %i ms', (text, ms) => {
    expect(duration.parse(text)).toBe(ms);
  });

  test.each([
    '',
    '5',
    '5x',
    's',
    '5s ',
    '1e3s',
    '-1s',
    -1,
    Number.POSITIVE_INFINITY,
    null,
    `${'9'.repeat(30)}h`,
  ])('%s is no duration', text => {
    expect(duration.safeParse(text).success).toBe(false);
  });

  test.each([
    ['20%', 0.2],
    ['0%', 0],
    ['100%', 1],
    ['12.5%', 0.125],
    ['0.2', 0.2],
    [1, 1],
  ])('%s is the share %f', (text, value) => {
    expect(share.parse(text)).toBe(value);
  });

  test.each(['', '%', '101%', '-1%', 1.1, -0.1, Number.NaN, '1/2'])('%s is no share', text => {
    expect(share.safeParse(text).success).toBe(false);
  });
});
