export interface Listener<T> {
  told(what: T): void;
}

/** Who is told what came of something: a function, or an object, which spares a closure for each of many. */
export type Told<T> = ((what: T) => void) | Listener<T>;

export function tell<T>(whom: Told<T>, what: T): void {
  if (typeof whom === 'function') whom(what);
  else whom.told(what);
}
