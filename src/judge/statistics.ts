/*
 * The statistics behind `split`: is a share where it should be, within a margin, and how sure can a drill be?
 *
 * Requests that went where one single choice sent them (one answer of a caching resolver, one kept connection) are
 * one observation made several times: their intraclass correlation is 1 by construction. It is not estimated, since
 * an estimate would be worst where it matters most, with few choices. Kish's design effect for clusters of unequal
 * size m and correlation 1 is Σm²/Σm (L. Kish, Survey Sampling, 1965, ch. 5 and 8), so that n requests count as
 * n / (Σm²/Σm) = (Σm)²/Σm² independent ones. Where a choice does not bind all its requests (a client that tried the
 * next address), that is on the safe side.
 *
 * Intervals are Clopper and Pearson's exact ones (Biometrika 26, 1934) at the effective sample size, as E. Korn and
 * B. Graubard proposed for surveys (Survey Methodology 24, 1998): they keep their level with few observations and at
 * shares of 0 and 1, where the normal approximation fails.
 */

const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

/** ln Γ(x) for x > 0: Lanczos' approximation (SIAM J. Numer. Anal. B 1, 1964) with g = 7 and nine terms. */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  let sum = 0.9999999999998099;
  for (let i = 0; i < LANCZOS.length; i++) sum += (LANCZOS[i] as number) / (x + i);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/** The continued fraction of the incomplete beta function (NIST DLMF 8.17.22), by Lentz's method. */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const away = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-13) break;
  }
  return fraction;
}

/** The regularized incomplete beta function I_x(a, b); a, b > 0. */
export function betaProbability(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  // The fraction converges fast on one side of the mean only.
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(x, a, b)) / a
    : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

/** The x with I_x(a, b) = p: Newton's steps, kept inside a bracket that halves when they leave it. */
export function betaQuantile(p: number, a: number, b: number): number {
  if (p <= 0) return 0;
  if (p >= 1) return 1;
  const logFront = logGamma(a + b) - logGamma(a) - logGamma(b);
  let low = 0;
  let high = 1;
  let x = a / (a + b);
  for (let step = 0; step < 100 && high - low > 1e-12; step++) {
    const error = betaProbability(x, a, b) - p;
    if (error > 0) high = x;
    else low = x;
    const slope = Math.exp(logFront + (a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x));
    const next = x - error / slope;
    const taken = next > low && next < high ? next : (low + high) / 2;
    if (Math.abs(taken - x) < 1e-12) return taken;
    x = taken;
  }
  return x;
}

/** Φ(z), the standard normal distribution, to 1e-7 (Abramowitz and Stegun, 7.1.26). */
export function normalProbability(z: number): number {
  const t = 1 / (1 + 0.3275911 * (Math.abs(z) / Math.SQRT2));
  const tail =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) *
    Math.exp((-z * z) / 2);
  return z < 0 ? tail / 2 : 1 - tail / 2;
}

