import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratch } from '../scratch.ts';

/** One text, again and again. */
const bomb = (text: string) => `a: &a [${Array(9).fill(text).join(', ')}]
${[...'bcdefghi'].map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(', ')}]`).join('\n')}
`;

const files: Record<string, string> = {
  'typo.yaml': `proves: nothing
timeline:
  - { at: 10s, fault: aplication-down, on: beijing }
ends: 20s
expect:
  - no-flap: {}
`,
  'cluster.yaml': `proves: nothing
timeline:
  - { at: 10s, fault: application-down, on: cluster3-beijing }
ends: 20s
expect:
  - no-flap: {}
`,
  'key.yaml': 'proves: nothing\nends: 20s\nexpcet:\n  - no-flap: {}\n',
  'bomb.yaml': bomb('x'),
  'numbers.yaml': bomb('"1023"'),
  'names.yaml': bomb('cluster1-beijing'),
  'broken.yaml': 'proves: [nothing\n',
  'empty.yaml': '',
  'text.ndjson': 'not a journal\n',
  'foreign.ndjson': '{"at":0,"kind":"drill"}\n',
  'steering.ndjson': '{"at":0,"kind":"\u009b2J\u202e"}\n',
  'nothing.ndjson':
    '{"at":0,"kind":"drill","format":1,"version":"0","lab":"simulated","seed":1,"scenario":{"name":"x"}}\n',
};

/** A new folder with files that are wrong in one way each. */
export function wrongFiles(): string {
  const folder = scratch();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'huge.yaml'), '');
  truncateSync(join(folder, 'huge.yaml'), 100 * 1024 * 1024);
  mkdirSync(join(folder, 'full/inside'), { recursive: true });
  return folder;
}
