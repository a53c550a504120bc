import { isLabelKey, isLabelValue } from '../label-selector.ts';

/** Gathers what is wrong with an object, in the API's words. */
export class Faults {
  readonly list: string[] = [];

  invalid(field: string, value: unknown, why: string): void {
    this.list.push(`${field}: Invalid value: ${JSON.stringify(value)}: ${why}`);
  }

  required(field: string, why = ''): void {
    this.list.push(`${field}: Required value${why && `: ${why}`}`);
  }

  duplicate(field: string, value: unknown): void {
    this.list.push(`${field}: Duplicate value: ${JSON.stringify(value)}`);
  }

  forbidden(field: string, why: string): void {
    this.list.push(`${field}: Forbidden: ${why}`);
  }

  notFound(field: string, value: unknown): void {
    this.list.push(`${field}: Not found: ${JSON.stringify(value)}`);
  }
}

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

export function isDnsLabel(name: string): boolean {
  return label.test(name);
}

export function isDnsSubdomain(name: string): boolean {
  return name.length <= 253 && subdomain.test(name);
}

export const labelRule =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
export const subdomainRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";

export function isPort(port: unknown): boolean {
  return Number.isInteger(port) && Number(port) >= 1 && Number(port) <= 65_535;
}

export function labelsAt(faults: Faults, field: string, labels: Record<string, string> | undefined): void {
  for (const key in labels) {
    const value = labels[key] as string;
    if (!isLabelKey(key)) faults.invalid(field, key, "not a qualified name ('[prefix/]name')");
    if (!isLabelValue(value))
      faults.invalid(field, value, 'not a label value (63 characters of [A-Za-z0-9-_.])');
  }
}
