/** The commands, put together. */
import { Command } from 'commander'
import { applicationVersion } from '../app/version.ts'
import { demoCommand } from './commands/demo.ts'
import { enginesCommand } from './commands/engines.ts'
import { evaluateCommand } from './commands/evaluate.ts'
import { historyCommand } from './commands/history.ts'
import { inspectCommand } from './commands/inspect.ts'
import { modelCommand } from './commands/model.ts'
import { projectCommand } from './commands/project.ts'
import { reportCommand } from './commands/report.ts'
import { samplesCommand } from './commands/samples.ts'
import { trainCommand } from './commands/train.ts'
import { defaultDataFolder } from './folder.ts'
import type { Streams } from './output.ts'
import type { Run } from './run.ts'
import { Session, type GlobalOptions } from './session.ts'

/** @param words the arguments: the options of `train` depend on the family among them */
export function buildProgram(
  words: readonly string[],
  streams: Streams,
  setExitCode: (exitCode: number) => void,
): Command {
  const run: Run = async (work, command) => {
    const session = new Session(streams, command.optsWithGlobals<GlobalOptions>())
    try {
      setExitCode((await work(session)) ?? 0)
    } finally {
      await session.close()
    }
  }
  const program = new Command('flawline')
    .description('Visual inspection: learns what a good part looks like and shows where a part differs.')
    .version(applicationVersion(), '-V, --version', 'print the version')
    .helpCommand('help [command]', 'print help of a command')
    .option('--data <dir>', `data folder (default: ${defaultDataFolder()})`)
    .option('--json', 'print one JSON document on standard output, for machines')
    .addHelpText(
      'after',
      `
Exit codes:
  0  ok
  1  error
  2  wrong usage
  3  inspect: at least one part is NG
  130  stopped by Ctrl-C

Examples:
  $ flawline demo
  $ flawline project create bracket
  $ flawline samples import ./bracket --project bracket
  $ flawline train --project bracket
  $ flawline inspect ./today --project bracket --out ./heatmaps`,
    )
  const commands = [
    projectCommand(run),
    samplesCommand(run),
    trainCommand(run, words),
    evaluateCommand(run),
    inspectCommand(run),
    historyCommand(run),
    reportCommand(run),
    modelCommand(run),
    enginesCommand(run),
    demoCommand(run),
  ]
  for (const command of commands) program.addCommand(command)
  settle(program, streams)
  return program
}

/** Settings that commander does not hand down to commands that were made apart. */
function settle(command: Command, streams: Streams): void {
  command
    .helpOption('-h, --help', 'print help')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, helpWidth: Math.min(streams.stdout.columns ?? 100, 120) })
    .configureOutput({
      writeOut: (text) => void streams.stdout.write(text),
      writeErr: (text) => void streams.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'flawline: ')),
    })
    .showHelpAfterError('(add --help for what is possible)')
  for (const child of command.commands) settle(child, streams)
}
