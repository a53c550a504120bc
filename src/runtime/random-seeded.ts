import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Random } from './random.ts';

/** Chance that repeats itself: the same seed gives the same draws on every machine. */
export function seededRandom(seed: number): Random {
  return new SeededRandom(hash(String(seed)));
}

/** 128 bits. */
type Key = readonly [number, number, number, number];

class SeededRandom implements Random {
  /** Names this stream; forks derive theirs from it, never from the generator's state, which draws change. */
  readonly #key: Key;
  readonly #generator: RandomGenerator;

  constructor(key: Key) {
    this.#key = key;
    // The generator must not start from all zeros, where it would stay.
    this.#generator = xoroshiro128plusFromState([key[0], key[1], key[2], key[3] | 1]);
  }

  fork(name: string): Random {
    return new SeededRandom(hash(name, this.#key));
  }

  float(): number {
    return uniformFloat64(this.#generator);
  }

  below(bound: number): number {
    if (!(Number.isSafeInteger(bound) && bound > 0)) {
      throw new RangeError(`below(${bound}): the bound must be a whole number above 0`);
    }
    return uniformInt(this.#generator, 0, bound - 1);
  }

  chance(share: number): boolean {
    return this.float() < share;
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.float());
  }

  /** Fisher and Yates' shuffle. */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = items.slice();
    for (let last = shuffled.length - 1; last > 0; last -= 1) {
      const other = this.below(last + 1);
      const item = shuffled[last] as T;
      shuffled[last] = shuffled[other] as T;
      shuffled[other] = item;
    }
    return shuffled;
  }
}

/** Four independent runs of MurmurHash3's mixing over the UTF-16 units of `text`, starting from `from`. */
function hash(text: string, from: Key = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x6a09e667]): Key {
  let [a, b, c, d] = from;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    a = mix(a ^ unit, 0x85ebca6b);
    b = mix(b ^ unit, 0xc2b2ae35);
    c = mix(c ^ unit, 0x27d4eb2f);
    d = mix(d ^ unit, 0x165667b1);
  }
  return [finish(a ^ text.length, b), finish(b, c), finish(c, d), finish(d, a)];
}

function mix(value: number, factor: number): number {
  const product = Math.imul(value, factor);
  return (product << 13) | (product >>> 19);
}

function finish(value: number, other: number): number {
  let mixed = value ^ Math.imul(other, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
