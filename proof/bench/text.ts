/** Formats columns for a terminal, aligned to the right. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  return [head, ...rows].map((cells) => cells.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  '))
}
