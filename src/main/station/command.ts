/** The station's command line: one address, and an end in order. */
import path from 'node:path'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { defaultDataFolder } from '../app/data-folder.ts'
import { applicationVersion } from '../app/version.ts'
import { untilStopped } from './lifetime.ts'
import { readyRenderer, rendererPlace } from './renderer.ts'
import { startStation, type Station } from './station.ts'

interface Options {
  readonly data: string
  readonly host: string
  readonly port?: number
  readonly allow?: readonly string[]
  readonly open?: boolean
  readonly newLink?: boolean
  readonly trustProxy?: boolean
  readonly json?: boolean
  readonly renderer?: string
}

/** Where the program writes; tests give their own. */
export interface StationStreams {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
}

/** Runs a station until it is stopped. @returns the exit code */
export async function runStation(
  words: readonly string[],
  streams: StationStreams = process,
): Promise<number> {
  const program = command(streams)
  try {
    program.parse([...words], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    throw error
  }
  const options = program.opts<Options>()
  const say = (text: string): void => void streams.stderr.write(`${text}\n`)
  let station: Station
  try {
    station = await start(options, say)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    streams.stderr.write(`flawline: ${message}\n`)
    if (options.json) streams.stdout.write(`${JSON.stringify({ error: message })}\n`)
    if (process.env['FLAWLINE_DEBUG'] && error instanceof Error) say(error.stack ?? '')
    return 1
  }
  // Before the address is told: whoever reads it may stop the station at once.
  const stopped = untilStopped(station, say)
  announce(station, options, streams)
  if (options.open) await openBrowser(station.setupLink ?? station.address, say)
  return stopped
}

async function start(options: Options, say: (text: string) => void): Promise<Station> {
  const rendererFolder = options.renderer ?? (await readyRenderer(rendererPlace(runsFromSource()), say))
  return startStation({
    dataFolder: path.resolve(options.data),
    rendererFolder: path.resolve(rendererFolder),
    host: options.host,
    ...(options.port === undefined ? {} : { port: options.port }),
    allowedFolders: options.allow ?? [],
    trustProxy: options.trustProxy ?? false,
    newLink: options.newLink ?? false,
    core: { log: say },
    log: say,
  })
}

/** One line for people, or one JSON document a line for programs. */
function announce(station: Station, options: Options, streams: StationStreams): void {
  const { address, setupLink } = station
  if (options.json) {
    streams.stdout.write(`${JSON.stringify({ address, ...(setupLink ? { setupLink } : {}) })}\n`)
    return
  }
  streams.stdout.write(`Flawline station: ${address}\n`)
  if (setupLink === undefined) return
  streams.stdout.write(
    `The administrator sets name and password here, once, within 24 hours:\n${setupLink}\n`,
  )
}

async function openBrowser(address: string, say: (text: string) => void): Promise<void> {
  try {
    const { default: open } = await import('open')
    const child = await open(address)
    child.on('error', () => say('No browser could be opened; open the address yourself.'))
  } catch {
    say('No browser could be opened; open the address yourself.')
  }
}

/** True for `node src/main/station/index.ts`, false for the bundle. */
function runsFromSource(): boolean {
  return import.meta.url.endsWith('.ts')
}

function command(streams: StationStreams): Command {
  return new Command('station')
    .description('Serves Flawline to browsers: on this machine, or on the network with sign-in.')
    .version(applicationVersion(), '-V, --version', 'print the version')
    .option('--data <dir>', 'data folder', defaultDataFolder())
    .option('--host <host>', 'address to listen on; any but a loopback address requires sign-in', '127.0.0.1')
    .option('--port <port>', 'port (default: 4770, or the next free one)', port)
    .option('--allow <dir>', 'folder that images may be read from, for this start (repeatable)', gather)
    .option('--open', 'open it in the default browser')
    .option('--new-link', 'print a one-time link for the administrator, e.g. when the password was forgotten')
    .option(
      '--trust-proxy',
      'believe X-Forwarded-Proto and X-Forwarded-For of the proxy in front; requires sign-in',
    )
    .option('--json', 'print one line of JSON: {"address": "…"}')
    .addOption(new Option('--renderer <dir>', 'folder of the built interface').hideHelp())
    .helpOption('-h, --help', 'print help')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void streams.stdout.write(text),
      writeErr: (text) => void streams.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'flawline: ')),
    })
    .showHelpAfterError('(add --help for what is possible)')
}

function port(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > 65_535)
    throw new InvalidArgumentError('It takes a number from 0 to 65535.')
  return value
}

function gather(folder: string, before: readonly string[] = []): string[] {
  return [...before, folder]
}