/** Φ⁻¹(p), by halving. */
export function normalQuantile(p: number): number {
  let low = -10;
  let high = 10;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (normalProbability(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

export interface Sample {
  /** Observations (requests). */
  readonly size: number;
  /** How many independent observations they are worth. */
  readonly effective: number;
}

/** Kish's effective sample size of clusters of these sizes, correlated by 1 within and by 0 between. */
export function clusteredSample(clusterSizes: Iterable<number>): Sample {
  let size = 0;
  let squares = 0;
  for (const m of clusterSizes) {
    size += m;
    squares += m * m;
  }
  return { size, effective: size === 0 ? 0 : (size * size) / squares };
}

/** The bound that the true share lies below with probability `tail` at most. */
export function lowerBound(share: number, effective: number, tail: number): number {
  const hits = share * effective;
  return hits <= 0 ? 0 : betaQuantile(tail, hits, effective - hits + 1);
}

/** The bound that the true share lies above with probability `tail` at most. */
export function upperBound(share: number, effective: number, tail: number): number {
  return 1 - lowerBound(1 - share, effective, tail);
}

/** Observations that must agree before a share is shown to be within the margin of 0 or 1. */
const unanimous = (margin: number, alpha: number) => Math.log(alpha) / Math.log1p(-margin);

/** Chance that n independent observations show equivalence when the true share is the expected one (normal theory). */
export function equivalencePower(expected: number, margin: number, effective: number, alpha: number): number {
  const deviation = Math.sqrt((expected * (1 - expected)) / effective);
  if (deviation === 0) return effective > unanimous(margin, alpha) ? 1 : 0;
  return Math.max(0, 2 * normalProbability(margin / deviation - normalQuantile(1 - alpha)) - 1);
}

/** How many independent observations reach that power. */
export function sampleForPower(expected: number, margin: number, alpha: number, power: number): number {
  const z = normalQuantile(1 - alpha) + normalQuantile((1 + power) / 2);
  return Math.ceil(
    Math.max((expected * (1 - expected) * z * z) / (margin * margin), unanimous(margin, alpha)),
  );
}

export interface Share {
  readonly name: string;
  readonly expected: number;
  readonly observed: number;
  /** Where the true share lies with confidence 1 − 2α. */
  readonly from: number;
  readonly until: number;
}

export interface SplitTest {
  readonly outcome: 'equivalent' | 'different' | 'undecided';
  readonly shares: readonly Share[];
  readonly sample: Sample;
  /** The smallest of the shares' powers. */
  readonly power: number;
  /** Independent observations for a power of 0.9, the true shares being the expected ones. */
  readonly wanted: number;
  /** The shares that were shown to be beyond the margin. */
  readonly beyond: readonly string[];
}

/**
 * Tests whether all shares are the expected ones within the margin.
 *
 * *Equivalent*: two one-sided tests per share (TOST; D. Schuirmann, J. Pharmacokinet. Biopharm. 15, 1987), each at
 * level α: the (1 − 2α) interval lies inside the margin. The claim is that all shares are near; if any is not, its
 * own test errs with probability α at most, and so does the whole: an intersection-union test needs no correction
 * (R. Berger, Technometrics 24, 1982).
 *
 * *Different*: some share is beyond the margin. Here one error among many suffices, so α is divided by the number of
 * one-sided claims (Bonferroni; Holm's procedure rejects at least one hypothesis exactly when Bonferroni's does).
 *
 * Either is wrong with probability α at most; what shows neither is *undecided*.
 */
export function testSplit(
  counts: readonly { readonly name: string; readonly expected: number; readonly count: number }[],
  sample: Sample,
  margin: number,
  alpha: number,
): SplitTest {
  const { size, effective } = sample;
  const tail = alpha / (2 * counts.length);
  const shares: Share[] = [];
  const beyond: string[] = [];
  let power = 1;
  let wanted = 1;
  for (const { name, expected, count } of counts) {
    const observed = size === 0 ? 0 : count / size;
    const from = size === 0 ? 0 : lowerBound(observed, effective, alpha);
    const until = size === 0 ? 1 : upperBound(observed, effective, alpha);
    shares.push({ name, expected, observed, from, until });
    // The interval at level α decides that nothing is shown without the costlier bound.
    if (from > expected + margin && lowerBound(observed, effective, tail) > expected + margin)
      beyond.push(name);
    if (until < expected - margin && upperBound(observed, effective, tail) < expected - margin)
      beyond.push(name);
    power = size === 0 ? 0 : Math.min(power, equivalencePower(expected, margin, effective, alpha));
    wanted = Math.max(wanted, sampleForPower(expected, margin, alpha, 0.9));
  }
  const near = shares.every(
    ({ from, until, expected }) => from > expected - margin && until < expected + margin,
  );
  const outcome = beyond.length > 0 ? 'different' : size > 0 && near ? 'equivalent' : 'undecided';
  return { outcome, shares, sample, power, wanted, beyond };
}
