/** Days from 1970-01-01 to the first day of every drill, 2026-01-01. */
const firstDay = 20_454;

let second = -1;
let text = '';

/** A drill time as metav1.Time writes it, to the second: `2026-01-01T00:00:07Z` for 7 s and a bit. */
export function timestamp(ms: number): string {
  const now = Math.floor(ms / 1000);
  if (now === second) return text;
  const time = now % 86_400;
  second = now;
  text = `${date(firstDay + Math.floor(now / 86_400))}T${two(time / 3600)}:${two((time / 60) % 60)}:${two(time % 60)}Z`;
  return text;
}

/** The drill time in milliseconds of what `timestamp` wrote; NaN for anything else. */
export function drillTime(timestamp: string | undefined): number {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z$/.exec(timestamp ?? '')?.map(Number);
  if (parts === undefined) return Number.NaN;
  const [, year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = parts;
  return ((daysOf(year, month, day) - firstDay) * 86_400 + hours * 3600 + minutes * 60 + seconds) * 1000;
}

// The two conversions count years from March, so that the leap day is the last one, in eras of 400 years (146,097 days).

function date(days: number): string {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return `${yearOfEra + era * 400 + (month <= 2 ? 1 : 0)}-${two(month)}-${two(day)}`;
}

function daysOf(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return (
    era * 146_097 +
    yearOfEra * 365 +
    Math.floor(yearOfEra / 4) -
    Math.floor(yearOfEra / 100) +
    dayOfYear -
    719_468
  );
}

function two(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}
