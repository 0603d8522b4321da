/** Draws image, heatmap and region marks with Konva. Knows nothing of gestures: it is told what to show. */
import { Group } from 'konva/lib/Group.js'
import { Layer } from 'konva/lib/Layer.js'
import { Shape } from 'konva/lib/Shape.js'
import { Image as Picture } from 'konva/lib/shapes/Image.js'
import { Rect } from 'konva/lib/shapes/Rect.js'
import { Stage } from 'konva/lib/Stage.js'
import type { Context } from 'konva/lib/Context.js'
import type { MarkedRegion, Pane } from './modes.ts'
import { crispFrom, type Size, type View } from './view.ts'

export interface Scene {
  readonly stage: Size
  readonly panes: readonly Pane[]
  /** The same in all panes: they zoom and pan together. */
  readonly view: View
  /** Of the original; both pictures are stretched over it. */
  readonly image: Size
  readonly photo: HTMLImageElement | null
  readonly heatmap: HTMLImageElement | null
  /** Of the heatmap, in [0, 1]. */
  readonly opacity: number
  readonly regions: readonly MarkedRegion[]
  /** Index of the region that stands out; null: none. */
  readonly marked: number | null
  readonly devicePixelRatio: number
}

interface Nodes {
  readonly photoClip: Group
  readonly photoWorld: Group
  /** Where the image would be, so that one sees where on it the heatmap is. */
  readonly ground: Rect
  readonly photo: Picture
  readonly overlayClip: Group
  readonly heatmapClip: Group
  readonly heatmapWorld: Group
  readonly heatmap: Picture
}

// Not on the colour map, and far from grey; a dark line under it keeps it visible on bright parts.
const outlineColour = '#00ffe6'
const groundColour = '#27313a'
const shadeColour = 'rgba(4, 16, 24, 0.75)'

export class ViewerStage {
  readonly #stage: Stage
  /** Two layers, for smoothing is a property of a layer: the heatmap is always smooth. */
  readonly #photoLayer = new Layer({ listening: false })
  readonly #overlayLayer = new Layer({ listening: false })
  readonly #panes: readonly Nodes[]
  #scene: Scene | undefined

  constructor(container: HTMLDivElement) {
    this.#stage = new Stage({ container, width: 1, height: 1, listening: false })
    this.#stage.add(this.#photoLayer, this.#overlayLayer)
    this.#panes = [this.#makePane(0), this.#makePane(1)]
  }

