import { RE2JS, RE2JSException } from 're2js';

/**
 * Whether a text matches a regular expression of Go (https://github.com/google/re2/wiki/Syntax) anywhere, in time linear
 * in the text; undefined when it is none.
 */
export function goRegexp(source: string): ((text: string) => boolean) | undefined {
  try {
    const pattern = RE2JS.compile(source);
    return text => pattern.test(text);
  } catch (error) {
    if (error instanceof RE2JSException) return undefined;
    throw error;
  }
}
