/** What names of generated objects end in: no vowels, and no digits that look like letters. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** Names with a generated end have at most 63 characters, five of them generated. */
const longestBase = 58;

/** The uids and generated names of one cluster: the same cluster gives the same ones in the same order. */
export class Identifiers {
  readonly #seed: number;
  readonly #prefix: string;
  #count = 0;

  constructor(cluster: string) {
    this.#seed = hash(cluster);
    this.#prefix = `${hex(this.#seed, 8)}-${hex(hash(`${cluster}/`) >>> 16, 4)}-4000-8000-`;
  }

  /** In the form of a UUID. */
  uid(): string {
    return this.#prefix + hex(++this.#count, 12);
  }

  /** `generateName` with five characters after it. */
  name(base: string): string {
    let rest = scramble(this.#seed + ++this.#count);
    let name = base.slice(0, longestBase);
    for (let i = 0; i < 5; i++) {
      name += alphabet.charAt(rest % alphabet.length);
      rest = Math.floor(rest / alphabet.length);
    }
    return name;
  }
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

/** The finalizer of MurmurHash3: neighbouring numbers come out unlike. */
function scramble(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
