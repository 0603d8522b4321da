/** The results as tables: one row per class, mean ± deviation over seeds, and the mean of the classes below. */
import type { Contender } from './contenders.ts'
import { dataSets, type DataSetName } from './data-sets.ts'
import { scoreNames, type RunResult } from './result.ts'
import type { Mode } from './split.ts'

const measures = ['auroc', 'auprc'] as const
type Measure = (typeof measures)[number]
const columns = scoreNames.flatMap((score) => measures.map((measure) => ({ score, measure })))

export interface Statistic {
  readonly mean: number
  /** Of the sample (n − 1); null with a single value. */
  readonly deviation: number | null
}

/** A class, or all of them when `class` is null. */
export interface Row {
  readonly class: number | null
  readonly name: string
  readonly runs: number
  readonly cells: Readonly<Record<string, Readonly<Record<Measure, Statistic>>>>
}

export interface Summary {
  readonly contender: string
  readonly title: string
  readonly settings: Contender['settings']
  /** By class number; the last is the mean over the classes, its deviation that between the classes' means. */
  readonly rows: readonly Row[]
  readonly trainingSeconds: number
  readonly millisecondsAnImage: number
}

/** @param results of one data set, mode and limit; of other contenders are left out */
export function summarise(contender: Contender, results: readonly RunResult[]): Summary {
  const own = results.filter((result) => result.contender === contender.id)
  const classes = [...new Set(own.map((result) => result.class))].sort((a, b) => a - b)
  const rows = classes.map((number): Row => {
    const runs = own.filter((result) => result.class === number)
    return {
      class: number,
      name: runs[0].className,
      runs: runs.length,
      cells: cellsOf((score, measure) => statistic(runs.map(({ scores }) => scores[score][measure]))),
    }
  })
  const all: Row = {
    class: null,
    name: 'mean of the classes',
    runs: own.length,
    cells: cellsOf((score, measure) => statistic(rows.map(({ cells }) => cells[score][measure].mean))),
  }
  return {
    contender: contender.id,
    title: contender.title,
    settings: contender.settings,
    rows: own.length === 0 ? [] : [...rows, all],
    trainingSeconds: statistic(own.map(({ trainingSeconds }) => trainingSeconds)).mean,
    millisecondsAnImage: statistic(own.map(({ millisecondsAnImage }) => millisecondsAnImage)).mean,
  }
}

function cellsOf(
  value: (score: (typeof scoreNames)[number], measure: Measure) => Statistic,
): Record<string, Record<Measure, Statistic>> {
  return Object.fromEntries(
    scoreNames.map((score) => [score, { auroc: value(score, 'auroc'), auprc: value(score, 'auprc') }]),
  )
}

/** Mean (NaN of nothing) and deviation. */
export function statistic(values: readonly number[]): Statistic {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  if (values.length < 2) return { mean, deviation: null }
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) }
}

export interface Heading {
  readonly set: DataSetName
  readonly mode: Mode
  readonly limit: number | null
  readonly imagesInSet: number
  readonly seeds: number
  /** The command that printed this. */
  readonly command: string
}

export function markdown(heading: Heading, summaries: readonly Summary[]): string {
  const { set, mode, limit, imagesInSet, seeds, command } = heading
  const roles =
    mode === 'class-abnormal'
      ? 'Each class in turn is abnormal and all others are normal'
      : 'Each class in turn is normal and all others are abnormal'
  return [
    `# ${dataSets[set].title}, ${mode}`,
    '',
    `Printed by \`${command}\`.`,
    '',
    `${roles}. ${imagesInSet} images at hand, ${limit === null ? 'all' : `at most ${limit}`} used; 80 % of the normal ones are learned from (a tenth of these, at most 500, held out for validation), 20 % are tested, and all abnormal ones are tested only. Seeds: ${seeds}. Cells: mean ± sample deviation over seeds; in the last row, over the classes' means. AUPRC is average precision with the abnormal images as positives.`,
    ...summaries.flatMap(section),
    '',
  ].join('\n')
}

function section({ title, settings, rows, trainingSeconds, millisecondsAnImage }: Summary): string[] {
  const heading = ['', `## ${title}`, '']
  if (rows.length === 0) return [...heading, 'No finished runs.']
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const names = columns.map(({ score, measure }) => `${score} ${measure.toUpperCase()}`)
  return [
    ...heading,
    Object.entries(settings)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ') +
      `. Mean training time ${trainingSeconds.toFixed(0)} s, inspection ${millisecondsAnImage.toFixed(2)} ms an image.`,
    '',
    row(['class', 'runs', ...names]),
    row(['---', ...['runs', ...names].map(() => '---:')]),
    ...rows.map(({ class: number, name, runs, cells }) =>
      row([
        number === null || name === String(number) ? name : `${number} ${name}`,
        String(runs),
        ...columns.map(({ score, measure }) => inWords(cells[score][measure])),
      ]),
    ),
  ]
}

function inWords({ mean, deviation }: Statistic): string {
  return deviation === null ? mean.toFixed(3) : `${mean.toFixed(3)} ± ${deviation.toFixed(3)}`
}
