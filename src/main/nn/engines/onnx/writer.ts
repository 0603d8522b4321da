/** Builds an ONNX model (opset 18) node by node. Field names are those of the ONNX specification. */
import proto from 'onnx-proto'

const { onnx } = proto

/** Element types used here, by their ONNX numbers. */
const FLOAT = 1
const INT32 = 6
const INT64 = 7
const BOOL = 9
const elementTypes = { float: FLOAT, int64: INT64, bool: BOOL }
export type ElementType = keyof typeof elementTypes

/** A dimension: a size, or the name of one that varies. */
export type Dimension = number | string
export type AttributeValue = number | string | readonly number[] | { readonly float: number }
type ConstantData = Float32Array | Int32Array | BigInt64Array

export class OnnxWriter {
  private readonly nodes: InstanceType<typeof onnx.NodeProto>[] = []
  private readonly constants: InstanceType<typeof onnx.TensorProto>[] = []
  private readonly inputs: InstanceType<typeof onnx.ValueInfoProto>[] = []
  private readonly outputs: InstanceType<typeof onnx.ValueInfoProto>[] = []
  private readonly shared = new Map<string, string>()
  private readonly produced = new Set<string>()
  private readonly renamed = new Map<string, string>()
  private readonly bodies = new Map<InstanceType<typeof onnx.NodeProto>, OnnxWriter>()
  private count = 0
  private readonly prefix: string

  /** @param prefix of the names of values: a body's must not be those of the graph around it */
  constructor(prefix = '') {
    this.prefix = prefix
  }

  input(name: string, shape: readonly Dimension[], type: ElementType = 'float'): string {
    this.inputs.push(valueInfo(name, shape, type))
    return name
  }

  /** Declares `value` as the model's output `name`. */
  output(name: string, value: string, shape: readonly Dimension[], type: ElementType = 'float'): void {
    // A node's own output takes the name (an Identity would copy the data); a value that is an input, a
    // constant or already an output needs the copy.
    if (this.produced.has(value) && !this.renamed.has(value)) this.renamed.set(value, name)
    else this.nodes.push(onnx.NodeProto.create({ opType: 'Identity', input: [value], output: [name] }))
    this.outputs.push(valueInfo(name, shape, type))
  }

  /** Adds a node with one output; equal calls give the same value. */
  node(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): string {
    return this.share(JSON.stringify([opType, inputs, attributes]), () => {
      const output = `${this.prefix}v${this.count++}`
      this.produced.add(output)
      const attribute = Object.entries(attributes).map(([name, value]) => toAttribute(name, value))
      this.nodes.push(
        onnx.NodeProto.create({
          opType,
          name: `${opType}_${output}`,
          input: [...inputs],
          output: [output],
          attribute,
        }),
      )
      return output
    })
  }

  /**
   * Repeats `body` up to `steps` times; its first two inputs are the number of the pass and whether it goes on, its
   * first output whether there is to be another. Returns the last values of what it carries, in the order of `initial`.
   */
  loop(steps: number, initial: readonly string[], body: OnnxWriter): string[] {
    const outputs = initial.map(() => `${this.prefix}v${this.count++}`)
    for (const output of outputs) this.produced.add(output)
    const loop = onnx.NodeProto.create({
      opType: 'Loop',
      name: `Loop_${outputs.join('_')}`,
      input: [this.int64([steps]), '', ...initial],
      output: outputs,
    })
    this.nodes.push(loop)
    this.bodies.set(loop, body)
    return outputs
  }

  floats(data: Float32Array, shape: readonly number[]): string {
    return this.constant(data, FLOAT, shape)
  }

  float(value: number): string {
    return this.share(`float ${value}`, () => this.constant(new Float32Array([value]), FLOAT, []))
  }

  /** A table of indices, shared by `key`: tables depend on geometry alone. */
  indices(key: string, make: () => Int32Array, shape?: readonly number[]): string {
    return this.share(`indices ${key}`, () => {
      const data = make()
      return this.constant(data, INT32, shape ?? [data.length])
    })
  }

  int64(values: readonly number[]): string {
    return this.share(`int64 ${values.join(',')}`, () =>
      this.constant(BigInt64Array.from(values, BigInt), INT64, [values.length]),
    )
  }

  int64Scalar(value: number): string {
    return this.share(`int64Scalar ${value}`, () => this.constant(BigInt64Array.of(BigInt(value)), INT64, []))
  }

  reshape(value: string, shape: readonly number[]): string {
    return this.node('Reshape', [value, this.int64(shape)])
  }

  encode(metadata: Readonly<Record<string, string>> = {}): Uint8Array {
    const graph = this.graph('flawline')
    const model = onnx.ModelProto.create({
      irVersion: 8,
      producerName: 'Flawline',
      opsetImport: [
        { domain: '', version: 18 },
        { domain: 'com.microsoft', version: 1 },
      ],
      graph,
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    })
    return onnx.ModelProto.encode(model).finish()
  }

  /** @param outside what became of the names of the graph around a body, which the body may use */
  private graph(
    name: string,
    outside: (value: string) => string = (value) => value,
  ): InstanceType<typeof onnx.GraphProto> {
    const rename = (value: string): string => this.renamed.get(value) ?? outside(value)
    const bodyOf = (node: InstanceType<typeof onnx.NodeProto>) => {
      const g = this.bodies.get(node)?.graph('body', rename)
      const { GRAPH } = onnx.AttributeProto.AttributeType
      return g ? { attribute: [onnx.AttributeProto.create({ name: 'body', type: GRAPH, g })] } : {}
    }
    return onnx.GraphProto.create({
      name,
      node: this.nodes.map((node) => ({
        ...node,
        input: node.input?.map(rename),
        output: node.output?.map(rename),
        ...bodyOf(node),
      })),
      initializer: this.constants,
      input: this.inputs,
      output: this.outputs,
    })
  }

  private constant(data: ConstantData, dataType: number, dims: readonly number[]): string {
    const name = `${this.prefix}c${this.count++}`
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    this.constants.push(onnx.TensorProto.create({ name, dataType, dims: [...dims], rawData }))
    return name
  }

  private share(key: string, make: () => string): string {
    const known = this.shared.get(key)
    if (known !== undefined) return known
    const made = make()
    this.shared.set(key, made)
    return made
  }
}

function valueInfo(
  name: string,
  shape: readonly Dimension[],
  type: ElementType,
): InstanceType<typeof onnx.ValueInfoProto> {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }))
  return onnx.ValueInfoProto.create({
    name,
    type: { tensorType: { elemType: elementTypes[type], shape: { dim } } },
  })
}

function toAttribute(name: string, value: AttributeValue): InstanceType<typeof onnx.AttributeProto> {
  const { AttributeType } = onnx.AttributeProto
  if (typeof value === 'number')
    return onnx.AttributeProto.create({ name, type: AttributeType.INT, i: value })
  if (typeof value === 'string')
    return onnx.AttributeProto.create({
      name,
      type: AttributeType.STRING,
      s: new TextEncoder().encode(value),
    })
  if ('float' in value) return onnx.AttributeProto.create({ name, type: AttributeType.FLOAT, f: value.float })
  return onnx.AttributeProto.create({ name, type: AttributeType.INTS, ints: [...value] })
}
