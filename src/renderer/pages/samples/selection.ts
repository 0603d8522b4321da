/** What is selected in a list too long to be loaded: ids, and the places that the keyboard and Shift work from. */

export interface Selection {
  readonly ids: ReadonlySet<string>
  /** Where a span begins; null before the first click. */
  readonly anchor: number | null
  /** Where the keyboard is. */
  readonly cursor: number | null
}

export const nothingSelected: Selection = { ids: new Set(), anchor: null, cursor: null }

/** A plain click: this one alone. */
export function selectOne(index: number, id: string): Selection {
  return { ids: new Set([id]), anchor: index, cursor: index }
}

/** Ctrl+click, Space: in or out, the others stay. */
export function toggleOne(selection: Selection, index: number, id: string): Selection {
  const ids = new Set(selection.ids)
  if (!ids.delete(id)) ids.add(id)
  return { ids, anchor: index, cursor: index }
}

/** Ctrl+arrow: moves without selecting. */
export function moveCursor(selection: Selection, index: number): Selection {
  return { ...selection, cursor: index }
}

/** First and last place of the span that Shift makes: from the anchor to `index`. */
export function spanTo(selection: Selection, index: number): readonly [first: number, last: number] {
  const anchor = selection.anchor ?? index
  return anchor < index ? [anchor, index] : [index, anchor]
}

/** Shift+click, Shift+arrow: what lies between the anchor and `index`. `keep` (Ctrl+Shift) adds it to the rest. */
export function selectSpan(
  selection: Selection,
  index: number,
  between: readonly string[],
  keep = false,
): Selection {
  return {
    ids: new Set(keep ? [...selection.ids, ...between] : between),
    anchor: selection.anchor ?? index,
    cursor: index,
  }
}

export function selectAll(selection: Selection, ids: readonly string[]): Selection {
  return { ...selection, ids: new Set(ids) }
}

/** Without those that are not there any more, or not shown any more; the same selection if all are. */
export function keepOnly(selection: Selection, isThere: (id: string) => boolean): Selection {
  const ids = [...selection.ids].filter(isThere)
  return ids.length === selection.ids.size ? selection : { ...selection, ids: new Set(ids) }
}

export type Step = 'left' | 'right' | 'up' | 'down' | 'pageUp' | 'pageDown' | 'first' | 'last'

/**
 * The place that a key leads to in a grid of `columns`, of which `rows` are in sight. Up and down keep the column;
 * where there is none the cursor stays, except that the last row can be reached where it is short.
 */
export function stepFrom(
  cursor: number | null,
  step: Step,
  grid: { readonly total: number; readonly columns: number; readonly rows: number },
): number {
  const { total, columns, rows } = grid
  const last = Math.max(0, total - 1)
  if (step === 'first' || cursor === null) return step === 'last' ? last : 0
  if (step === 'last') return last
  const by = {
    left: -1,
    right: 1,
    up: -columns,
    down: columns,
    pageUp: -columns * Math.max(1, rows - 1),
    pageDown: columns * Math.max(1, rows - 1),
  }[step]
  const target = cursor + by
  if (target < 0) return step === 'pageUp' ? cursor % columns : step === 'left' ? 0 : cursor
  if (target > last) {
    const isInLastRow = Math.floor(cursor / columns) === Math.floor(last / columns)
    return step === 'right' || (step !== 'pageUp' && !isInLastRow) ? last : cursor
  }
  return target
}
