import { Command, Option } from 'commander'
import { readHistory } from '../../app/history.ts'
import { findModel } from '../../app/models.ts'
import type { Verdict } from '../../store/index.ts'
import { examples, number, projectOption, sinceOption, untilOption } from '../options.ts'
import { counted, figure, localTime } from '../output.ts'
import type { Run } from '../run.ts'

interface HistoryWords {
  readonly project: string
  readonly verdict?: Verdict
  readonly lot?: string
  readonly model?: string
  readonly since?: Date
  readonly until?: Date
  readonly limit: number
}

export function historyCommand(run: Run): Command {
  return new Command('history')
    .description('list what was inspected, newest first')
    .addOption(projectOption())
    .addOption(new Option('--verdict <verdict>', 'only these, after reviews').choices(['ok', 'ng']))
    .option('--lot <name>', 'only this lot')
    .option('-m, --model <id>', 'only what this model judged')
    .addOption(sinceOption())
    .addOption(untilOption())
    .option('--limit <count>', 'at most so many; 0 for all', number({ from: 0, whole: true }), 50)
    .addHelpText(
      'after',
      examples(
        'history --project bracket --verdict ng --since 7d',
        'history --project bracket --lot 2026-031',
      ),
    )
    .action((options: HistoryWords, command: Command) =>
      run(async (session) => {
        const { store } = session.core
        const { output } = session
        const project = session.project(options.project)
        const { entries, summary } = readHistory(store, {
          project,
          ...(options.verdict === undefined ? {} : { verdict: options.verdict }),
          ...(options.lot === undefined ? {} : { lot: options.lot }),
          ...(options.model === undefined ? {} : { modelId: findModel(store, options.model).model.id }),
          ...(options.since === undefined ? {} : { since: options.since }),
          ...(options.until === undefined ? {} : { until: options.until }),
          ...(options.limit > 0 ? { limit: options.limit } : {}),
        })
        output.json({ project: project.name, summary, inspections: entries })
        if (entries.length === 0) {
          output.line('Nothing was inspected that fits.')
          return undefined
        }
        output.table(
          ['time', 'verdict', 'model', 'score', 'threshold', 'regions', 'lot', 'file', 'id'],
          entries.map((one) => [
            localTime(one.inspectedAt),
            one.finalVerdict.toUpperCase(),
            one.verdict.toUpperCase(),
            figure(one.score),
            figure(one.threshold),
            one.regionCount,
            one.lotName,
            one.fileName,
            one.id,
          ]),
        )
        const shown = entries.length < summary.count ? `, ${entries.length} shown` : ''
        const reviewed =
          summary.overridden === 0
            ? ''
            : ` after reviews (the model: ${summary.modelOk} OK, ${summary.modelNg} NG; ${summary.overridden} overridden)`
        output.line(
          `${counted(summary.count, 'inspection')}${shown}: ${summary.ok} OK, ${summary.ng} NG${reviewed}.`,
        )
        return undefined
      }, command),
    )
}
