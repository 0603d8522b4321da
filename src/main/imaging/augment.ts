import { reflect } from './reflect.ts'

/** Random changes to a training view under which a good part stays good. All off by default. */
export interface AugmentOptions {
  readonly flipHorizontal: boolean
  readonly flipVertical: boolean
  /** Turn by 0, 90, 180 or 270 degrees, equally often. */
  readonly quarterTurns: boolean
  /** Largest shift along each axis as a fraction of the view's side; mirrored pixels fill the gap. 0 is off. */
  readonly shift: number
  /** Largest relative change of brightness, e.g. 0.1 multiplies by 0.9 to 1.1; clamped to [0, 1]. 0 is off. */
  readonly brightness: number
}

/**
 * A randomly changed copy of a square view.
 * @param view planar channels, [channels, size, size], values in [0, 1]; left as it is.
 * @param random uniform in [0, 1); drawn from only for what is switched on, always in the same order.
 */
export function augment(
  view: Float32Array,
  channels: number,
  size: number,
  options: AugmentOptions,
  random: () => number,
): Float32Array {
  const mirrored = options.flipHorizontal && random() < 0.5
  const flipped = options.flipVertical && random() < 0.5
  const turns = options.quarterTurns ? Math.floor(random() * 4) : 0
  const reach = Math.floor(options.shift * size)
  const drawShift = () => (reach > 0 ? Math.floor(random() * (2 * reach + 1)) - reach : 0)
  const shiftX = drawShift()
  const shiftY = drawShift()
  const gain = options.brightness > 0 ? 1 + options.brightness * (2 * random() - 1) : 1

  // Every flip, turn and shift maps columns and rows separately (perhaps swapped): a pixel's source is the sum of
  // one offset for its column and one for its row.
  const fromColumn = new Int32Array(size)
  const fromRow = new Int32Array(size)
  const last = size - 1
  for (let i = 0; i < size; i++) {
    const x = reflect(i - shiftX, size)
    const y = reflect(i - shiftY, size)
    const column = mirrored ? last - x : x
    const row = flipped ? last - y : y
    if (turns === 0) [fromColumn[i], fromRow[i]] = [column, row * size]
    else if (turns === 1) [fromColumn[i], fromRow[i]] = [column * size, last - row]
    else if (turns === 2) [fromColumn[i], fromRow[i]] = [last - column, (last - row) * size]
    else [fromColumn[i], fromRow[i]] = [(last - column) * size, row]
  }
  const result = new Float32Array(view.length)
  let out = 0
  for (let c = 0; c < channels; c++) {
    const plane = c * size * size
    for (let y = 0; y < size; y++) {
      const row = plane + (fromRow[y] as number)
      for (let x = 0; x < size; x++) result[out++] = view[row + (fromColumn[x] as number)] as number
    }
  }
  if (gain !== 1) {
    for (let i = 0; i < result.length; i++) result[i] = Math.min(1, Math.max(0, (result[i] as number) * gain))
  }
  return result
}
