import { columns, padEnd, padStart, printable } from './text.ts';

const GAP = '  ';

/**
 * A table with its first column on the left and the others, figures, on the right. Where it is wider than `width`,
 * the columns that do not fit follow in a second table with the same first column, so that no line breaks.
 */
export function table(
  titles: readonly string[],
  cells: readonly (readonly string[])[],
  width: number,
): string[] {
  const header = titles.map(printable);
  const rows = cells.map(row => row.map(printable));
  const widths = header.map((title, column) =>
    Math.max(columns(title), ...rows.map(row => columns(row[column] ?? ''))),
  );
  const line = (row: readonly string[], chosen: readonly number[]) =>
    [
      padEnd(row[0] ?? '', widths[0] ?? 0),
      ...chosen.map(column => padStart(row[column] ?? '', widths[column] ?? 0)),
    ]
      .join(GAP)
      .trimEnd();
  return blocks(widths, width).flatMap(chosen => [
    line(header, chosen),
    ...rows.map(row => line(row, chosen)),
  ]);
}

/** The figure columns, by table; each table takes at least one. */
function blocks(widths: readonly number[], width: number): number[][] {
  const first = widths[0] ?? 0;
  const result: number[][] = [[]];
  let used = first;
  for (let column = 1; column < widths.length; column++) {
    const needs = GAP.length + (widths[column] ?? 0);
    const last = result[result.length - 1] ?? [];
    if (last.length > 0 && used + needs > width) {
      result.push([column]);
      used = first + needs;
    } else {
      last.push(column);
      used += needs;
    }
  }
  return result;
}
