/** Longer texts are cut: a page that shows a body of megabytes shows nothing. */
const LONGEST = 400;

/**
 * What a page must not show as it is: control characters, and those that change the direction of what follows, with
 * which a text can pass for another one.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A text from a journal, fit to be shown: cut (and says by how much), without characters that nobody sees, well-formed. */
function safeText(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}… (+${text.length - LONGEST})` : text;
  return cut.replace(UNSEEN, '\ufffd').toWellFormed();
}

/** The same for all texts in plain data. */
export function safeTexts<T>(value: T): T {
  return clean(value) as T;
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return safeText(value);
  // Columns of figures are long, and hold no text.
  if (Array.isArray(value)) return value.every(item => typeof item === 'number') ? value : value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, clean(field)]));
}

/** JSON that may stand in an HTML script element: nothing in it ends the element or begins a comment. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
