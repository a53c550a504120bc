/** Why an object cannot be written; nothing was changed. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}
