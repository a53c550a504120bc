import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { GrowingBytes, Piece } from '../../src/runtime/growing-bytes.ts';

const text = fc.string({ unit: 'grapheme' });

test('pieces, numbers and texts are the bytes that they are in UTF-8, whatever follows on what', () => {
  const part = fc.oneof(
    text.map(piece => ({ piece })),
    text.map(text => ({ text })),
    fc.tuple(text, fc.nat()).map(([piece, number]) => ({ piece, number })),
  );
  fc.assert(
    fc.property(fc.array(part), parts => {
      const bytes = new GrowingBytes(1);
      for (const { piece, number, text } of parts as { piece?: string; number?: number; text?: string }[]) {
        if (text !== undefined) bytes.text(text);
        if (piece === undefined) continue;
        const known = new Piece(piece);
        bytes.reserve(known.length + 10);
        if (number === undefined) bytes.piece(known);
        else bytes.number(known, number);
      }
      expect(String(bytes.bytes())).toBe(parts.map(part => Object.values(part).join('')).join(''));
    }),
  );
});
