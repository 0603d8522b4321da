/** Text made harmless in elements and attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

export interface Head {
  readonly name: string
  readonly right?: boolean
  /** Names that may have to be cut between any two letters. */
  readonly long?: boolean
}

/** A table that scrolls sideways where there is no room; its texts are escaped here. */
export function table(heads: readonly Head[], rows: readonly (readonly string[])[]): string {
  const kind = (index: number): string =>
    heads[index]?.right === true ? ' class="number"' : heads[index]?.long === true ? ' class="long"' : ''
  const head = heads
    .map(({ name }, index) => `<th scope="col"${kind(index)}>${escapeHtml(name)}</th>`)
    .join('')
  const body = rows
    .map(
      (row) => `<tr>${row.map((text, index) => `<td${kind(index)}>${escapeHtml(text)}</td>`).join('')}</tr>`,
    )
    .join('\n')
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`
}
