/**
 * Convolutions by ONNX Runtime's own Conv kernel, for exported models: with constant filters and no gradients it beats
 * products of gathered rows (convolution.ts) where images are large (docs/decisions/0002).
 */
import type { ConvolutionGeometry } from '../../graph.ts'
import { cellsOf, type ConvolutionSizes, regroupedFilters } from './convolution.ts'
import type { OnnxWriter } from './writer.ts'

/**
 * Results a filter has an image, from which on Conv is the faster: below, filters are read more often than they are
 * used, and a plain product is half as fast again.
 */
const FEWEST_RESULTS = 32

/** Channels up to which a transposed convolution is faster so: moving pixels of so few floats costs more than it. */
const MOST_CHANNELS = 4

export function convolvesFaster({ outHeight, outWidth }: ConvolutionSizes): boolean {
  return outHeight * outWidth >= FEWEST_RESULTS
}

/** x [·, height, width, channels] with filters [kY, kX, channels, F]: [·, outHeight, outWidth, F]. */
export function convolution(w: OnnxWriter, x: string, filters: string, g: ConvolutionGeometry): string {
  const kernel = w.node('Transpose', [filters], { perm: [3, 2, 0, 1] })
  return asPlanes(w, x, (image) =>
    w.node('Conv', [image, kernel], {
      strides: [g.strideY, g.strideX],
      pads: [g.padTop, g.padLeft, g.padBottom, g.padRight],
    }),
  )
}

export function transposesFaster(s: ConvolutionSizes, g: ConvolutionGeometry): boolean {
  const { strideY: stride } = g
  const divides = s.kernelY % stride === 0 && s.kernelX % stride === 0
  return stride > 1 && stride === g.strideX && divides && s.channels <= MOST_CHANNELS
}

/**
 * The transposed convolution of dy [·, outHeight, outWidth, F] with filters [kY·kX·C, F]: [·, height, width, C]. The
 * stride² pixels of a cell depend on the same window of dy: they are the channels of one plain convolution.
 */
export function transposedConvolution(
  w: OnnxWriter,
  dy: string,
  filters: string,
  features: number,
  s: ConvolutionSizes,
  g: ConvolutionGeometry,
): string {
  const termsY = s.kernelY / g.strideY
  const termsX = s.kernelX / g.strideX
  const cells = cellsOf(s, g)
  const grouped = w.reshape(regroupedFilters(w, filters, features, s, g), [
    termsY,
    termsX,
    features,
    g.strideY * g.strideX * s.channels,
  ])
  const kernel = w.node('Transpose', [grouped], { perm: [3, 2, 0, 1] })
  return asPlanes(w, dy, (planes) => {
    const made = w.node('Conv', [planes, kernel], {
      pads: [termsY - 1, termsX - 1, cells.rows - s.outHeight, cells.columns - s.outWidth],
    })
    const pixels = w.node('DepthToSpace', [made], { blocksize: g.strideY, mode: 'DCR' })
    const [top, left] = [g.padTop, g.padLeft]
    return w.node('Slice', [
      pixels,
      w.int64([top, left]),
      w.int64([top + s.height, left + s.width]),
      w.int64([2, 3]),
    ])
  })
}

/** NHWC to NCHW and back; ONNX Runtime cancels such pairs between neighbours. */
function asPlanes(w: OnnxWriter, x: string, work: (planes: string) => string): string {
  const planes = w.node('Transpose', [x], { perm: [0, 3, 1, 2] })
  return w.node('Transpose', [work(planes)], { perm: [0, 2, 3, 1] })
}
