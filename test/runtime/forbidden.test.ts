import { describe, expect, test } from 'vitest';
import { importsOf, readSource, type Token, tokensOf, typescriptFiles } from '../source.ts';

/** Outside src/runtime, only these may touch real time, real chance or the real network, each for its reason. */
const REAL_ADAPTERS: readonly string[] = [
  // DNS on real sockets.
  'src/gtm/dns/listeners-real.ts',
  // DNS' answers over HTTP, for load generators.
  'src/gtm/http-resolver-real.ts',
  // The API on a real socket.
  'src/gtm/api-server-real.ts',
  // A resolver for real clients.
  'src/traffic/resolver-real.ts',
  // HTTP to the APIs of real clusters.
  'src/kube/api-connection-real.ts',
  // The control API of the gateways before real clusters.
  'src/lab/kind/toxiproxy.ts',
  // One kind lab on a machine: a socket says which process has it.
  'src/lab/kind/lock.ts',
];

const GLOBALS = new Set([
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'fetch',
  'XMLHttpRequest',
  'WebSocket',
]);
const MEMBERS: Readonly<Record<string, ReadonlySet<string>>> = {
  Date: new Set(['now']),
  Math: new Set(['random']),
  crypto: new Set(['randomUUID', 'getRandomValues', 'randomBytes', 'randomInt']),
  process: new Set(['hrtime', 'uptime']),
};
const NAMED_IMPORTS = new Set(['randomUUID', 'getRandomValues', 'randomBytes', 'randomInt', 'hrtime']);
const MODULES =
  /^(node:)?(net|tls|dgram|dns|http|https|http2|timers|perf_hooks|worker_threads)(\/promises)?$|^undici$/;

/** What a source does with real time, chance or network: `12: Date.now`. */
function violations(source: string): string[] {
  const tokens = tokensOf(source);
  const found = importsOf(tokens).filter(token => MODULES.test(token.text));
  return [...found.map(describeToken), ...tokens.flatMap((_, index) => violation(tokens, index))];
}

function describeToken({ line, text }: Token): string {
  return `${line}: ${text}`;
}

function violation(tokens: readonly Token[], index: number): string[] {
  const token = tokens[index];
  if (token?.kind !== 'word') return [];
  const texts = (offset: number) => tokens[index + offset]?.text;
  const member = texts(-1) === '.' && texts(-2) !== 'globalThis' && texts(-2) !== 'global';
  // A field or a method that is only called so: `fetch: …`, `setTimeout?: …`.
  const named = texts(1) === ':' || texts(1) === '?';
  if (member || token.text.startsWith('#')) return [];
  if (GLOBALS.has(token.text) && !named) return [describeToken(token)];
  if (NAMED_IMPORTS.has(token.text) && !named) return [describeToken(token)];
  if (token.text === 'Date' && readsTheClock(tokens, index)) return [`${token.line}: new Date()`];
  const accessed = texts(1) === '.' || texts(1) === '[' ? texts(2) : undefined;
  const forbidden = Object.hasOwn(MEMBERS, token.text) && MEMBERS[token.text]?.has(accessed ?? '');
  return forbidden ? [`${token.line}: ${token.text}.${accessed}`] : [];
}

/** `new Date()`, `new Date`, `Date()`; never `new Date(ms)`, which only tells of a time that is given. */
function readsTheClock(tokens: readonly Token[], index: number): boolean {
  const [next, afterNext] = [tokens[index + 1]?.text, tokens[index + 2]?.text];
  if (next === '(') return afterNext === ')';
  return tokens[index - 1]?.text === 'new';
}

describe('real time, chance and network stay in src/runtime', () => {
  const files = typescriptFiles('src').filter(file => !file.startsWith('src/runtime/'));

  test.each(files.filter(file => !REAL_ADAPTERS.includes(file)))('%s', file => {
    expect(violations(readSource(file))).toEqual([]);
  });

  test('and the exceptions are still needed', () => {
    for (const file of REAL_ADAPTERS) expect(violations(readSource(file)), file).not.toEqual([]);
  });
});

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: these are sources

describe('the check finds', () => {
  test.each([
    ['const t = Date.now();', '1: Date.now'],
    ['const t = Date\n  ?.now();', '1: Date.now'],
    ["Date['now']()", '1: Date.now'],
    ['/* a\n */ new Date()', '2: new Date()'],
    ['const d = new Date;', '1: new Date()'],
    ['const text = Date();', '1: new Date()'],
    ['performance.now()', '1: performance'],
    ['const { now } = performance;', '1: performance'],
    ['items.sort(() => Math.random() - 0.5)', '1: Math.random'],
    ['setTimeout(f, 5)', '1: setTimeout'],
    ['globalThis.setInterval(f)', '1: setInterval'],
    ['const later = setImmediate;', '1: setImmediate'],
    ['`a ${await fetch(url)} b`', '1: fetch'],
    ['const x = a / b; fetch(x / y)', '1: fetch'],
    ["import { createServer } from 'node:net';", '1: node:net'],
    ["import dns from 'dns/promises';", '1: dns/promises'],
    ["export * from 'node:timers/promises';", '1: node:timers/promises'],
    ["import 'undici';", '1: undici'],
    ["const d = await import('node:dgram');", '1: node:dgram'],
    ["const h = require('https')", '1: https'],
    ["import { randomUUID } from 'node:crypto';", '1: randomUUID'],
    ['const id = crypto.randomUUID();', '1: crypto.randomUUID'],
    ['process.hrtime.bigint()', '1: process.hrtime'],
    ['const quote = /[\'"`]/; Date.now()', '1: Date.now'],
    ["const s = 'it\\'s'; Date.now()", '1: Date.now'],
    ['const t = `${`${a}`}`; Math.random()', '1: Math.random'],
  ])('%s', (source, finding) => {
    expect(violations(source)).toContain(finding);
  });
});

describe('the check lets pass', () => {
  test.each([
    '// Date.now() would be wrong',
    '/** never `Math.random` */',
    "const says = 'setTimeout(f) and fetch(url) and node:net';",
    'const says = `Date.now() ${name} new Date()`;',
    'const pattern = /Date.now()|fetch/;',
    'new Date(ms).toISOString()',
    'Date.UTC(2026, 1, 1); Date.parse(text)',
    'clock.setTimeout(5); this.fetch(ref); this.#fetch();',
    'interface Options { fetch?: boolean }',
    "import { createHash } from 'node:crypto';",
    "import { join } from 'node:path';",
    'Math.floor(random.float())',
  ])('%s', source => {
    expect(violations(source)).toEqual([]);
  });
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: these are sources
