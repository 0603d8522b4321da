import path from 'node:path'
import { Command, Option } from 'commander'
import { exportModel, findModel, listModels, requireModel, type CalibratedModel } from '../../app/models.ts'
import { setThreshold, type ThresholdChoice } from '../../app/thresholds.ts'
import type { Project } from '../../store/index.ts'
import { UsageError } from '../exit.ts'
import { examples, number, share } from '../options.ts'
import { figure, localTime } from '../output.ts'
import type { Run } from '../run.ts'
import type { Session } from '../session.ts'

interface WhichModel {
  readonly project?: string
  readonly model?: string
}

interface ThresholdWords extends WhichModel {
  readonly set?: number
  readonly falseAlarmRate?: number
  readonly f1?: boolean
}

export function modelCommand(run: Run): Command {
  const model = new Command('model').description('list and export models, and set their thresholds')

  model
    .command('list')
    .description('list the models, newest first')
    .option('-p, --project <name>', 'only those of this project')
    .addHelpText('after', examples('model list --project bracket'))
    .action((options: { project?: string }, command: Command) =>
      run(async (session) => {
        const { store } = session.core
        const { output } = session
        const projects = new Map(store.projects.list().map((one) => [one.id, one.name]))
        const only = options.project === undefined ? undefined : session.project(options.project)
        const models = listModels(store, only)
        output.json(models.map((one) => description(one, projects.get(one.model.projectId) ?? '')))
        if (models.length === 0)
          output.line('There are no models yet. Train one: flawline train --project NAME')
        else {
          output.table(
            ['id', 'project', 'family', 'size', 'images', 'epoch', 'threshold', 'mode', 'trained'],
            models.map((one) => [
              one.model.id,
              projects.get(one.model.projectId) ?? '',
              one.metadata.family,
              one.metadata.input.size,
              one.metadata.training.images,
              one.metadata.training.bestEpoch,
              figure(one.stored.threshold),
              one.stored.mode,
              localTime(one.model.createdAt),
            ]),
          )
        }
        return undefined
      }, command),
    )

  which(model.command('export'))
    .description('copy model.onnx, which runs in stock ONNX Runtime')
    .requiredOption('-o, --out <file>', 'where to')
    .addHelpText('after', examples('model export --project bracket --out bracket.onnx'))
    .action((options: WhichModel & { out: string }, command: Command) =>
      run(async (session) => {
        const { model: found } = chosen(session, options)
        const { sha256, bytes } = await exportModel(found, options.out)
        const file = path.resolve(options.out)
        session.output.json({ model: found.model.id, file, sha256, bytes, threshold: found.stored.threshold })
        session.output.line(`Wrote ${file} (${(bytes / 1e6).toFixed(1)} MB, SHA-256 ${sha256}).`)
        if (found.stored.threshold !== found.metadata.calibration.threshold.value) {
          session.output.note(
            `Note: the threshold was changed since training to ${figure(found.stored.threshold)}; the file's metadata keeps the one from training.`,
          )
        }
        return undefined
      }, command),
    )

  which(model.command('threshold'))
    .description('show or set the threshold of a model; what was inspected before keeps its own')
    .option('--set <score>', 'to this score', number({}))
    .option('--false-alarm-rate <share>', 'so that this share of good parts is called NG', share(0.5))
    .addOption(
      new Option('--f1', 'to the best F1 on labelled good and defective samples').conflicts([
        'set',
        'falseAlarmRate',
      ]),
    )
    .addHelpText(
      'after',
      examples(
        'model threshold --project bracket',
        'model threshold --project bracket --false-alarm-rate 0.005',
        'model threshold --project bracket --f1',
        'model threshold --model 1jz3k8p0q7 --set 3.2',
      ),
    )
    .action((options: ThresholdWords, command: Command) =>
      run(async (session) => {
        const { project, model: found } = chosen(session, options)
        const choice = choiceOf(options)
        const stored = choice ? await change(session, project, found, choice) : found.stored
        session.output.json(stored)
        session.output.line(
          `Threshold of ${found.model.id}: ${stored.scoreName} score ${figure(stored.threshold)} (95 %: ${figure(stored.low)} to ${figure(stored.high)}), ${stored.mode}${stored.mode === 'false-alarm-rate' ? ` ${stored.falseAlarmRate}` : ''}.`,
        )
        return undefined
      }, command),
    )

  return model
}

function which(command: Command): Command {
  return command
    .option('-p, --project <name>', 'the project')
    .option('-m, --model <id>', 'the model, or the beginning of its id (default: the one that inspects)')
}

function chosen(session: Session, options: WhichModel): { project: Project; model: CalibratedModel } {
  const { store } = session.core
  if (options.project !== undefined) {
    const project = session.project(options.project)
    return { project, model: requireModel(store, project, options.model) }
  }
  if (options.model === undefined) throw new UsageError('Say which model: --project NAME, or --model ID.')
  const model = findModel(store, options.model)
  return { project: store.projects.get(model.model.projectId), model }
}

function choiceOf(options: ThresholdWords): ThresholdChoice | undefined {
  if (options.set !== undefined && options.falseAlarmRate !== undefined) {
    throw new UsageError('--set and --false-alarm-rate exclude each other.')
  }
  if (options.set !== undefined) return { by: 'value', value: options.set }
  if (options.falseAlarmRate !== undefined) return { by: 'false-alarm-rate', rate: options.falseAlarmRate }
  return options.f1 ? { by: 'f1' } : undefined
}

async function change(session: Session, project: Project, model: CalibratedModel, choice: ThresholdChoice) {
  const progress = session.progress('Judging samples')
  const interruption = session.interruptible('Stopping; the threshold stays as it is.', progress)
  try {
    return await setThreshold(session.core, project, model, choice, {
      onProgress: (done, total) => progress.update(done, total),
      onProblem: ({ message }) => progress.say(`Left out: ${message}`),
      signal: interruption.signal,
    })
  } finally {
    progress.stop()
    interruption.dispose()
  }
}

function description({ model, metadata, stored, file }: CalibratedModel, project: string): object {
  return {
    id: model.id,
    project,
    family: metadata.family,
    config: metadata.config,
    training: metadata.training,
    input: metadata.input,
    threshold: stored,
    file,
    sha256: model.sha256,
    created_at: model.createdAt,
  }
}
