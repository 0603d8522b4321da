/** The graph's operations in terms of TensorFlow.js. */
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import {
  GraphError,
  type ConvolutionGeometry,
  type Iteration,
  type Node,
  type Operation,
  type Shape,
} from '../../graph.ts'
import type { TensorFlow } from './backend.ts'

/** Kinds that have no kernel: their values are given or kept. */
export type Leaf = 'input' | 'state' | 'constant'

/**
 * Computes one node from its inputs' values. The result is a tensor of its own, never an input's handle;
 * temporaries are left to the caller's `tidy`.
 */
export function compute(tf: TensorFlow, node: Node, values: readonly Tensor[]): Tensor {
  const { operation } = node
  const [a, b, c] = values
  switch (operation.kind) {
    case 'add':
      return tf.add(a, b)
    case 'subtract':
      return tf.sub(a, b)
    case 'multiply':
      return tf.mul(a, b)
    case 'divide':
      return tf.div(a, b)
    case 'maximum':
      return tf.maximum(a, b)
    case 'minimum':
      return tf.minimum(a, b)
    case 'greater':
      return tf.cast(tf.greater(a, b), 'float32')
    case 'select':
      return tf.where(tf.notEqual(a, 0), b, c)
    case 'negate':
      return tf.neg(a)
    case 'exp':
      return tf.exp(a)
    case 'log':
      return tf.log(a)
    case 'sqrt':
      return tf.sqrt(a)
    case 'tanh':
      return tf.tanh(a)
    case 'sigmoid':
      return tf.sigmoid(a)
    case 'abs':
      return tf.abs(a)
    case 'detach':
      return tf.clone(a)
    case 'leakyRelu':
      return tf.leakyRelu(a, operation.alpha)
    case 'slope':
      return tf.step(a, operation.alpha)
    case 'sum':
      return tf.sum(a, [...operation.axes], operation.keepAxes)
    case 'max':
      return tf.max(a, [...operation.axes], operation.keepAxes)
    default:
      return computeStructural(tf, node, operation, values)
  }
}

type Structural = Extract<
  Operation,
  {
    kind:
      | Leaf
      | 'broadcast'
      | 'reshape'
      | 'transpose'
      | 'concat'
      | 'slice'
      | 'pad'
      | 'upsample'
      | 'matmul'
      | 'conv2d'
      | 'conv2dInputGradient'
      | 'conv2dFilterGradient'
      | 'iterate'
  }
>

function computeStructural(
  tf: TensorFlow,
  node: Node,
  operation: Structural,
  values: readonly Tensor[],
): Tensor {
  const [a, b] = values
  const shape = [...node.shape]
  switch (operation.kind) {
    case 'broadcast':
      return broadcast(tf, a, shape)
    case 'reshape':
      return tf.reshape(a, shape)
    case 'transpose':
      return tf.transpose(a, [...operation.order])
    case 'concat':
      return tf.concat([...values], operation.axis)
    case 'slice':
      return tf.slice(a, [...operation.starts], shape)
    case 'pad':
      return tf.pad(
        a,
        operation.before.map((before, axis) => [before, operation.after[axis]]),
      )
    case 'upsample': {
      // Not resizeNearestNeighbor: its floating-point positions may round to the pixel before.
      const [n, h, w, channels] = a.shape
      const { factor } = operation
      const spaced = tf.reshape(a, [n * h, 1, w, 1, channels])
      return tf.reshape(broadcast(tf, spaced, [n * h, factor, w, factor, channels]), shape)
    }
    case 'matmul':
      return tf.matMul(a, b, operation.transposeA, operation.transposeB)
    case 'conv2d':
      return tf.conv2d(
        padded(tf, a, operation.geometry),
        b as Tensor4D,
        stridesOf(operation.geometry),
        'valid',
      )
    case 'conv2dInputGradient': {
      const { geometry } = operation
      const [n, h, w, channels] = paddedShape(node.shape, geometry)
      const whole = tf.conv2dTranspose(
        a as Tensor4D,
        b as Tensor4D,
        [n, h, w, channels],
        stridesOf(geometry),
        'valid',
      )
      return tf.slice(whole, [0, geometry.padTop, geometry.padLeft, 0], shape)
    }
    case 'conv2dFilterGradient':
      // Core exports no function for this kernel, only its name and attributes.
      return tf.engine().runKernel(
        tf.Conv2DBackpropFilter,
        { x: padded(tf, a, operation.geometry), dy: b },
        {
          strides: stridesOf(operation.geometry),
          pad: 'valid',
          dataFormat: 'NHWC',
          filterShape: shape,
        },
      ) as Tensor
    case 'iterate':
      return repeat(tf, operation.body, values)
    case 'input':
    case 'state':
    case 'constant':
      throw new GraphError(`${operation.kind}: a given value, nothing to compute`)
  }
}

/** Every row goes through every pass; what those that are done come out with is let go. */
function repeat(
  tf: TensorFlow,
  { steps, carried, next, goOn, captured, nodes }: Iteration,
  inputs: readonly Tensor[],
): Tensor {
  const [rows] = goOn.shape
  let state: Tensor[] = inputs.slice(0, carried.length).map((value) => tf.clone(value))
  let alive: Tensor = tf.ones([rows])
  for (let pass = 0; pass < steps && tf.max(alive).dataSync()[0] > 0; pass++) {
    const before = [...state, alive]
    ;[alive, ...state] = tf.tidy(() => {
      const values = new Map<Node, Tensor>()
      carried.forEach((node, index) => values.set(node, state[index]))
      captured.forEach((node, index) => values.set(node, inputs[carried.length + index]))
      const valueOf = (node: Node): Tensor => values.get(node) as Tensor
      for (const node of nodes) values.set(node, compute(tf, node, node.inputs.map(valueOf)))
      const after = next.map((node, index) => {
        const mask = tf.reshape(alive, [rows, ...node.shape.slice(1).map(() => 1)])
        return tf.where(
          tf.broadcastTo(tf.notEqual(mask, 0), [...node.shape] as [number]),
          valueOf(node),
          state[index],
        )
      })
      return [tf.mul(alive, tf.cast(tf.greater(valueOf(goOn), 0), 'float32')), ...after]
    })
    tf.dispose(before)
  }
  return state[0]
}

function stridesOf({ strideY, strideX }: ConvolutionGeometry): [number, number] {
  return [strideY, strideX]
}

function paddedShape(image: Shape, g: ConvolutionGeometry): [number, number, number, number] {
  const [n, h, w, c] = image
  return [n, h + g.padTop + g.padBottom, w + g.padLeft + g.padRight, c]
}

/** The image with its padding made explicit: native gradient kernels know only 'valid' and 'same'. */
function padded(tf: TensorFlow, image: Tensor, g: ConvolutionGeometry): Tensor4D {
  if (g.padTop + g.padBottom + g.padLeft + g.padRight === 0) return image as Tensor4D
  return tf.pad(image as Tensor4D, [
    [0, 0],
    [g.padTop, g.padBottom],
    [g.padLeft, g.padRight],
    [0, 0],
  ])
}

function broadcast(tf: TensorFlow, x: Tensor, shape: Shape): Tensor {
  // The types name only ranks up to 6; the shape itself may be any.
  return tf.broadcastTo(x, [...shape] as [number])
}
