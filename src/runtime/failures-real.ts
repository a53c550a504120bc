import type { NetworkFailure } from './network.ts';

/**
 * What an error of a socket says about the other end; `undefined` when it says something about this machine, such as
 * that it has no sockets left. "No route to host" is how Linux reports that nobody answered its ARP requests: silence,
 * noticed early.
 *
 * @param established whether the connection was open when it failed.
 */
export function failureOf(error: Error, established: boolean): NetworkFailure | undefined {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'EHOSTDOWN':
    case 'ENETUNREACH':
      return 'timeout';
    case 'ECONNREFUSED':
      return 'refused';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'reset';
    default:
      return established ? 'reset' : undefined;
  }
}
