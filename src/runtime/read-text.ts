import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { InputError } from './input-error.ts';

const MEBIBYTE = 1024 * 1024;
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/** A pipe is waited for: this many times this long. */
const PATIENCE = 500;
const PAUSE_MS = 10;

/** The text of a file in UTF-8, without a byte order mark; InputError as of `readBytes`. */
export function readText(file: string, maxBytes?: number): string {
  return readBytes(file, maxBytes).toString();
}

/**
 * The same as bytes: V8 has no text of more than 512 MiB. InputError when the file is missing, not a file, not text, or
 * longer than `maxBytes` (by default 4 MiB); no more than that is ever read.
 */
export function readBytes(file: string, maxBytes = 4 * MEBIBYTE): Buffer {
  const bytes = readAtMost(file, maxBytes + 1);
  if (bytes.length > maxBytes) {
    throw new InputError(file, `the file is longer than ${size(maxBytes)}, the most that is read`);
  }
  if (bytes.includes(0)) throw new InputError(file, 'binary data: a text file has no NUL bytes');
  if (!isUtf8(bytes)) throw new InputError(file, 'not UTF-8 text');
  return bytes.subarray(
    bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0,
  );
}

function readAtMost(file: string, maxBytes: number): Buffer {
  let descriptor: number | undefined;
  try {
    // Otherwise a named pipe that nobody writes to would hold us here for ever.
    descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const status = fstatSync(descriptor);
    if (status.isDirectory()) throw new InputError(file, 'is a folder; a file was expected');
    const chunks: Buffer[] = [];
    let left = maxBytes;
    while (left > 0) {
      const chunk = Buffer.allocUnsafe(Math.min(left, 64 * 1024));
      const read = readPatiently(descriptor, chunk);
      if (read === 0) break;
      chunks.push(chunk.subarray(0, read));
      left -= read;
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(file, reasonOf(error));
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function readPatiently(descriptor: number, chunk: Buffer): number {
  for (let attempt = 1; ; attempt++) {
    try {
      return readSync(descriptor, chunk);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || attempt >= PATIENCE) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read (permission denied)';
  if (code === 'EAGAIN') return 'is a pipe into which nobody writes';
  return `cannot be read: ${(error as Error).message}`;
}

function size(bytes: number): string {
  return bytes % MEBIBYTE === 0 ? `${bytes / MEBIBYTE} MiB` : `${bytes} bytes`;
}
