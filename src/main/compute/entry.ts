/**
 * The compute process: where the engines live. ONNX Runtime computes synchronously on the calling thread, and a
 * driver or the memory killer may take the process down; neither must ever touch the application.
 */
import { evaluate } from './jobs/evaluate.ts'
import { measureEngines } from './jobs/engines.ts'
import { inspect } from './jobs/inspect.ts'
import { measureTraining } from './jobs/measure-training.ts'
import { train } from './jobs/train.ts'
import { ModelCache } from './models.ts'
import { portToParent } from './port.ts'
import { serve } from './server.ts'

// The application decides what Ctrl-C means; it asks this process to stop where it can go on later.
process.on('SIGINT', () => undefined)

const models = new ModelCache()

serve(
  portToParent(),
  {
    train,
    inspect: (job, context) => inspect(job, context, models),
    evaluate: (job, context) => evaluate(job, context, models),
    'measure-engines': measureEngines,
    'measure-training': measureTraining,
  },
  (code) => process.exit(code),
)
