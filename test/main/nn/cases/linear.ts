import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import type { TensorFlow } from '../../../../src/main/nn/engines/tensorflow/backend.ts'
import type { ConvolutionGeometry, Shape } from '../../../../src/main/nn/graph.ts'
import {
  conv2d,
  conv2dFilterGradient,
  conv2dInputGradient,
  convolutionSize,
  convTranspose2d,
  geometryOf,
  matmul,
} from '../../../../src/main/nn/operations/linear.ts'
import type { OperationCase } from '../cases.ts'

const show = (shape: readonly number[]): string => `[${shape.join(', ')}]`

const matmulSizes: readonly Shape[] = [[], [2], [2, 3]]

function matmulCase(lead: Shape, transposeA: boolean, transposeB: boolean): OperationCase {
  const a = [...lead, ...(transposeA ? [4, 3] : [3, 4])]
  const b = [...lead, ...(transposeB ? [5, 4] : [4, 5])]
  return {
    name: `matmul ${show(a)}${transposeA ? 'ᵀ' : ''} ${show(b)}${transposeB ? 'ᵀ' : ''}`,
    inputs: [{ shape: a }, { shape: b }],
    build: (x, y) => matmul(x, y, { transposeA, transposeB }),
    tensorflow: (tf, x, y) => tf.matMul(x, y, transposeA, transposeB),
  }
}

interface Setting {
  readonly image: readonly [number, number, number, number]
  /** Height, width, features. */
  readonly kernel: readonly [number, number, number]
  readonly geometry: ConvolutionGeometry
}

const settings: readonly Setting[] = [
  ...[1, 2, 3].flatMap((stride) =>
    [0, 1, 2].flatMap((padding) =>
      (
        [
          [3, 3],
          [4, 4],
          [2, 3],
          [1, 1],
        ] as const
      ).map(([kernelY, kernelX]): Setting => ({
        image: [1, 7, 6, 2],
        kernel: [kernelY, kernelX, 3],
        geometry: geometryOf({ stride, padding }),
      })),
    ),
  ),
  // One-sided padding, unequal strides, and rows that the last window does not reach.
  ...(
    [
      [2, 1, 1, 0, 2, 1],
      [1, 3, 0, 2, 0, 1],
      [3, 2, 2, 0, 1, 0],
      [2, 2, 0, 1, 0, 1],
    ] as const
  ).map(([strideY, strideX, padTop, padBottom, padLeft, padRight]): Setting => ({
    image: [2, 5, 8, 1],
    kernel: [2, 3, 2],
    geometry: { strideY, strideX, padTop, padBottom, padLeft, padRight },
  })),
  { image: [2, 4, 4, 3], kernel: [4, 4, 5], geometry: geometryOf({}) },
  { image: [3, 8, 8, 1], kernel: [4, 4, 2], geometry: geometryOf({ stride: 2, padding: 1 }) },
  // The kernel is a multiple of the stride, and rows, columns or both are left over.
  { image: [2, 5, 6, 4], kernel: [2, 2, 1], geometry: geometryOf({ stride: 2 }) },
  { image: [1, 4, 7, 5], kernel: [2, 2, 2], geometry: geometryOf({ stride: 2 }) },
  { image: [1, 7, 7, 3], kernel: [4, 4, 1], geometry: geometryOf({ stride: 2 }) },
  { image: [1, 7, 9, 1], kernel: [4, 4, 6], geometry: geometryOf({ stride: 2, padding: 1 }) },
  // Padding wider than the kernel: some windows see nothing but zeros.
  { image: [1, 3, 3, 2], kernel: [2, 2, 2], geometry: geometryOf({ stride: 1, padding: 2 }) },
]

function padded(tf: TensorFlow, x: Tensor, g: ConvolutionGeometry): Tensor4D {
  return tf.pad(x as Tensor4D, [
    [0, 0],
    [g.padTop, g.padBottom],
    [g.padLeft, g.padRight],
    [0, 0],
  ])
}

function convolutionCases({ image, kernel, geometry: g }: Setting): OperationCase[] {
  const [n, height, width, channels] = image
  const [kernelY, kernelX, features] = kernel
  const filters = [kernelY, kernelX, channels, features]
  const output = [n, ...convolutionSize(height, width, kernelY, kernelX, g), features]
  const strides: [number, number] = [g.strideY, g.strideX]
  const pads = [g.padTop, g.padBottom, g.padLeft, g.padRight].join(' ')
  const label = `${show(image)} ${show(filters)} stride ${strides.join(' ')} padding ${pads}`
  return [
    {
      name: `conv2d ${label}`,
      inputs: [{ shape: image }, { shape: filters }],
      build: (x, w) => conv2d(x, w, g),
      tensorflow: (tf, x, w) => tf.conv2d(padded(tf, x, g), w as Tensor4D, strides, 'valid'),
    },
    {
      name: `conv2dInputGradient ${label}`,
      inputs: [{ shape: output }, { shape: filters }],
      build: (dy, w) => conv2dInputGradient(dy, w, image, g),
      tensorflow: (tf, dy, w) =>
        tf.slice(
          tf.conv2dTranspose(
            dy as Tensor4D,
            w as Tensor4D,
            [n, height + g.padTop + g.padBottom, width + g.padLeft + g.padRight, channels],
            strides,
            'valid',
          ),
          [0, g.padTop, g.padLeft, 0],
          [...image],
        ),
    },
    {
      // TensorFlow.js has no gradient of this one.
      name: `conv2dFilterGradient ${label}`,
      inputs: [{ shape: image }, { shape: output }],
      build: (x, dy) => conv2dFilterGradient(x, dy, filters, g),
    },
  ]
}

export const linearCases: readonly OperationCase[] = [
  ...matmulSizes.flatMap((lead) =>
    [false, true].flatMap((a) => [false, true].map((b) => matmulCase(lead, a, b))),
  ),
  ...settings.flatMap(convolutionCases),
  {
    name: 'convTranspose2d [2, 3, 2, 3] 4×4 stride 2 padding 1',
    inputs: [{ shape: [2, 3, 2, 3] }, { shape: [4, 4, 2, 3] }],
    build: (x, w) => convTranspose2d(x, w, { stride: 2, padding: 1 }),
    tensorflow: (tf, x, w) => tf.conv2dTranspose(x as Tensor4D, w as Tensor4D, [2, 6, 4, 2], [2, 2], 'same'),
  },
]
