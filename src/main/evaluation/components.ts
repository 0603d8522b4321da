/** A mask: non-zero pixels belong to a defect. Row-major, `data.length === width * height`. */
export interface Mask {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** Labelled connected components of a mask. */
export interface Components {
  /** 0 for background, else the component's number from 1, one a pixel. */
  readonly labels: Uint32Array
  /** Pixels of each component; `areas[0]` is the background's. */
  readonly areas: readonly number[]
}

/**
 * Connected components with 8 neighbours, as the MVTec AD evaluation labels its ground truth.
 * Depth-first filling with a stack of its own: no recursion, each pixel is pushed once.
 */
export function connectedComponents(mask: Mask): Components {
  const { width, height, data } = mask
  const labels = new Uint32Array(width * height)
  const areas = [width * height]
  const stack: number[] = []
  for (let start = 0; start < data.length; start++) {
    if (data[start] === 0 || labels[start] !== 0) continue
    const label = areas.length
    let area = 0
    labels[start] = label
    stack.push(start)
    for (let pixel = stack.pop(); pixel !== undefined; pixel = stack.pop()) {
      area++
      const x = pixel % width
      const y = (pixel - x) / width
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++)
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const neighbour = ny * width + nx
          if (data[neighbour] === 0 || labels[neighbour] !== 0) continue
          labels[neighbour] = label
          stack.push(neighbour)
        }
    }
    areas.push(area)
    areas[0] = (areas[0] ?? 0) - area
  }
  return { labels, areas }
}
