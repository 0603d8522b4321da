import path from 'node:path'
import { Command } from 'commander'
import { UsageError } from '../exit.ts'
import { examples, projectOption, sinceOption, untilOption } from '../options.ts'
import { counted } from '../output.ts'
import type { Run } from '../run.ts'

interface ReportWords {
  readonly project: string
  readonly out: string
  readonly lot?: string
  readonly since?: Date
  readonly until?: Date
}

export function reportCommand(run: Run): Command {
  return new Command('report')
    .description('write a report of a lot, a time span or all inspections: PDF, HTML or CSV')
    .addOption(projectOption())
    .requiredOption('-o, --out <file>', 'where to; .pdf, .html or .csv says what')
    .option('--lot <name>', 'only this lot')
    .addOption(sinceOption())
    .addOption(untilOption())
    .addHelpText(
      'after',
      examples(
        'report --project bracket --lot 2026-031 --out report.pdf',
        'report --project bracket --since 7d --out week.csv',
      ),
    )
    .action((options: ReportWords, command: Command) =>
      run(async (session) => {
        // Loaded when needed: the libraries behind it would slow down every other command.
        const { reportExtensions, writeReport } = await import('../../app/report.ts')
        if (!reportExtensions.includes(path.extname(options.out).toLowerCase())) {
          throw new UsageError(`--out: a report is written as ${reportExtensions.join(', ')}.`)
        }
        const { core, output } = session
        const written = await writeReport(
          core.store,
          {
            project: session.project(options.project),
            ...(options.lot === undefined ? {} : { lot: options.lot }),
            ...(options.since === undefined ? {} : { since: options.since }),
            ...(options.until === undefined ? {} : { until: options.until }),
          },
          options.out,
        )
        output.json(written)
        const reviewed =
          written.ng === written.modelNg ? '' : ` after reviews (the model: ${written.modelNg})`
        output.line(
          `Wrote ${written.file}: ${counted(written.inspections, 'inspection')}, ${written.ng} NG${reviewed} (${(written.bytes / 1e6).toFixed(1)} MB).`,
        )
        return undefined
      }, command),
    )
}
