import { Command, Option } from 'commander'
import { engineChoices } from '../../app/engines.ts'
import {
  resumeTraining,
  startTraining,
  TrainingRequestError,
  type TrainingHooks,
  type TrainingOutcome,
} from '../../app/training.ts'
import { calibrated } from '../../app/models.ts'
import { families } from '../../models/families.ts'
import type { EngineChoice } from '../../models/types.ts'
import type { TrainingRun } from '../../store/index.ts'
import { exitCodes, UsageError } from '../exit.ts'
import { configOf, flagOf, optionsOf, type FieldOption } from '../family-options.ts'
import { examples, share } from '../options.ts'
import { counted, duration, figure } from '../output.ts'
import type { Run } from '../run.ts'
import type { Session } from '../session.ts'
import { TrainingScreen } from '../training-screen.ts'

const DEFAULT_FAMILY = 'ganomaly'

interface TrainWords {
  readonly project?: string
  readonly family: string
  readonly resume?: string
  readonly tile?: boolean
  readonly engine: EngineChoice
  readonly falseAlarmRate: number
  readonly validationFraction: number
}

/** @param words the arguments: the family among them decides what other options there are */
export function trainCommand(run: Run, words: readonly string[]): Command {
  const familyNames = Object.keys(families)
  const family = families[familyIn(words)] ?? families[DEFAULT_FAMILY]
  const fields = family ? optionsOf(family.schema) : []
  const command = new Command('train')
    .description('train a model on the good samples of a project')
    .option('-p, --project <name>', 'the project')
    .addOption(
      new Option('--family <name>', 'kind of model')
        .choices(familyNames)
        .default(family?.name ?? DEFAULT_FAMILY),
    )
    .option(
      '--resume <run>',
      'go on with a run that was stopped, from its last checkpoint, with its own settings',
    )
    .addOption(new Option('--engine <name>', 'what computes').choices(engineChoices).default('auto'))
    .addOption(
      new Option('--false-alarm-rate <share>', 'share of good parts that the threshold may call NG')
        .argParser(share(0.5))
        .default(0.01),
    )
    .addOption(
      new Option('--validation-fraction <share>', 'share of the good images held out for calibration')
        .argParser(share(1))
        .default(0.2),
    )
  if (fields.some((field) => field.path[0] === 'fit')) command.option('--tile', 'the same as --fit tile')
  command.optionsGroup(`Options of ${family?.title ?? 'the family'}:`)
  for (const { option } of fields) command.addOption(option)
  return command
    .addHelpText(
      'after',
      `\nCtrl-C stops at the next checkpoint and says how to go on; a second Ctrl-C quits at once.\n${familyList()}`,
    )
    .addHelpText(
      'after',
      examples(
        'train --project bracket',
        'train --project bracket --size 128 --epochs 40 --seed 2',
        'train --resume 1jz3k8p0q7',
      ),
    )
    .action((options: TrainWords, self: Command) =>
      run((session) => train(session, options, self, fields), self),
    )
}

function familyList(): string {
  const list = Object.values(families).map((one) => `  ${one.name.padEnd(14)} ${one.title}: ${one.summary}`)
  return `\nFamilies (--family NAME --help shows the options of each):\n${list.join('\n')}\n`
}

function familyIn(words: readonly string[]): string {
  for (const [index, word] of words.entries()) {
    if (word === '--family') return words[index + 1] ?? DEFAULT_FAMILY
    if (word.startsWith('--family=')) return word.slice('--family='.length)
  }
  return DEFAULT_FAMILY
}

async function train(
  session: Session,
  options: TrainWords,
  command: Command,
  fields: readonly FieldOption[],
): Promise<number | undefined> {
  const { output } = session
  const config = { ...(options.tile ? { fit: 'tile' } : {}), ...configOf(command, fields) }
  const progress = session.progress('Training')
  const interruption = session.interruptible('Stopping at the next checkpoint.', progress)
  const screen = new TrainingScreen(progress)
  const hooks: TrainingHooks = { ...screen.hooks, signal: interruption.signal }
  try {
    const outcome = await (options.resume === undefined
      ? begin(session, options, config, hooks)
      : resume(session, options.resume, options, config, hooks))
    progress.stop()
    return report(session, outcome)
  } catch (error) {
    progress.stop()
    if (error instanceof TrainingRequestError && error.problem === 'config') throw asUsage(error, fields)
    if (screen.run) output.note(resumeHint(session, screen.run))
    throw error
  } finally {
    interruption.dispose()
  }
}

function begin(
  session: Session,
  options: TrainWords,
  config: Readonly<Record<string, unknown>>,
  hooks: TrainingHooks,
): Promise<TrainingOutcome> {
  if (options.project === undefined) {
    throw new UsageError('Say what to train: --project NAME, or --resume RUN to go on with a run.')
  }
  const { family, engine, falseAlarmRate, validationFraction } = options
  const project = session.project(options.project)
  return startTraining(
    session.core,
    { project, family, config, engine, falseAlarmRate, validationFraction },
    hooks,
  )
}

function resume(
  session: Session,
  run: string,
  options: TrainWords,
  config: Readonly<Record<string, unknown>>,
  hooks: TrainingHooks,
): Promise<TrainingOutcome> {
  if (Object.keys(config).length > 0) {
    throw new UsageError('A resumed run keeps its own settings; leave the others out, or start a new run.')
  }
  if (options.project !== undefined) session.project(options.project)
  return resumeTraining(session.core, run, hooks)
}

/** Names the option instead of the field. */
function asUsage(error: TrainingRequestError, fields: readonly FieldOption[]): UsageError {
  const lines = error.fields.map(({ path, message }) => {
    const known = fields.find((field) => field.path.join('.') === path.join('.'))
    return `${known?.option.long ?? flagOf(path)}: ${message}`
  })
  return new UsageError(lines.join('\n') || error.message)
}

function report(session: Session, { run, model }: TrainingOutcome): number | undefined {
  const { core, output } = session
  const projectName = core.store.projects.get(run.projectId).name
  if (!model) {
    output.json({ run, model: null, resume: resumeCommand(session, run) })
    output.line(`Stopped after ${counted(run.epochsDone, 'epoch')}.`)
    output.line(resumeHint(session, run))
    return exitCodes.interrupted
  }
  const { metadata, stored } = calibrated(core.store, model)
  output.json({
    run,
    model: {
      id: model.id,
      file: core.store.models.file(model.id),
      sha256: model.sha256,
      ...metadata.training,
    },
    threshold: stored,
  })
  const { training, calibration } = metadata
  output.line(
    `Trained model ${model.id} on ${counted(training.images, 'image')} in ${duration(training.seconds)} (${training.engine}); best epoch ${training.bestEpoch} of ${training.epochs}.`,
  )
  output.line(
    `Threshold ${figure(stored.threshold)} (95 %: ${figure(stored.low)} to ${figure(stored.high)}) from ${counted(calibration.goodScores[stored.scoreName].length, 'held-out good image')} at a false-alarm rate of ${stored.falseAlarmRate}.`,
  )
  output.line(`Next: flawline evaluate --project "${projectName}"`)
  return undefined
}

function resumeHint(session: Session, run: TrainingRun): string {
  return `Go on with: ${resumeCommand(session, run)}`
}

function resumeCommand(session: Session, run: TrainingRun): string {
  return `flawline train --resume ${run.id}${session.dataArgument}`
}
