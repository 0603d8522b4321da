/** Finds a TensorFlow.js backend: native TensorFlow where it is installed, or plain JavaScript. */
import util from 'node:util'
import type * as core from '@tensorflow/tfjs-core'
import { EngineUnavailableError } from '../engine.ts'

/** What the packages have in common: TensorFlow.js's core. */
export type TensorFlow = typeof core

export interface Backend {
  readonly tf: TensorFlow
  /** The backend's name in TensorFlow.js's registry. */
  readonly registered: string
  /** For people, such as `tensorflow-gpu`. */
  readonly engineName: string
}

/** Optional dependencies: they download a native library when installed, which may have failed. */
const nativePackages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']

/** @throws EngineUnavailableError when no native package loads; the message gives each one's reason. */
export async function loadNative(): Promise<Backend> {
  restoreRemovedUtilities()
  // TensorFlow would take all memory of the GPU at once, and starve the display and ONNX Runtime.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true'
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
  const reasons: string[] = []
  for (const name of nativePackages)
    try {
      // A variable keeps compilers and bundlers from resolving a package that may not be there.
      const loaded = (await import(name)) as TensorFlow & { readonly default?: TensorFlow }
      const tf = loaded.default ?? loaded
      await tf.ready()
      const backend = tf.findBackend('tensorflow') as { readonly isUsingGpuDevice?: boolean } | null
      if (!backend) throw new Error('its backend did not start')
      return {
        tf,
        registered: 'tensorflow',
        engineName: backend.isUsingGpuDevice ? 'tensorflow-gpu' : 'tensorflow-cpu',
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      reasons.push(`${name}: ${message.split('\n')[0]}`)
    }
  throw new EngineUnavailableError(
    `native TensorFlow does not load here (${reasons.join('; ')}). ` +
      'It is optional: npm install @tensorflow/tfjs-node-gpu, with its download allowed, adds it.',
  )
}

/** TensorFlow.js's plain JavaScript kernels: slow, everywhere the same. */
export async function loadPlain(): Promise<Backend> {
  const tf = await import('@tensorflow/tfjs-core')
  await import('@tensorflow/tfjs-backend-cpu')
  // Without it the backend advises, on the console, to install another one.
  tf.env().set('PROD', true)
  await tf.setBackend('cpu')
  return { tf, registered: 'cpu', engineName: 'tensorflow-plain' }
}

/** tfjs-node 4.22 calls two functions of node:util that Node 23 removed; it cannot make a tensor without them. */
function restoreRemovedUtilities(): void {
  const target = util as unknown as Record<string, unknown>
  target.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined
  target.isArray ??= Array.isArray
}
