import { judge } from '../../src/judge/judge.ts';
import type { ExpectationResult } from '../../src/judge/verdict.ts';
import type { Story } from './journal-builder.ts';

/** What became of the story's first expectation. */
export function judged(story: Story): ExpectationResult {
  const [first] = judge(story.events).expectations;
  if (first === undefined) throw new Error('the story expects nothing');
  return first;
}

export function resultOf(story: Story): string {
  return judged(story).result;
}
