import type { TrainingHooks } from '../app/training.ts'
import type { TrainingEvent } from '../models/types.ts'
import type { TrainingRun } from '../store/index.ts'
import { figure } from './output.ts'
import type { Progress } from './progress.ts'

/** What a training shows while it runs. */
export class TrainingScreen {
  /** The run, once there is one. */
  run: TrainingRun | undefined
  readonly #progress: Progress
  #epochs = 0

  constructor(progress: Progress) {
    this.#progress = progress
  }

  /** What a training reports goes to this screen. */
  get hooks(): Omit<TrainingHooks, 'signal'> {
    return {
      onRun: (run) => {
        this.run = run
        this.#progress.say(`Training run ${run.id}.`)
      },
      onEvent: (event) => this.#show(event),
      onRestart: (death) => this.#progress.say(`${death.message} Going on from the last checkpoint.`),
    }
  }

  #show(event: TrainingEvent): void {
    switch (event.kind) {
      case 'started':
        this.#epochs = event.epochs
        this.#progress.say(
          `${event.engine}: ${event.views} views an epoch, ${(event.parameters / 1e6).toFixed(2)} million parameters` +
            (event.resumedFrom > 0 ? `, going on after epoch ${event.resumedFrom}` : '') +
            '.',
        )
        break
      case 'progress':
        this.#progress.update(
          Math.floor(event.fraction * this.#epochs + 1e-9),
          this.#epochs,
          `${figure(event.imagesPerSecond)} images/s`,
          event.secondsLeft,
        )
        break
      case 'epoch': {
        if (event.replayed) break
        const losses = Object.entries(event.losses).map(([name, value]) => `${name} ${figure(value)}`)
        if (event.validation !== null)
          losses.push(`validation ${figure(event.validation)}${event.best ? ' (best)' : ''}`)
        this.#progress.say(`epoch ${event.epoch}/${this.#epochs}: ${losses.join(', ')}`)
        break
      }
      case 'skipped':
        this.#progress.say(`Left out ${event.sample}: ${event.reason}`)
        break
      case 'log':
        this.#progress.say(event.message)
        break
    }
  }
}
