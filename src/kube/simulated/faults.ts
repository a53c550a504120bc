import { isLabelKey, isLabelValue } from '../label-selector.ts';

/** Gathers what is wrong with an object, in the API's words. */
export class Faults {
  readonly list: string[] = [];

  invalid(field: string, value: unknown, why: string): void {
    this.list.push(`${field}: Invalid value: ${JSON.stringify(value)}: ${why}`);
  }

  unsupported(field: string, value: unknown, supported: readonly string[]): void {
    const list = supported.map(item => JSON.stringify(item)).join(', ');
    this.list.push(`${field}: Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`);
  }

  /** A number that must not be negative; absent is as good as 0. */
  negative(field: string, value: number | undefined): void {
    if (value !== undefined && value < 0) this.invalid(field, value, 'must be greater than or equal to 0');
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

/** The name of a Service: a DNS label as RFC 1035 has it. */
export function isServiceName(name: string): boolean {
  return isDnsLabel(name) && /^[a-z]/.test(name);
}

export const serviceNameRule =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
export const labelRule =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
export const subdomainRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";

export const portRule = 'must be between 1 and 65535, inclusive';

/** A port by number, or by the name that a container gives it. */
export function portAt(faults: Faults, field: string, port: unknown): void {
  if (typeof port === 'string') portNameAt(faults, field, port);
  else if (!isPort(port)) faults.invalid(field, port ?? 0, portRule);
}

/** The name of a container's port (IANA's service names). */
export function portNameAt(faults: Faults, field: string, name: string): void {
  if (name.length > 15) faults.invalid(field, name, 'must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(name))
    faults.invalid(field, name, 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(name)) faults.invalid(field, name, 'must contain at least one letter (a-z)');
  if (/^-|--|-$/.test(name))
    faults.invalid(field, name, 'must not begin or end with a hyphen, nor contain two in a row');
}

export const protocols = ['SCTP', 'TCP', 'UDP'];

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

export function annotationsAt(
  faults: Faults,
  field: string,
  annotations: Record<string, string> | undefined,
): void {
  for (const key in annotations) {
    if (!isLabelKey(key.toLowerCase())) faults.invalid(field, key, 'not a qualified name');
  }
}
