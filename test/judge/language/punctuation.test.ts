import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../cli/liangdi.ts';

test.each(['README.zh-CN.md', 'src/judge/language/chinese.ts', 'src/report/html/page/text.js'])(
  'Chinese words of %s have Chinese punctuation beside them',
  file => {
    const text = readFileSync(join(root, file), 'utf8');
    expect(text.match(/.*(\p{Script=Han}[,:;?!()]|[,:;?!(]\p{Script=Han}).*/gu) ?? []).toEqual([]);
  },
);
