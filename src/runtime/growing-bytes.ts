import { endianness } from 'node:os';

const LITTLE_ENDIAN = endianness() === 'LE';

/** Known bytes, as four at a time in the machine's order; what is beyond the last is written over by what follows. */
export class Piece {
  readonly length: number;
  readonly words: Int32Array;

  constructor(text: string) {
    this.length = Buffer.byteLength(text);
    this.words = new Int32Array(Math.ceil(this.length / 4));
    Buffer.from(this.words.buffer).write(text);
  }
}

/** Of the numbers below 10,000: their digits, and how many these are. */
const DIGITS = Int32Array.from({ length: 10_000 }, (_, value) => wordOf(String(value)));
const LENGTHS = Uint8Array.from({ length: 10_000 }, (_, value) => String(value).length);
/** The last three digits of a larger number. */
const THREE = Int32Array.from({ length: 1000 }, (_, value) => wordOf(String(value).padStart(3, '0')));

function wordOf(digits: string): number {
  return new Piece(digits).words[0] as number;
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
      view.setInt32(start + 4 * index, words[index] as number, LITTLE_ENDIAN);
    this.#length = start + length;
  }

  /** A piece and a whole number from 0 to 2^31 - 1, of ten digits at most. */
  number(piece: Piece, value: number): void {
    this.piece(piece);
    this.#digits(value);
  }

  #digits(value: number): void {
    if (value < 10_000) {
      this.#view.setInt32(this.#length, DIGITS[value] as number, LITTLE_ENDIAN);
      this.#length += LENGTHS[value] as number;
    } else {
      const thousands = (value / 1000) | 0;
      this.#digits(thousands);
      this.#view.setInt32(this.#length, THREE[value - 1000 * thousands] as number, LITTLE_ENDIAN);
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
