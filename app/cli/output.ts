/** Prints a command's answer: one JSON object with `--json`, and `text` for people otherwise. */
export function print(isJson: boolean, json: unknown, text: string): void {
  process.stdout.write(isJson ? `${JSON.stringify(json)}\n` : `${text}\n`);
}

/** Rows under their headings, in columns as wide as they need to be. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
