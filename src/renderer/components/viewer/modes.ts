/** The ways in which an image and its heatmap can be looked at. */
export const viewerModes = ['original', 'overlay', 'side', 'split'] as const
export type ViewerMode = (typeof viewerModes)[number]

/** What the viewer marks in the image, in pixels of the image. */
export interface MarkedRegion {
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  readonly contour: readonly (readonly [number, number])[]
}

/** One picture of the stage: which part of it, and what is in it. */
export interface Pane {
  /** Left edge, CSS pixels. */
  readonly left: number
  readonly width: number
  /** Where the heatmap begins, CSS pixels from the pane's left edge; null: it is not shown. */
  readonly heatmapFrom: number | null
}

/** Between the two pictures of the side-by-side mode, CSS pixels. */
const gap = 6

/** The panes of a mode in a stage `width` wide; `split` in [0, 1] is where the split slider stands. */
export function panesOf(mode: ViewerMode, width: number, split: number): readonly Pane[] {
  if (mode === 'side') {
    const half = Math.max(1, Math.floor((width - gap) / 2))
    return [
      { left: 0, width: half, heatmapFrom: null },
      { left: half + gap, width: half, heatmapFrom: 0 },
    ]
  }
  const heatmapFrom = { original: null, overlay: 0, split: split * width }[mode]
  return [{ left: 0, width: Math.max(1, width), heatmapFrom }]
}
