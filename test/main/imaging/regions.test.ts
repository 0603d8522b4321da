import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Plane } from '../../../src/main/imaging/raster.ts'
import { findRegions, type Region } from '../../../src/main/imaging/regions.ts'
import { noise } from './files.ts'

/** A plane drawn with characters: `.` is 0, a digit d is d / 10 (so `9` is 0.9). */
function drawn(...rows: string[]): Plane {
  const text = rows.join('')
  const data = Float32Array.from(text, (c) => (c === '.' ? 0 : Number(c) / 10))
  return { width: rows[0]?.length ?? 0, height: rows.length, data }
}

const find = (plane: Plane, minimumArea = 1) => findRegions(plane, 0.5, { minimumArea })

/** Area inside a polygon, clockwise (y downwards) positive. */
function shoelace(contour: Region['contour']): number {
  return contour.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = contour[(i + 1) % contour.length] ?? [x, y]
    return sum + (x * nextY - nextX * y) / 2
  }, 0)
}

/** Even-odd rule at a pixel's centre. */
function encloses(contour: Region['contour'], px: number, py: number): boolean {
  let inside = false
  contour.forEach(([x, y], i) => {
    const [nextX, nextY] = contour[(i + 1) % contour.length] ?? [x, y]
    if (x === nextX && x > px + 0.5 && Math.min(y, nextY) <= py && Math.max(y, nextY) > py) inside = !inside
  })
  return inside
}

describe('shapes by hand', () => {
  test('nothing', () => {
    assert.deepEqual(find(drawn('...', '.4.', '...')), [])
    assert.deepEqual(find({ width: 2, height: 1, data: Float32Array.from([Number.NaN, 0]) }), [])
  })

  test('a single pixel is a unit square', () => {
    assert.deepEqual(find(drawn('....', '..7.', '....')), [
      {
        box: { x: 2, y: 1, width: 1, height: 1 },
        contour: [
          [2, 1],
          [3, 1],
          [3, 2],
          [2, 2],
        ],
        areaPixels: 1,
        peak: Math.fround(0.7),
        peakAt: [2, 1],
      },
    ])
  })

  test('the threshold itself belongs to the region', () => {
    assert.equal(find(drawn('.5.')).length, 1)
  })

  test('an L: only corners, clockwise from the top left', () => {
    const [region] = find(drawn('6....', '6....', '668..', '.....'))
    assert.deepEqual(region?.contour, [
      [0, 0],
      [1, 0],
      [1, 2],
      [3, 2],
      [3, 3],
      [0, 3],
    ])
    assert.deepEqual(region.box, { x: 0, y: 0, width: 3, height: 3 })
    assert.deepEqual(region.peakAt, [2, 2])
    assert.equal(region.areaPixels, 5)
  })

  test('diagonal neighbours are one region, whose outline passes the shared corner twice', () => {
    const [region, ...others] = find(drawn('6..', '.6.', '..6'))
    assert.equal(others.length, 0)
    assert.equal(region?.areaPixels, 3)
    assert.equal(shoelace(region.contour), 3)
    assert.equal(region.contour.filter(([x, y]) => x === 1 && y === 1).length, 2)
    const [anti] = find(drawn('..6', '.6.', '6..'))
    assert.equal(anti?.areaPixels, 3)
    assert.equal(shoelace(anti.contour), 3)
  })

  test('a hole counts neither as area nor as outline', () => {
    const [region, ...others] = find(drawn('.....', '.666.', '.6.6.', '.666.', '.....'))
    assert.equal(others.length, 0)
    assert.equal(region?.areaPixels, 8)
    assert.equal(shoelace(region.contour), 9)
    assert.equal(region.contour.length, 4)
  })

  test('an island in a hole is a region of its own', () => {
    const regions = find(drawn('6666666', '6.....6', '6..9..6', '6.....6', '6666666'))
    assert.deepEqual(
      regions.map((region) => region.areaPixels),
      [1, 20],
    )
  })

  test('the whole plane, and regions along its border', () => {
    const [all] = find(drawn('666', '666'))
    assert.deepEqual(all?.contour, [
      [0, 0],
      [3, 0],
      [3, 2],
      [0, 2],
    ])
    const corners = find(drawn('6..6', '....', '6..6'))
    assert.equal(corners.length, 4)
    for (const region of corners) assert.equal(shoelace(region.contour), 1)
    // Row ends are no neighbours of the next row's start.
    assert.equal(find(drawn('..6', '6..')).length, 2)
  })

  test('largest peak first, then largest area; small ones left out', () => {
    const plane = drawn('66.9.66', '66...66', '......6', '.7.....')
    assert.deepEqual(
      find(plane).map(({ peak, areaPixels }) => [Math.round(peak * 10), areaPixels]),
      [
        [9, 1],
        [7, 1],
        [6, 5],
        [6, 4],
      ],
    )
    assert.deepEqual(
      find(plane, 5).map((region) => region.areaPixels),
      [5],
    )
  })
})

test('random maps: regions share out the pixels, and their outlines enclose them', () => {
  const width = 60
  const height = 40
  const data = Float32Array.from(noise(width * height), (value) => value / 255)
  for (const threshold of [0.4, 0.6, 0.8]) {
    const regions = findRegions({ width, height, data }, threshold, { minimumArea: 1 })
    const above = data.filter((value) => value >= threshold).length
    assert.equal(
      regions.reduce((sum, region) => sum + region.areaPixels, 0),
      above,
    )
    const covered = new Uint8Array(width * height)
    for (const { contour, box, areaPixels, peak, peakAt } of regions) {
      const xs = contour.map(([x]) => x)
      const ys = contour.map(([, y]) => y)
      assert.deepEqual(
        [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
        [box.x, box.y, box.x + box.width, box.y + box.height],
      )
      assert.equal(data[peakAt[1] * width + peakAt[0]], peak)
      contour.forEach(([x, y], i) => {
        const [nextX, nextY] = contour[(i + 1) % contour.length] ?? [x, y]
        const [lastX, lastY] = contour.at(i - 1) ?? [x, y]
        assert.ok((x === nextX) !== (y === nextY), 'along pixel edges')
        assert.ok((x === nextX) !== (x === lastX) && (y === nextY) !== (y === lastY), 'only corners')
      })
      let enclosed = 0
      for (let y = box.y; y < box.y + box.height; y++) {
        for (let x = box.x; x < box.x + box.width; x++) {
          if (!encloses(contour, x, y)) continue
          enclosed++
          covered[y * width + x] = 1
        }
      }
      assert.equal(shoelace(contour), enclosed)
      assert.ok(enclosed >= areaPixels)
    }
    data.forEach((value, i) => assert.ok(value < threshold || covered[i] === 1))
  }
})

test('a large region takes no recursion', () => {
  const data = new Float32Array(1000 * 1000).fill(1)
  assert.equal(findRegions({ width: 1000, height: 1000, data }, 0.5, { minimumArea: 1 })[0]?.areaPixels, 1e6)
})
