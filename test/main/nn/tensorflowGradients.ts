/**
 * Registers TensorFlow.js's own gradients. Its bundle for Node leaves them out, and the module that has them
 * is written for bundlers: it names files without their extension. TensorFlow.js keeps its registries global, so
 * modules loaded this way and the bundle share them.
 */
import { existsSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const library = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-core/package.json'))

export async function registerTensorflowGradients(): Promise<void> {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (!specifier.startsWith('.') || !context.parentURL?.includes('/tfjs-core/dist/'))
        return next(specifier, context)
      const path = fileURLToPath(new URL(specifier, context.parentURL))
      const file = existsSync(`${path}.js`) ? `${path}.js` : join(path, 'index.js')
      return { url: pathToFileURL(file).href, format: 'module', shortCircuit: true }
    },
  })
  await import(pathToFileURL(join(library, 'dist', 'register_all_gradients.js')).href)
  hooks.deregister()
}
