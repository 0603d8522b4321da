import { Command } from 'commander'
import { reportEngines } from '../../app/engines.ts'
import { examples } from '../options.ts'
import { figure, localTime } from '../output.ts'
import type { Run } from '../run.ts'

export function enginesCommand(run: Run): Command {
  return new Command('engines')
    .description('what can compute here, how fast, and which one `auto` takes')
    .option('--measure', 'measure again instead of showing what was measured before')
    .addHelpText('after', examples('engines', 'engines --measure --json'))
    .action((options: { measure?: boolean }, command: Command) =>
      run(async (session) => {
        const { core, output } = session
        const report = await reportEngines(core, {
          again: options.measure ?? false,
          onMeasured: ({ name }) => output.note(`Measured ${name}.`),
        })
        output.json(report)
        output.table(
          ['engine', 'images/s', ''],
          report.engines.map((one) => [
            one.name,
            one.imagesPerSecond === undefined ? '–' : figure(one.imagesPerSecond),
            one.name === report.chosen ? '← auto' : (one.reason ?? ''),
          ]),
        )
        output.line()
        output.line(`auto takes ${report.chosen}. ${report.reason}`)
        output.line(`Measured ${localTime(report.measuredAt)} on ${report.machine}.`)
        return undefined
      }, command),
    )
}
