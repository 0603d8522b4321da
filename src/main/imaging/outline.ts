// Directions right, down, left, up: the step to the next corner, and the two pixels beyond that corner.
const stepX = [1, 0, -1, 0] as const
const stepY = [0, 1, 0, -1] as const
const aheadLeft = [
  [0, -1],
  [0, 0],
  [-1, 0],
  [-1, -1],
] as const
const aheadRight = [
  [0, 0],
  [-1, 0],
  [-1, -1],
  [0, -1],
] as const

/**
 * Outer outline of an 8-connected component of a label image, followed along the edges between pixels with the
 * component on the right hand (crack following, Rosenfeld 1970; encloses what Suzuki and Abe's outer border does).
 * @param start index of the leftmost pixel of the component's topmost row
 * @returns corners, clockwise with y downwards, straight runs merged; its shoelace area is the component's with
 *   its holes filled. Where pixels only touch at a corner the outline passes that corner twice.
 */
export function traceOutline(
  labels: Int32Array,
  width: number,
  height: number,
  start: number,
): readonly (readonly [number, number])[] {
  const label = labels[start]
  const isInside = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < width && y < height && labels[y * width + x] === label

  const startX = start % width
  const startY = Math.floor(start / width)
  const corners: [number, number][] = []
  let x = startX
  let y = startY
  let direction = 0
  do {
    x += stepX[direction] as number
    y += stepY[direction] as number
    const [leftX, leftY] = aheadLeft[direction] as readonly [number, number]
    const [rightX, rightY] = aheadRight[direction] as readonly [number, number]
    // Turning left first joins pixels that touch only diagonally.
    let turn = 1
    if (isInside(x + leftX, y + leftY)) turn = 3
    else if (isInside(x + rightX, y + rightY)) turn = 0
    if (turn !== 0) corners.push([x, y])
    direction = (direction + turn) % 4
  } while (x !== startX || y !== startY)
  // It ends where it began, so the first corner is the last: put it in front.
  const first = corners.pop()
  return first === undefined ? corners : [first, ...corners]
}
