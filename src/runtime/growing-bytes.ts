/** Known bytes, as four at a time, the first one lowest; what is beyond the last is written over by what follows. */
export class Piece {
  readonly length: number;
  /** No typed array: that takes longer to make than a short piece takes to write many times. */
  readonly words: readonly number[];

  constructor(text: string) {
    const bytes = Buffer.from(text);
    this.length = bytes.length;
    const words: number[] = [];
    for (let index = 0; index < bytes.length; index += 4) {
      let word = 0;
      for (let byte = Math.min(index + 3, bytes.length - 1); byte >= index; byte--)
        word = (word << 8) | (bytes[byte] as number);
      words.push(word);
    }
    this.words = words;
  }
}

/** Of the numbers below 10,000: their digits, and how many these are. */
const DIGITS = new Int32Array(10_000);
const LENGTHS = new Uint8Array(10_000);
for (let value = 0; value < 10_000; value++) {
  const digits = String(value);
  DIGITS[value] = wordOf(digits);
  LENGTHS[value] = digits.length;
}
/** The last three digits of a larger number. */
const THREE = Int32Array.from({ length: 1000 }, (_, value) => wordOf(String(value).padStart(3, '0')));

function wordOf(digits: string): number {
  let word = 0;
  for (let index = digits.length - 1; index >= 0; index--) word = (word << 8) | digits.charCodeAt(index);
  return word;
}

/** Bytes of a text in UTF-8 that grows at its end. Whoever writes pieces and digits reserves their room first. */
export class GrowingBytes {
  #buffer!: Buffer;
  #view!: DataView;
  #length = 0;

  /** `room` is a guess of what will be needed, in bytes. */
  constructor(room: number) {
    this.#allocate(room);
  }

  /** Makes sure that `room` more bytes may be written. */
  reserve(room: number): void {
    // What is written last may go up to three bytes too far.
    const needed = this.#length + room + 3;
    if (needed <= this.#buffer.length) return;
    const old = this.#buffer;
    this.#allocate(2 * needed);
    old.copy(this.#buffer, 0, 0, this.#length);
  }

  piece({ words, length }: Piece): void {
    const view = this.#view;
    const start = this.#length;
    for (let index = 0; index < words.length; index++)
      view.setInt32(start + 4 * index, words[index] as number, true);
    this.#length = start + length;
  }

  /** A piece and a whole number from 0 to 2^31 - 1, of ten digits at most. */
  number(piece: Piece, value: number): void {
    this.piece(piece);
    this.#digits(value);
  }

  #digits(value: number): void {
    if (value < 10_000) {
      this.#view.setInt32(this.#length, DIGITS[value] as number, true);
      this.#length += LENGTHS[value] as number;
    } else {
      const thousands = (value / 1000) | 0;
      this.#digits(thousands);
      this.#view.setInt32(this.#length, THREE[value - 1000 * thousands] as number, true);
      this.#length += 3;
    }
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

  #allocate(room: number): void {
    this.#buffer = Buffer.allocUnsafe(room);
    this.#view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset, room);
  }
}
