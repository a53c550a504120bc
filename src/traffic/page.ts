const GREETING = 'This is env ';
const CONFIG = ' !\nConfig file is ';

/** ENV_NAME and the configuration file that web-demo's page shows; undefined for any other page. */
export function parsePage(text: string): { env: string; config: string } | undefined {
  if (!text.startsWith(GREETING)) return undefined;
  const end = text.indexOf(CONFIG);
  if (end < 0) return undefined;
  return { env: text.slice(GREETING.length, end), config: text.slice(end + CONFIG.length) };
}
