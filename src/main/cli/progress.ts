/**
 * Progress on standard error: a bar with the time left on a terminal, a plain line now and then otherwise (log
 * files and pipes are read later, by people who did not see the bar move).
 */
import { SingleBar } from 'cli-progress'
import { duration, type Streams } from './output.ts'

export interface Progress {
  /**
   * @param done of `total` steps
   * @param text what is worth knowing at the moment
   * @param secondsLeft if known better than from the pace so far
   */
  update(done: number, total: number, text?: string, secondsLeft?: number): void
  /** A line that stays, above the bar. */
  say(text: string): void
  stop(): void
}

/** Plain lines come at each tenth of the way, but not more often than this many seconds. */
const SECONDS_BETWEEN_LINES = 5

export function startProgress(title: string, stderr: Streams['stderr']): Progress {
  return stderr.isTTY ? startBar(title, stderr) : startLines(title, stderr)
}

function startBar(title: string, stderr: Streams['stderr']): Progress {
  const pace = paceOf()
  const bar = new SingleBar({
    format: `${title} {bar} {percentage} % | {value}/{total} | {left}{text}`,
    stream: stderr,
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: false,
    linewrap: true,
    // The program has its own idea of Ctrl-C.
    gracefulExit: false,
    fps: 8,
  })
  let started = false
  return {
    update: (done, total, text = '', secondsLeft) => {
      const seconds = secondsLeft ?? pace.left(done, total)
      const payload = {
        left: done >= total ? 'done' : seconds === undefined ? '…' : `${duration(seconds)} left`,
        text: text ? ` | ${text}` : '',
      }
      if (!started) bar.start(total, done, payload)
      else {
        bar.setTotal(total)
        bar.update(done, payload)
      }
      started = true
    },
    say: (text) => {
      // Over the bar's line, which is drawn again below on its next turn.
      stderr.write(started ? `\r\u001b[K${text}\n` : `${text}\n`)
    },
    stop: () => {
      if (started) bar.stop()
      started = false
    },
  }
}

function startLines(title: string, stderr: Streams['stderr']): Progress {
  const pace = paceOf()
  let lastTime = performance.now()
  let lastTenth = 0
  return {
    update: (done, total, text = '', secondsLeft) => {
      const now = performance.now()
      const tenth = total > 0 ? Math.floor((10 * done) / total) : 0
      const due = tenth > lastTenth && now - lastTime >= SECONDS_BETWEEN_LINES * 1000
      if (!due && (done < total || lastTenth === 10)) return
      lastTime = now
      lastTenth = tenth
      const seconds = secondsLeft ?? pace.left(done, total)
      const left = done >= total || seconds === undefined ? '' : `, ${duration(seconds)} left`
      stderr.write(`${title}: ${done}/${total}${left}${text ? `, ${text}` : ''}\n`)
    },
    say: (text) => {
      stderr.write(`${text}\n`)
    },
    stop: () => undefined,
  }
}

/** Time left from the pace since the first step. */
function paceOf(): { left(done: number, total: number): number | undefined } {
  let first: { readonly time: number; readonly done: number } | undefined
  return {
    left: (done, total) => {
      const time = performance.now()
      first ??= { time, done }
      if (done <= first.done) return undefined
      return ((time - first.time) / 1000 / (done - first.done)) * (total - done)
    },
  }
}
