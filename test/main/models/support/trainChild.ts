/**
 * A training in a process of its own, to be killed. Takes the job as JSON on its first argument; prints each event
 * as a line of JSON, then `done`.
 */
import type { TrainingJob } from '../../../../src/main/models/types.ts'
import { train } from '../../../../src/main/models/trainer.ts'

const job = JSON.parse(process.argv[2] ?? '') as TrainingJob
await train(job, {
  emit: (event) => process.stdout.write(`${JSON.stringify(event)}\n`),
  signal: new AbortController().signal,
})
process.stdout.write('done\n')
