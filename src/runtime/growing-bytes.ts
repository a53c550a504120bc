/** Bytes of a text in UTF-8 that grows at its end. Whoever writes a piece reserves its room first. */
export class GrowingBytes {
  #buffer: Buffer;
  #length = 0;

  /** `room` is a guess of what will be needed, in bytes. */
  constructor(room: number) {
    this.#buffer = Buffer.allocUnsafe(room);
  }

  /** Makes sure that `room` more bytes may be written. */
  reserve(room: number): void {
    const needed = this.#length + room;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(2 * needed);
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }

  /** A piece of a few bytes. */
  piece(piece: Uint8Array): void {
    const buffer = this.#buffer;
    const start = this.#length;
    const { length } = piece;
    for (let index = 0; index < length; index++) buffer[start + index] = piece[index] as number;
    this.#length = start + length;
  }

  /** A whole number from 0 to 2^31 - 1, in decimal digits, of which there are ten at most. */
  digits(value: number): void {
    const buffer = this.#buffer;
    let last = this.#length + digitsOf(value);
    this.#length = last;
    let rest = value;
    do {
      const tens = (rest / 10) | 0;
      buffer[--last] = ZERO + rest - 10 * tens;
      rest = tens;
    } while (rest > 0);
  }

  /** Any text, for which it reserves the room itself. */
  text(text: string): void {
    this.reserve(3 * text.length);
    this.#length += this.#buffer.write(text, this.#length);
  }

  /** What was written so far. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }
}

const ZERO = 48;

function digitsOf(value: number): number {
  if (value < 100_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : value < 10_000 ? 4 : 5;
  if (value < 10_000_000) return value < 1_000_000 ? 6 : 7;
  return value < 100_000_000 ? 8 : value < 1_000_000_000 ? 9 : 10;
}
