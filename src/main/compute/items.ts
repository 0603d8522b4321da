/** One image to judge. `id` is the caller's; events carry it back. */
export interface InspectItem {
  readonly id: string
  /** Absolute path. */
  readonly file: string
  /** Name of its overlay picture without extension (default: the id). */
  readonly overlayName?: string
}
