/** Why an exchange with an API failed, as what the API did: `refused the connection`. */
export function transportError(error: unknown, silenceMs: number): string {
  const { code, text } = first(error);
  const known = SENTENCES[code];
  if (known !== undefined) return known;
  if (code === 'UND_ERR_BODY_TIMEOUT') return `said nothing for ${silenceMs / 1000} s`;
  if (CERTIFICATE.test(code)) return `shows a certificate that the kubeconfig does not trust (${text})`;
  if (/^ERR_(SSL|TLS)_|^EPROTO$/.test(code)) return `does not speak TLS as the kubeconfig says (${text})`;
  return `cannot be reached (${text})`;
}

const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection: it is not running, or not at this address',
  ECONNRESET: 'broke the connection',
  EPIPE: 'broke the connection',
  UND_ERR_SOCKET: 'broke the connection',
  UND_ERR_CONNECT_TIMEOUT: 'did not accept a connection in time',
  ETIMEDOUT: 'did not accept a connection in time',
  EHOSTUNREACH: 'cannot be reached: there is no route to its address',
  ENETUNREACH: 'cannot be reached: there is no route to its address',
  ENOTFOUND: 'cannot be reached: its name does not resolve',
  EAI_AGAIN: 'cannot be reached: its name does not resolve',
};

/** OpenSSL's verification results as Node names them (doc/api/tls.md, X509 certificate error codes). */
const CERTIFICATE =
  /CERT|^UNABLE_TO_(GET|DECRYPT|DECODE|VERIFY)|^INVALID_(CA|PURPOSE)$|^PATH_LENGTH_EXCEEDED$|^HOSTNAME_MISMATCH$/;

/** The innermost cause that has a code: what Node's own layers said. Of several attempts, the first. */
function first(error: unknown): { code: string; text: string } {
  let found = { code: '', text: String(error) };
  for (let at: unknown = error; at instanceof Error; at = inner(at)) {
    const code = 'code' in at ? at.code : undefined;
    found = { code: typeof code === 'string' ? code : found.code, text: at.message || found.text };
  }
  return found;
}

function inner(error: Error): unknown {
  return error instanceof AggregateError ? error.errors[0] : error.cause;
}
