import { optional, word } from '../parameters.ts';

/* How GTM 3.0's List… and Search… actions find what is wanted. */

/** As List does on names and remarks. */
export function isSame(own: string, wanted: string): boolean {
  return own.toLowerCase() === wanted.toLowerCase();
}

/** As Search does. */
export function isLike(own: string, wanted: string): boolean {
  return own.toLowerCase().includes(wanted.toLowerCase());
}

/** By which Search finds pools and configs. */
export const statusFilters = {
  AvailableStatus: optional(word('available', 'unavailable')),
  HealthStatus: optional(word('ok', 'ok_alert', 'exceptional')),
};

interface Status {
  readonly AvailableStatus: string;
  readonly HealthStatus: string;
}

export function isAsWanted(
  own: Status,
  wanted: { readonly [K in keyof Status]?: string | undefined },
): boolean {
  const { AvailableStatus = own.AvailableStatus, HealthStatus = own.HealthStatus } = wanted;
  return AvailableStatus === own.AvailableStatus && HealthStatus === own.HealthStatus;
}
