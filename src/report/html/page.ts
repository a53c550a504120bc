import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ReportModel } from './model.ts';
import { scriptJson } from './safe-text.ts';

/** The page's own scripts: one program, in this order; the last one starts it. */
const SCRIPTS = [
  'text.js',
  'dom.js',
  'state.js',
  'charts.js',
  'lanes.js',
  'map.js',
  'recovery.js',
  'why.js',
  'tables.js',
  'app.js',
];

const PAGE = join(import.meta.dirname, 'page');

export interface PageOptions {
  /** The page asks its server for news (`--watch`). */
  readonly live?: boolean;
}

/** A page that shows a run, or two side by side: one file that needs nothing else. */
export function reportPage(runs: readonly ReportModel[], { live = false }: PageOptions = {}): string {
  const { style, script } = parts();
  // Nothing runs in the page but these two texts, whatever a journal says.
  const policy = [
    "default-src 'none'",
    `script-src '${hash(script)}'`,
    `style-src '${hash(style)}'`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<title>liangdi</title>',
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<noscript>This page needs JavaScript; verdict.json beside it has the same figures.',
    '<span lang="zh-CN">本页需要 JavaScript；旁边的 verdict.json 有同样的数字。</span></noscript>',
    `<script type="application/json" id="data">${scriptJson({ runs, live })}</script>`,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

let known: { style: string; script: string } | undefined;

function parts(): { style: string; script: string } {
  known ??= readParts();
  return known;
}

function readParts(): { style: string; script: string } {
  const library = dirname(createRequire(import.meta.url).resolve('uplot/package.json'));
  const read = (...path: string[]) => readFileSync(join(...path), 'utf8').replaceAll('\r\n', '\n');
  const own = SCRIPTS.map(name => read(PAGE, name)).join('\n');
  return {
    style: `${read(library, 'dist/uPlot.min.css')}\n${read(PAGE, 'page.css')}`,
    script: `${read(library, 'dist/uPlot.iife.min.js')}\n(() => {\n'use strict';\n${own}})();`,
  };
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
