/** Kubernetes' amounts of a resource: `500m`, `1.5`, `1Gi`, `1e3` (k8s.io/apimachinery, api/resource). */
const form = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([numkMGTPE]|[KMGTPE]i)|e([+-]?\d+))?$/;

const decimal = 'num kMGTPE';
const binary = 'KMGTPE';

export function isQuantity(value: unknown): value is number | string {
  return typeof value === 'number' || (typeof value === 'string' && form.test(value));
}

/** As a number; large ones lose their last digits. NaN for what is no quantity. */
export function amountOf(value: number | string): number {
  if (typeof value === 'number') return value;
  const [, digits, suffix = '', exponent] = form.exec(value) ?? [];
  if (exponent !== undefined) return Number(digits) * 10 ** Number(exponent);
  if (suffix.endsWith('i')) return Number(digits) * 1024 ** (binary.indexOf(suffix.charAt(0)) + 1);
  return Number(digits) * 1000 ** (suffix === '' ? 0 : decimal.indexOf(suffix) - decimal.indexOf(' '));
}
