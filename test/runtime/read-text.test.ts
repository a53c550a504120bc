import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/runtime/input-error.ts';
import { readBytes, readText } from '../../src/runtime/read-text.ts';
import { scratch } from '../scratch.ts';

const folder = scratch();

function written(content: string | Uint8Array): string {
  const file = join(folder, 'file');
  writeFileSync(file, content);
  return file;
}

describe('readText', () => {
  test('gives the text of a file, without a byte order mark', () => {
    expect(readText(written('两地\r\n'))).toBe('两地\r\n');
    expect(readText(written('\uFEFFa: 1'))).toBe('a: 1');
    expect(readText(written(''))).toBe('');
  });

  test('says when there is no file', () => {
    expect(() => readText('missing.yaml')).toThrow(new InputError('missing.yaml', 'there is no such file'));
    expect(() => readText(join(written('a'), 'below'))).toThrow('there is no such file');
    expect(() => readText(folder)).toThrow(`${folder}: is a folder; a file was expected`);
  });

  test('refuses what is no text', () => {
    expect(() => readText(written('a\0b'))).toThrow('binary data: a text file has no NUL bytes');
    expect(() => readText(written(Uint8Array.of(0xff, 0xfe, 0x61)))).toThrow('not UTF-8 text');
  });

  test('refuses a big file without reading it', () => {
    const file = written('');
    truncateSync(file, 2 ** 40);
    expect(() => readText(file)).toThrow('the file is longer than 4 MiB, the most that is read');
    expect(() => readText('/dev/zero')).toThrow('the file is longer than 4 MiB');
  });

  test('reads just as much as it is told', () => {
    expect(readText(written('abcd'), 4)).toBe('abcd');
    expect(() => readText(written('abcde'), 4)).toThrow('the file is longer than 4 bytes');
    expect(readBytes(written('两地'), 6)).toEqual(Buffer.from('两地'));
  });

  test('reads a pipe, and does not wait for ever for one', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(readText(pipe)).toBe('');
    // While this is open, the writer need not wait for a reader to open the pipe.
    const both = openSync(pipe, 'r+');
    const writer = spawn('sh', ['-c', `exec 3> '${pipe}'; echo open; sleep 0.3; printf ab >&3`]);
    await once(writer.stdout, 'data');
    closeSync(both);
    expect(readText(pipe)).toBe('ab');
    await once(writer, 'close');
  });
});
