import { Command, Option } from 'commander'
import { collectImages } from '../../app/files.ts'
import type { InspectionOutcome, KeepImages } from '../../app/inspection-outcome.ts'
import { inspectImages, type InspectionReport } from '../../app/inspection.ts'
import { requireModel } from '../../app/models.ts'
import { resultOf, writeResults, type ResultRow } from '../../app/results.ts'
import { exitCodes } from '../exit.ts'
import { examples, number, projectOption } from '../options.ts'
import { counted, duration, figure } from '../output.ts'
import type { Run } from '../run.ts'

interface InspectWords {
  readonly project: string
  readonly model?: string
  readonly out?: string
  readonly lot?: string
  readonly keepImages: KeepImages
  readonly minimumArea: number
  readonly opacity: number
}

export function inspectCommand(run: Run): Command {
  return new Command('inspect')
    .description('judge parts: images, or folders of images')
    .argument('<paths...>', 'image files, and folders looked through to the bottom')
    .addOption(projectOption())
    .option('-m, --model <id>', 'the model, or the beginning of its id (default: the one that inspects)')
    .option(
      '-o, --out <dir>',
      'write overlay pictures (heatmap and defect regions), results.csv and results.json',
    )
    .option('--lot <name>', 'the lot they belong to; made if there is none')
    .addOption(
      new Option('--keep-images <which>', 'copy images into the data folder, for history and reports')
        .choices(['all', 'ng', 'none'])
        .default('ng'),
    )
    .option('--minimum-area <pixels>', 'leave out smaller defect regions', number({ from: 0 }), 4)
    .option('--opacity <share>', 'of the heatmap in the overlay pictures', number({ from: 0, to: 1 }), 0.6)
    .addHelpText(
      'after',
      `
An image that cannot be read is reported and stops nothing. Exit code: 3 if any part is NG, else 1 if any image
could not be judged, else 0.`,
    )
    .addHelpText(
      'after',
      examples(
        'inspect part.png --project bracket',
        'inspect ./today --project bracket --lot 2026-031 --out ./heatmaps',
        'inspect ./today --project bracket --json',
      ),
    )
    .action((paths: readonly string[], options: InspectWords, command: Command) =>
      run(async (session) => {
        const { core, output } = session
        const project = session.project(options.project)
        const model = requireModel(core.store, project, options.model)
        const images = await collectImages(paths, options.out)
        const progress = session.progress('Inspecting')
        const interruption = session.interruptible('Stopping; what was judged is kept.', progress)
        const rows = new Map<string, ResultRow>()
        const show = (outcome: InspectionOutcome, ng: number) => {
          rows.set(outcome.image.file, resultOf(outcome, model))
          if (outcome.kind === 'rejected') progress.say(`Not judged: ${outcome.message}`)
          progress.update(rows.size, images.length, ng > 0 ? `${ng} NG` : '')
        }
        try {
          let ng = 0
          const report = await inspectImages(
            core,
            {
              project,
              model,
              images,
              keepImages: options.keepImages,
              minimumArea: options.minimumArea,
              ...(options.lot === undefined ? {} : { lot: options.lot }),
              ...(options.out === undefined
                ? {}
                : { overlays: { folder: options.out, opacity: options.opacity } }),
            },
            {
              onReported: (outcome) => {
                if (outcome.kind === 'inspected' && outcome.inspection.verdict === 'ng') ng += 1
                show(outcome, ng)
              },
              onRestart: (death) => progress.say(`${death.message} Going on with the remaining images.`),
              signal: interruption.signal,
            },
          )
          progress.stop()
          const results = images.flatMap(({ file }) => rows.get(file) ?? [])
          const written = options.out === undefined ? [] : await writeResults(options.out, results)
          output.json({
            project: project.name,
            model: model.model.id,
            threshold: model.calibration.threshold.value,
            ...report,
            lot: report.lot?.name ?? null,
            results,
          })
          for (const row of results) output.line(lineOf(row))
          output.line(summaryOf(report))
          for (const file of written) output.line(file)
          return exitCodeOf(report)
        } finally {
          progress.stop()
          interruption.dispose()
        }
      }, command),
    )
}

function lineOf(row: ResultRow): string {
  if (row.verdict === 'error') return `--  ${row.file}: ${row.problem ?? ''}`
  const regions = row.regions.length > 0 ? `  ${counted(row.regions.length, 'region')}` : ''
  return `${row.verdict === 'ng' ? 'NG' : 'OK'}  ${row.file}  score ${figure(row.score)} (normalised ${figure(row.normalised_score)})${regions}`
}

function summaryOf(report: InspectionReport): string {
  const rate = report.seconds > 0 ? `, ${(report.inspected / report.seconds).toFixed(1)} images/s` : ''
  const rejected = report.rejected > 0 ? `, ${report.rejected} not judged` : ''
  const stopped = report.cancelled ? '; stopped before the end' : ''
  return `${counted(report.inspected, 'part')}: ${report.ok} OK, ${report.ng} NG${rejected} in ${duration(report.seconds)}${rate}${stopped}.`
}

function exitCodeOf(report: InspectionReport): number {
  if (report.cancelled) return exitCodes.interrupted
  if (report.ng > 0) return exitCodes.ng
  return report.rejected > 0 ? exitCodes.error : exitCodes.ok
}
