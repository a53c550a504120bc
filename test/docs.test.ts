import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type * as z from 'zod';
import { faultKinds } from '../src/faults/index.ts';
import { expectations } from '../src/judge/expectations/index.ts';
import { problemOf } from '../src/runtime/journal-shape.ts';

const read = (file: string) => readFileSync(join(import.meta.dirname, '..', file), 'utf8');

describe('docs/journal.md', () => {
  const examples = [...read('docs/journal.md').matchAll(/^\{.*\}$/gm)].map(([line]) => line);
  const kinds = examples.map(line => JSON.parse(line).kind as string);

  test('has an example of each kind of event', () => {
    const declared = [...read('src/runtime/journal.ts').matchAll(/^ {2}kind: '(.+)';$/gm)].map(
      ([, kind]) => kind,
    );
    expect(declared.length).toBeGreaterThan(15);
    expect([...new Set(kinds)].sort()).toEqual(declared.sort());
  });

  test.each(examples.map((line, index) => [kinds[index], line]))(
    'its example of %s is an event',
    (_, line) => {
      expect(problemOf(JSON.parse(line))).toBeUndefined();
    },
  );
});

const documents = [
  ...readdirSync(join(import.meta.dirname, '..')).filter(file => file.endsWith('.md')),
  ...readdirSync(join(import.meta.dirname, '../docs')).map(file => `docs/${file}`),
];

test.each(documents)('%s links only to files that exist', document => {
  const targets = [...read(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target]) =>
    String(target),
  );
  for (const target of targets) {
    expect(() => readdirOrFile(join(dirname(document), target)), `${document}: ${target}`).not.toThrow();
  }
});

function readdirOrFile(path: string): void {
  try {
    read(path);
  } catch {
    readdirSync(join(import.meta.dirname, '..', path));
  }
}

test.each(['README.md', 'README.zh-CN.md'])('%s shows lines of beijing-down as they are', document => {
  const [, shown = ''] = /```yaml\n(proves:.*?)```/s.exec(read(document)) ?? [];
  const lines = shown.split('\n').filter(line => line !== '');
  expect(lines.length).toBeGreaterThan(5);
  expect(read('scenarios/beijing-down.yaml').split('\n')).toEqual(expect.arrayContaining(lines));
});

test.each(['README.md', 'README.zh-CN.md'])('%s lists every scenario', document => {
  const listed = [...read(document).matchAll(/^\| \[(.+)\]\(scenarios\/\1\.yaml\) \|/gm)].map(
    ([, name]) => name,
  );
  const shipped = readdirSync(join(import.meta.dirname, '../scenarios')).map(file =>
    file.replace('.yaml', ''),
  );
  expect(listed).toEqual(shipped.sort());
});

test.each(['README.md', 'README.zh-CN.md'])('%s names every kind of fault', document => {
  const unnamed = [...faultKinds.keys()].filter(kind => !read(document).includes(`\`${kind}\``));
  expect(unnamed).toEqual([]);
});

test('README.md says of each scenario what it proves', () => {
  for (const file of readdirSync(join(import.meta.dirname, '../scenarios'))) {
    const [, proves] = /^proves: (.*)$/m.exec(read(`scenarios/${file}`)) ?? [];
    expect(read('README.md')).toContain(`](scenarios/${file}) | ${proves} |`);
  }
});

describe('the vocabulary', () => {
  const files = readdirSync(join(import.meta.dirname, '../scenarios'));
  const shipped = files.map(file => read(`scenarios/${file}`)).join('\n');

  test('is in the shipped scenarios, every kind of fault and every expectation', () => {
    const faults = [...faultKinds.keys()].filter(kind => !new RegExp(`fault: ${kind}\\b(?!-)`).test(shipped));
    const unexpected = Object.keys(expectations).filter(name => !shipped.includes(`- ${name}: {`));
    expect([...faults, ...unexpected]).toEqual([]);
  });

  test('is in docs/scenarios.md: each kind of fault, what it does, and its own fields', () => {
    const rows = [...read('docs/scenarios.md').matchAll(/^\| `([a-z-]+)` \| (.+?) \| (.*)\|$/gm)].map(
      ([, kind, says, fields]) => [
        kind,
        says,
        [
          ...String(fields)
            .replace(/\(.*?\)/g, '')
            .matchAll(/`(.+?)`/g),
        ].map(([, field]) => field),
      ],
    );
    const kinds = [...faultKinds.values()].map(({ kind, says, schema }) => [
      kind,
      says,
      Object.keys((schema as unknown as z.ZodObject).shape),
    ]);
    expect(rows.sort()).toEqual(kinds.sort());
  });
});

test('docs/scenarios.md has the fields of each expectation', () => {
  const [, table = ''] = read('docs/scenarios.md').split('## Expectations');
  const common = ['when', 'settle', 'populations'];
  for (const { name, schema } of Object.values(expectations)) {
    const [row = ''] = table.split('\n').filter(line => line.startsWith('|') && line.includes(`\`${name}\``));
    const { shape } = ((schema as z.ZodPipe).in ?? schema) as unknown as z.ZodObject;
    const fields = Object.keys(shape);
    expect(row, name).not.toBe('');
    for (const field of fields.filter(each => !common.includes(each)))
      expect(row, name).toContain(`\`${field}\``);
    expect(row.includes('no `when`'), name).toBe(!fields.includes('when'));
  }
});

test('docs/verdicts.md has a row for each expectation', () => {
  const rows = [...read('docs/verdicts.md').matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);
  expect(rows).toEqual(expect.arrayContaining(Object.keys(expectations)));
});
