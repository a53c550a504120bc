import { readdirSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importsOf, ROOT, readSource, tokensOf, typescriptFiles } from './source.ts';

/** A folder of src may import itself and those before it; a folder in a folder that is named here, too. */
const LAYERS = [
  'runtime',
  'kube',
  'engine',
  'engine/plan',
  'engine/controller',
  'engine/kubectl',
  'engine/cases',
  'testing',
  'gtm',
  'traffic',
  'faults',
  'judge',
  'lab',
  'drill',
  'gate',
  'report',
  'cli',
];

interface Import {
  readonly target: string;
  readonly line: number;
}

/** What `file` imports of the project's own files. */
function ownImports(file: string, source: string): Import[] {
  return importsOf(tokensOf(source))
    .filter(({ text }) => text.startsWith('.'))
    .map(({ text, line }) => ({ line, target: normalize(join(dirname(file), text)) }));
}

/** Those that point to a later folder or out of src. */
function upward(file: string, imports: readonly Import[]): string[] {
  return imports
    .filter(({ target }) => layerOf(target) < 0 || layerOf(target) > layerOf(file))
    .map(({ line, target }) => `${file}:${line} imports ${target}`);
}

/** Files that import themselves through others, types included: of each such way, the files in its order. */
function circles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const left = new Set<string>();
  const way: string[] = [];
  const enter = (file: string) => {
    if (way.includes(file)) found.push([...way.slice(way.indexOf(file)), file].join(' -> '));
    if (way.includes(file) || left.has(file)) return;
    way.push(file);
    for (const target of imports.get(file) ?? []) enter(target);
    way.pop();
    left.add(file);
  };
  for (const file of imports.keys()) enter(file);
  return found;
}

/** Its place among the layers; -1 outside src. */
function layerOf(path: string): number {
  return LAYERS.findLastIndex(layer => path.startsWith(join('src', layer, sep)));
}

describe('imports point one way', () => {
  const files = typescriptFiles('src').map(file => [file, ownImports(file, readSource(file))] as const);

  test.each(files)('%s', (file, imports) => {
    expect(upward(file, imports)).toEqual([]);
  });

  test('and never in a circle', () => {
    const targets = files.map(([file, imports]) => [file, imports.map(({ target }) => target)] as const);
    expect(circles(new Map(targets))).toEqual([]);
  });

  test('among the folders that there are', () => {
    expect(readdirSync(join(ROOT, 'src')).filter(name => !LAYERS.includes(name))).toEqual([]);
  });
});

describe('the check', () => {
  test.each([
    [
      'src/runtime/a.ts',
      "import { x } from '../kube/client.ts';",
      'src/runtime/a.ts:1 imports src/kube/client.ts',
    ],
    [
      'src/engine/plan/traits/env.ts',
      "\nimport type { x } from '../../../gtm/health.ts';",
      'src/engine/plan/traits/env.ts:2',
    ],
    [
      'src/engine/plan/traits/env.ts',
      "import { x } from '../../controller/status.ts';",
      'src/engine/plan/traits/env.ts:1 imports src/engine/controller/status.ts',
    ],
    ['src/engine/model.ts', "import { x } from './plan/plan.ts';", 'src/engine/model.ts:1'],
    ['src/drill/a.ts', "export * from '../report/html.ts';", 'src/drill/a.ts:1 imports src/report/html.ts'],
    ['src/faults/a.ts', "await import('../lab/lab.ts');", 'src/faults/a.ts:1 imports src/lab/lab.ts'],
    [
      'src/judge/a.ts',
      "import { x } from '../drill/drill.ts';",
      'src/judge/a.ts:1 imports src/drill/drill.ts',
    ],
    ['src/cli/a.ts', "import x from '../../test/source.ts';", 'src/cli/a.ts:1 imports test/source.ts'],
  ])('finds in %s: %s', (file, source, finding) => {
    expect(upward(file, ownImports(file, source))).toEqual([expect.stringContaining(finding)]);
  });

  test('finds circles, each once', () => {
    const imports = { a: ['b', 'd'], b: ['c', 'd'], c: ['a'], d: ['e'], e: ['e', 'd'], f: ['a'] };
    expect(circles(new Map(Object.entries(imports)))).toEqual(['a -> b -> c -> a', 'e -> e', 'd -> e -> d']);
  });

  test.each([
    ['src/cli/a.ts', "import { x } from '../runtime/clock.ts';"],
    ['src/kube/simulated/a.ts', "import { x } from '../objects.ts';"],
    ['src/engine/controller/a.ts', "import { x } from '../plan/steps/step.ts'; import '../model.ts';"],
    ['src/gtm/a.ts', "import * as z from 'zod'; import { join } from 'node:path';"],
    ['src/gtm/a.ts', "// import { x } from '../cli/a.ts'"],
  ])('lets pass in %s: %s', (file, source) => {
    expect(upward(file, ownImports(file, source))).toEqual([]);
  });
});
