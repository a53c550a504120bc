/** How web-demo misbehaves; an empty object is its ordinary behaviour. */
export interface ApplicationBehaviour {
  /** Share of requests answered with 500, 0…1. */
  readonly errorShare?: number;
  /** Added to each request's time of service, milliseconds. */
  readonly delayMs?: number;
}

/** What faults of the same application amount to: each errs on its own, each takes its time. */
export function combined(behaviours: Iterable<ApplicationBehaviour>): Required<ApplicationBehaviour> {
  let successShare = 1;
  let delayMs = 0;
  for (const behaviour of behaviours) {
    successShare *= 1 - (behaviour.errorShare ?? 0);
    delayMs += behaviour.delayMs ?? 0;
  }
  return { errorShare: 1 - successShare, delayMs };
}
