/**
 * Repetition as an ONNX Loop over the rows that go on: those that are done are left out of the next pass, so a batch
 * costs what its rows need and not what its slowest needs.
 */
import type { Iteration, Node } from '../../graph.ts'
import { OnnxWriter } from './writer.ts'

/**
 * Writes the loop and returns the name of the first carried value at its end.
 *
 * @param lowerBody writes the body's nodes, given names for what they use and the set of those that have rows
 * @param batched values around the loop that have a row for each of its rows; the others are the same for all
 */
export function repeat(
  w: OnnxWriter,
  { steps, carried, next, goOn, captured, nodes }: Iteration,
  node: Node,
  values: ReadonlyMap<Node, string>,
  lowerBody: (
    body: OnnxWriter,
    names: ReadonlyMap<Node, string>,
    rows: ReadonlySet<Node>,
  ) => ReadonlyMap<Node, string>,
  batched: ReadonlySet<Node>,
): string {
  const outside = (value: Node): string => values.get(value) ?? ''
  const prefix = `loop${node.id}_`
  const body = new OnnxWriter(prefix)
  body.input(`${prefix}pass`, [], 'int64')
  body.input(`${prefix}on`, [], 'bool')
  // Indices of the rows that go on; it gets shorter from pass to pass.
  const alive = body.input(`${prefix}alive`, ['rows'], 'int64')
  const names = new Map<Node, string>()
  const rows = new Set<Node>([...carried, ...nodes])
  const whole = carried.map((value, index) =>
    body.input(`${prefix}carried${index}`, ['all', ...value.shape.slice(1)]),
  )
  carried.forEach((value, index) => names.set(value, body.node('Gather', [whole[index], alive], { axis: 0 })))
  for (const value of captured) {
    if (batched.has(value)) {
      rows.add(value)
      names.set(value, body.node('Gather', [outside(value), alive], { axis: 0 }))
    } else names.set(value, outside(value))
  }
  const results = lowerBody(body, names, rows)
  const valueOf = (value: Node): string => results.get(value) ?? names.get(value) ?? ''
  const still = body.node('Compress', [alive, body.node('Greater', [valueOf(goOn), body.float(0)])], {
    axis: 0,
  })
  const goesOn = body.node('Greater', [body.node('Size', [still]), body.int64([0])])
  body.output(`${prefix}goes`, body.node('Squeeze', [goesOn]), [], 'bool')
  body.output(`${prefix}still`, still, ['rows'], 'int64')
  const places = body.node('Unsqueeze', [alive, body.int64([1])])
  next.forEach((value, index) =>
    body.output(`${prefix}next${index}`, body.node('ScatterND', [whole[index], places, valueOf(value)]), [
      'all',
      ...value.shape.slice(1),
    ]),
  )
  const initial = node.inputs.slice(0, carried.length).map(outside)
  const count = w.node('Shape', [initial[0]], { start: 0, end: 1 })
  const every = w.node('Range', [w.int64Scalar(0), w.node('Squeeze', [count]), w.int64Scalar(1)])
  return w.loop(steps, [every, ...initial], body)[1]
}
