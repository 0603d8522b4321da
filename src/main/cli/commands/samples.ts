import { Command, Option } from 'commander'
import { importSamples } from '../../app/samples.ts'
import type { SampleLabel, SampleSplit } from '../../store/index.ts'
import { exitCodes } from '../exit.ts'
import { examples, number, projectOption, share } from '../options.ts'
import { counted } from '../output.ts'
import type { Run } from '../run.ts'

const labels = ['good', 'defect', 'unlabelled'] as const satisfies readonly SampleLabel[]
const splits = ['train', 'validation', 'test'] as const satisfies readonly SampleSplit[]

interface ImportWords {
  readonly project: string
  readonly label?: SampleLabel
  readonly type?: string
  readonly split?: SampleSplit
  readonly testFraction?: number
}

interface ListWords {
  readonly project: string
  readonly label?: SampleLabel
  readonly type?: string
  readonly split?: SampleSplit
  readonly limit: number
}

/** Problems printed one by one; the rest is counted. */
const PRINTED_PROBLEMS = 20

export function samplesCommand(run: Run): Command {
  const samples = new Command('samples').description('import and list the images of a project')

  samples
    .command('import <folder>')
    .description('import images: a folder in one of the known layouts, or a CSV table')
    .addOption(projectOption())
    .addOption(new Option('--label <label>', 'label of every image of a flat folder').choices(labels))
    .option('--type <name>', 'defect type of every image of a flat folder')
    .addOption(
      new Option('--split <split>', 'split of every image of a folder without splits').choices(splits),
    )
    .option(
      '--test-fraction <share>',
      'share of good parts kept for testing where the layout has no splits',
      share(1),
    )
    .addHelpText(
      'after',
      `
Layouts:
  MVTec AD       train/good, test/good, test/<type>, ground_truth/<type>/<name>_mask.png
  two folders    good/ and defect/ (with one folder a defect type in it, if you like)
  flat folder    images side by side, with --label
  CSV            a table with the columns file,label and, if you like, defect_type,split,mask,group
`,
    )
    .addHelpText(
      'after',
      examples(
        'samples import ./bracket --project bracket',
        'samples import ./good-parts --project bracket --label good',
        'samples import parts.csv --project bracket',
      ),
    )
    .action((folder: string, options: ImportWords, command: Command) =>
      run(async (session) => {
        const { core, output } = session
        const project = session.project(options.project)
        const progress = session.progress('Importing')
        const interruption = session.interruptible(
          'Stopping after this batch; what is imported stays.',
          progress,
        )
        try {
          const result = await importSamples(core.store, {
            projectId: project.id,
            source: folder,
            ...(options.label === undefined ? {} : { label: options.label }),
            ...(options.type === undefined ? {} : { defectType: options.type }),
            ...(options.split === undefined ? {} : { split: options.split }),
            ...(options.testFraction === undefined ? {} : { testFraction: options.testFraction }),
            onProgress: (done, total) => progress.update(done, total),
            signal: interruption.signal,
          })
          progress.stop()
          for (const { file, reason } of result.problems.slice(0, PRINTED_PROBLEMS)) {
            output.note(`Left out ${file}: ${reason}`)
          }
          const unprinted = result.problems.length - PRINTED_PROBLEMS
          if (unprinted > 0) output.note(`… and ${unprinted} more.`)
          for (const note of result.notes) output.note(`Note: ${note}`)
          output.json({ project: project.name, ...result })
          output.line(
            `Imported ${counted(result.imported, 'image')} into "${project.name}"` +
              (result.duplicates > 0 ? `, ${counted(result.duplicates, 'duplicate')} skipped` : '') +
              (result.problems.length > 0 ? `, ${result.problems.length} left out` : '') +
              '.',
          )
          for (const one of core.store.samples.counts(project.id)) {
            output.line(`  ${one.split.padEnd(10)}  ${one.defectType ?? one.label}: ${one.count}`)
          }
          if (result.cancelled) return exitCodes.interrupted
          return result.imported + result.duplicates === 0 ? exitCodes.error : undefined
        } finally {
          progress.stop()
          interruption.dispose()
        }
      }, command),
    )

  samples
    .command('list')
    .description('list the images of a project')
    .addOption(projectOption())
    .addOption(new Option('--label <label>', 'only these').choices(labels))
    .option('--type <name>', 'only this defect type')
    .addOption(new Option('--split <split>', 'only this split').choices(splits))
    .option('--limit <count>', 'at most so many; 0 for all', number({ from: 0, whole: true }), 100)
    .addHelpText('after', examples('samples list --project bracket --split test --label defect'))
    .action((options: ListWords, command: Command) =>
      run(async (session) => {
        const { store } = session.core
        const { output } = session
        const project = session.project(options.project)
        const filter = {
          projectId: project.id,
          ...(options.label === undefined ? {} : { label: options.label }),
          ...(options.split === undefined ? {} : { split: options.split }),
          ...(options.type === undefined ? {} : { defectType: options.type }),
        }
        const total = store.samples.count(filter)
        const list = store.samples.list({ ...filter, ...(options.limit > 0 ? { limit: options.limit } : {}) })
        output.json({ project: project.name, total, counts: store.samples.counts(project.id), samples: list })
        output.table(
          ['id', 'split', 'label', 'type', 'width', 'height', 'mask', 'name'],
          list.map((one) => [
            one.id,
            one.split,
            one.label,
            one.defectType,
            one.width,
            one.height,
            one.mask ? 'yes' : null,
            one.originalName,
          ]),
        )
        if (list.length < total) output.line(`… ${total - list.length} more; --limit 0 shows all.`)
        return undefined
      }, command),
    )

  return samples
}
