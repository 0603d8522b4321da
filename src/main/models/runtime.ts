/** Runs exported model files with stock ONNX Runtime: the one path for validation, thresholds and inspection. */
import * as ort from 'onnxruntime-node'

export interface RuntimeOptions {
  /** CPU threads; ONNX Runtime's own choice when left out. */
  readonly threads?: number
}

/** Results of one batch of views. */
export interface ViewResults {
  /** [N] */
  readonly latent: Float32Array
  /** [N] */
  readonly map: Float32Array
  /** [N, 1, S, S] */
  readonly anomalyMap: Float32Array
}

/** Outputs that are read. */
const READ = ['latent_score', 'map_score', 'anomaly_map']

export class ModelRuntime {
  private readonly session: ort.InferenceSession

  private constructor(session: ort.InferenceSession) {
    this.session = session
  }

  /** @param model path or content of a `model.onnx` */
  static async open(model: string | Uint8Array, { threads }: RuntimeOptions = {}): Promise<ModelRuntime> {
    const options: ort.InferenceSession.SessionOptions = {
      executionProviders: ['cpu'],
      executionMode: 'sequential',
      enableMemPattern: false,
      logSeverityLevel: 3,
      ...(threads ? { intraOpNumThreads: threads } : {}),
    }
    const session =
      typeof model === 'string'
        ? await ort.InferenceSession.create(model, options)
        : await ort.InferenceSession.create(model, options)
    return new ModelRuntime(session)
  }

  /** @throws Error unless the model takes views of `channels`×`size`×`size` and gives what `run` reads */
  check(channels: number, size: number): void {
    const takes = this.session.inputMetadata.map((input) => {
      const shape = input.isTensor ? input.shape.slice(1) : []
      return `${input.name} ${shape.join('×')}`
    })
    const wanted = `image ${channels}×${size}×${size}`
    if (takes.length !== 1 || takes[0] !== wanted)
      throw new Error(`it takes ${takes.join(', ')}, its metadata says ${wanted}`)
    const missing = READ.find((name) => !this.session.outputNames.includes(name))
    if (missing) throw new Error(`it gives no '${missing}'`)
  }

  /** @param views NCHW values in [0, 1], `count` views of `channels`×`size`×`size` */
  async run(views: Float32Array, count: number, channels: number, size: number): Promise<ViewResults> {
    const results = await this.session.run(
      { image: new ort.Tensor('float32', views, [count, channels, size, size]) },
      READ,
    )
    return {
      latent: floats(results, 'latent_score'),
      map: floats(results, 'map_score'),
      anomalyMap: floats(results, 'anomaly_map'),
    }
  }

  /** The views as the model rebuilds them; same layout. */
  async reconstruct(
    views: Float32Array,
    count: number,
    channels: number,
    size: number,
  ): Promise<Float32Array> {
    const image = new ort.Tensor('float32', views, [count, channels, size, size])
    return floats(await this.session.run({ image }, ['reconstruction']), 'reconstruction')
  }

  async release(): Promise<void> {
    await this.session.release()
  }
}

function floats(results: ort.InferenceSession.OnnxValueMapType, name: string): Float32Array {
  const data = results[name]?.data
  if (!(data instanceof Float32Array)) throw new Error(`the model gives no '${name}'`)
  return data
}
