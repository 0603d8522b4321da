/** Element-wise operations; their gradient rules stand in elementwise.rules.ts. */
import { broadcastShapes, type Node } from '../graph.ts'

/** A node, or a number that becomes a constant. */
export type Operand = Node | number

export type Binary = 'add' | 'subtract' | 'multiply' | 'divide' | 'maximum' | 'minimum' | 'greater'
export type Unary = 'negate' | 'exp' | 'log' | 'sqrt' | 'tanh' | 'sigmoid' | 'abs' | 'detach'

function binary(kind: Binary, a: Operand, b: Operand): Node {
  const graph = typeof a !== 'number' ? a.graph : typeof b !== 'number' ? b.graph : null
  if (!graph) throw new TypeError(`${kind}: at least one operand must be a node`)
  const left = typeof a === 'number' ? graph.constant(a) : a
  const right = typeof b === 'number' ? graph.constant(b) : b
  return graph.add({ kind }, [left, right], broadcastShapes(left.shape, right.shape))
}

function unary(kind: Unary, x: Node): Node {
  return x.graph.add({ kind }, [x], x.shape)
}

export const add = (a: Operand, b: Operand): Node => binary('add', a, b)
export const subtract = (a: Operand, b: Operand): Node => binary('subtract', a, b)
export const multiply = (a: Operand, b: Operand): Node => binary('multiply', a, b)
export const divide = (a: Operand, b: Operand): Node => binary('divide', a, b)
/** Where equal, the gradient goes to `a`. */
export const maximum = (a: Operand, b: Operand): Node => binary('maximum', a, b)
/** Where equal, the gradient goes to `a`. */
export const minimum = (a: Operand, b: Operand): Node => binary('minimum', a, b)
/** 1 where a > b, else 0. Has no gradient. */
export const greater = (a: Operand, b: Operand): Node => binary('greater', a, b)

/** `whenTrue` where `condition` is not 0, else `whenFalse`; all three of one shape after broadcasting. */
export function select(condition: Node, whenTrue: Node, whenFalse: Node): Node {
  const shape = broadcastShapes(condition.shape, broadcastShapes(whenTrue.shape, whenFalse.shape))
  return condition.graph.add({ kind: 'select' }, [condition, whenTrue, whenFalse], shape)
}

export const negate = (x: Node): Node => unary('negate', x)
export const exp = (x: Node): Node => unary('exp', x)
export const log = (x: Node): Node => unary('log', x)
export const sqrt = (x: Node): Node => unary('sqrt', x)
export const tanh = (x: Node): Node => unary('tanh', x)
export const sigmoid = (x: Node): Node => unary('sigmoid', x)
/** The gradient at 0 lies in [-1, 1]; which value it has is the engine's. */
export const abs = (x: Node): Node => unary('abs', x)
/** The value without its gradient. */
export const detach = (x: Node): Node => unary('detach', x)
export const square = (x: Node): Node => multiply(x, x)

/** x where x > 0, else alpha·x. alpha 0 is ReLU. */
export function leakyRelu(x: Node, alpha = 0.2): Node {
  return x.graph.add({ kind: 'leakyRelu', alpha }, [x], x.shape)
}

/** The derivative of leakyRelu: 1 where x > 0, else alpha. Piecewise constant, so its own gradient is 0. */
export function slope(x: Node, alpha: number): Node {
  return x.graph.add({ kind: 'slope', alpha }, [x], x.shape)
}

/** log(1 + exp(x)) without overflow. */
export function softplus(x: Node): Node {
  return add(leakyRelu(x, 0), log(add(exp(negate(abs(x))), 1)))
}
