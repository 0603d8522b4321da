/** SQL that is true where a column holds a text that went through {@link folded}. */
export function containsSql(column: string, parameter: string): string {
  return `instr(folded(${column}), @${parameter}) > 0`
}

/** Text without regard to case and Unicode spelling; SQL knows it by the same name (SQLite's own folds ASCII alone). */
export function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