  show(scene: Scene): void {
    const before = this.#scene
    this.#scene = scene
    if (before?.devicePixelRatio !== scene.devicePixelRatio) {
      for (const layer of [this.#photoLayer, this.#overlayLayer]) {
        layer.getCanvas().setPixelRatio(scene.devicePixelRatio)
      }
    }
    this.#stage.size({ width: Math.max(1, scene.stage.width), height: Math.max(1, scene.stage.height) })
    this.#photoLayer.imageSmoothingEnabled(scene.view.scale * scene.devicePixelRatio <= crispFrom)
    for (const [index, nodes] of this.#panes.entries()) this.#place(nodes, scene, scene.panes[index])
    this.#photoLayer.batchDraw()
    this.#overlayLayer.batchDraw()
  }

  destroy(): void {
    this.#stage.destroy()
  }

  #makePane(index: number): Nodes {
    const photoClip = new Group()
    const photoWorld = new Group()
    const ground = new Rect({ fill: groundColour })
    const photo = new Picture({ image: undefined })
    this.#photoLayer.add(photoClip.add(photoWorld.add(ground, photo)))
    const overlayClip = new Group()
    const heatmapClip = new Group()
    const heatmapWorld = new Group()
    const heatmap = new Picture({ image: undefined })
    const marks = new Shape({ sceneFunc: (context) => this.#drawMarks(context, index) })
    this.#overlayLayer.add(overlayClip.add(heatmapClip.add(heatmapWorld.add(heatmap)), marks))
    return { photoClip, photoWorld, ground, photo, overlayClip, heatmapClip, heatmapWorld, heatmap }
  }

  #place(nodes: Nodes, scene: Scene, pane: Pane | undefined): void {
    nodes.photoClip.visible(pane !== undefined)
    nodes.overlayClip.visible(pane !== undefined)
    if (pane === undefined) return
    const { view, image } = scene
    const height = scene.stage.height
    for (const clip of [nodes.photoClip, nodes.overlayClip]) {
      clip.x(pane.left)
      clip.clip({ x: 0, y: 0, width: pane.width, height })
    }
    const from = pane.heatmapFrom ?? 0
    nodes.heatmapClip.clip({ x: from, y: 0, width: Math.max(0, pane.width - from), height })
    nodes.heatmapClip.visible(pane.heatmapFrom !== null)
    for (const world of [nodes.photoWorld, nodes.heatmapWorld]) {
      world.position({ x: view.x, y: view.y })
      world.scale({ x: view.scale, y: view.scale })
    }
    for (const [node, picture] of [
      [nodes.photo, scene.photo],
      [nodes.heatmap, scene.heatmap],
    ] as const) {
      node.image(picture ?? undefined)
      node.size(image)
      node.visible(picture !== null)
    }
    nodes.ground.size(image)
    nodes.heatmap.opacity(scene.opacity)
  }

  /** Outlines and numbers in the pane's own pixels: they stay as thin and as small however far one zooms. */
  #drawMarks(context: Context, index: number): void {
    const scene = this.#scene
    if (scene === undefined || scene.panes[index] === undefined) return
    // The 2D context itself: Konva's wrapper would scale the strokes.
    const canvas = context._context
    canvas.save()
    canvas.lineJoin = 'round'
    for (const [number, region] of scene.regions.entries()) {
      outline(canvas, region, scene.view)
      canvas.lineWidth = number === scene.marked ? 6 : 4
      canvas.strokeStyle = shadeColour
      canvas.stroke()
      canvas.lineWidth = number === scene.marked ? 3 : 1.75
      canvas.strokeStyle = outlineColour
      canvas.stroke()
    }
    for (const [number, region] of scene.regions.entries()) {
      badge(canvas, region, scene.view, number + 1, number === scene.marked)
    }
    canvas.restore()
  }
}

function outline(canvas: CanvasRenderingContext2D, region: MarkedRegion, view: View): void {
  canvas.beginPath()
  if (region.contour.length < 3) {
    const { x, y, width, height } = region.box
    canvas.rect(
      x * view.scale + view.x,
      y * view.scale + view.y,
      Math.max(3, width * view.scale),
      Math.max(3, height * view.scale),
    )
    return
  }
  for (const [x, y] of region.contour) canvas.lineTo(x * view.scale + view.x, y * view.scale + view.y)
  canvas.closePath()
}

/** The region's number at the upper left of its box, inside the pane even where the box touches its edge. */
function badge(
  canvas: CanvasRenderingContext2D,
  { box }: MarkedRegion,
  view: View,
  number: number,
  marked: boolean,
): void {
  const radius = marked ? 13 : 11
  const x = Math.max(radius + 2, box.x * view.scale + view.x - 8)
  const y = Math.max(radius + 2, box.y * view.scale + view.y - 8)
  canvas.beginPath()
  canvas.arc(x, y, radius, 0, 2 * Math.PI)
  canvas.fillStyle = marked ? outlineColour : '#04202a'
  canvas.fill()
  canvas.lineWidth = 1.75
  canvas.strokeStyle = outlineColour
  canvas.stroke()
  canvas.fillStyle = marked ? '#04202a' : outlineColour
  canvas.font = `600 ${marked ? 15 : 13}px 'IBM Plex Sans', system-ui, sans-serif`
  canvas.textAlign = 'center'
  canvas.textBaseline = 'middle'
  canvas.fillText(String(number), x, y + 0.5)
}
