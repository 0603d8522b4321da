/** Models that learned from the same images, set against each other: pure functions. */
import type { Evaluation, JudgedSample, Model, Run, Verdict } from '../../../contract/index.ts'

/** The trainings on one snapshot. */
export interface Group {
  readonly snapshotId: string
  /** In the order in which they were started. */
  readonly runs: readonly Run[]
  /** When the newest of them was started. */
  readonly createdAt: string
}

/** Trainings by the snapshot they learn from, newest first. */
export function groupsOf(runs: readonly Run[]): Group[] {
  const groups = new Map<string, Run[]>()
  // As the core lists them: newest first.
  for (const run of runs) groups.set(run.snapshotId, [run, ...(groups.get(run.snapshotId) ?? [])])
  return [...groups].map(([snapshotId, members]) => ({
    snapshotId,
    runs: members,
    createdAt: members.at(-1)?.createdAt ?? '',
  }))
}

/** The figures of a model, null where they are not known (yet). */
export interface Figures {
  readonly imageAuroc: number | null
  readonly pixelAuroc: number | null
  readonly aupro: number | null
  /** Share of the labelled good test images that its threshold calls NG. */
  readonly falseAlarmRate: number | null
  readonly milliseconds: number | null
  readonly bytes: number | null
  readonly trainingSeconds: number | null
}

export const figureNames = [
  'imageAuroc',
  'pixelAuroc',
  'aupro',
  'falseAlarmRate',
  'milliseconds',
  'bytes',
  'trainingSeconds',
] as const
export type FigureName = (typeof figureNames)[number]

/** Where more is better; of the others less is. */
const moreIsBetter: ReadonlySet<FigureName> = new Set(['imageAuroc', 'pixelAuroc', 'aupro'])

/** Where a model's milliseconds per image come from. */
export type SpeedSource = 'evaluation' | 'inspections'

export interface Row {
  readonly run: Run
  readonly model: Model | null
  /** Of the test images; null where there is none. */
  readonly evaluation: Evaluation | null
  readonly figures: Figures
  readonly speedSource: SpeedSource | null
}

/**
 * @param newest its newest evaluation; one of other images than the test images is not compared
 * @param inspectionMilliseconds mean of its inspections
 */
export function rowOf(
  run: Run,
  model: Model | null,
  newest: Evaluation | null,
  inspectionMilliseconds: number | null,
): Row {
  const evaluation = newest?.split === 'test' ? newest : null
  // All models judged the same images in their evaluations; inspections may have been of others.
  const evaluated =
    evaluation && evaluation.images > 0 ? (1000 * evaluation.seconds) / evaluation.images : null
  const milliseconds = evaluated ?? (model ? inspectionMilliseconds : null)
  return {
    run,
    model,
    evaluation,
    figures: {
      imageAuroc: evaluation?.imageAuroc ?? null,
      pixelAuroc: evaluation?.pixelAuroc ?? null,
      aupro: evaluation?.aupro ?? null,
      falseAlarmRate: model && evaluation ? falseAlarmRateOf(model, evaluation.samples) : null,
      milliseconds,
      // A file that is gone has no size.
      bytes: model && model.bytes > 0 ? model.bytes : null,
      trainingSeconds: model?.trainingSeconds ?? null,
    },
    speedSource: milliseconds === null ? null : evaluated === null ? 'inspections' : 'evaluation',
  }
}

/** What a model says of a sample at its threshold of today. */
export function verdictOf(model: Model, sample: JudgedSample): Verdict {
  return sample.scores[model.scoreName] >= model.threshold.value ? 'ng' : 'ok'
}

export function falseAlarmRateOf(model: Model, samples: readonly JudgedSample[]): number | null {
  const good = samples.filter(({ label }) => label === 'good')
  if (good.length === 0) return null
  return good.filter((sample) => verdictOf(model, sample) === 'ng').length / good.length
}

/**
 * The ids of the runs that are best at a figure: several where they are equal, none where there are not two to
 * compare or all are equal. Times of evaluations and of inspections are not compared with each other.
 */
export function bestAt(rows: readonly Row[], name: FigureName): ReadonlySet<string> {
  const known = rows.flatMap(({ run, figures, speedSource }) => {
    const value = figures[name]
    if (value === null || (name === 'milliseconds' && speedSource !== 'evaluation')) return []
    return [{ id: run.id, value }]
  })
  const values = known.map(({ value }) => value)
  const best = moreIsBetter.has(name) ? Math.max(...values) : Math.min(...values)
  const winners = known.filter(({ value }) => value === best)
  return winners.length === known.length ? new Set() : new Set(winners.map(({ id }) => id))
}

/** Whether it is known what the model said of each test image; evaluations of old kept only the figures. */
export function isJudged({ evaluation }: Row): boolean {
  return evaluation !== null && evaluation.samples.length > 0
}

/** Models of which that is not known. */
export function unevaluated(rows: readonly Row[]): Model[] {
  return rows.flatMap((row) => (row.model && !isJudged(row) ? [row.model] : []))
}

/** One part as each model judged it. */
export interface Part {
  readonly sampleId: string
  readonly name: string
  readonly label: JudgedSample['label']
  readonly defectType: string | null
  /** By model id; models that did not judge it are left out. */
  readonly judged: ReadonlyMap<string, { readonly score: number; readonly verdict: Verdict }>
}

/** All parts that at least one model judged, in the order of the evaluations. */
export function partsOf(rows: readonly Row[]): Part[] {
  const parts = new Map<string, Part & { judged: Map<string, { score: number; verdict: Verdict }> }>()
  for (const { model, evaluation } of rows) {
    if (!model || !evaluation) continue
    for (const sample of evaluation.samples) {
      const { sampleId, name, label, defectType } = sample
      const part = parts.get(sampleId) ?? { sampleId, name, label, defectType, judged: new Map() }
      parts.set(sampleId, part)
      part.judged.set(model.id, { score: sample.scores[model.scoreName], verdict: verdictOf(model, sample) })
    }
  }
  return [...parts.values()]
}

/** True if the models do not agree on it. */
export function isDisputed({ judged }: Part): boolean {
  return new Set([...judged.values()].map(({ verdict }) => verdict)).size > 1
}

/** So many of a set are defects, and so many good. */
const defectsInSet = 4
const goodInSet = 2

/** The parts in sets of a few: defects of every type in turn, then good ones. */
export function setsOf(parts: readonly Part[]): Part[][] {
  const byType = new Map<string, Part[]>()
  for (const part of parts) {
    if (part.label !== 'defect') continue
    const type = part.defectType ?? ''
    byType.set(type, [...(byType.get(type) ?? []), part])
  }
  const defects = interleaved([...byType.values()])
  const good = parts.filter(({ label }) => label !== 'defect')
  const count = Math.max(Math.ceil(defects.length / defectsInSet), Math.ceil(good.length / goodInSet))
  return Array.from({ length: count }, (_, index) => [
    ...defects.slice(index * defectsInSet, (index + 1) * defectsInSet),
    ...good.slice(index * goodInSet, (index + 1) * goodInSet),
  ])
}

/** The first of each list, then the second of each, and so on. */
function interleaved<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length))
  return Array.from({ length: longest }, (_, place) =>
    lists.flatMap((list) => list.slice(place, place + 1)),
  ).flat()
}
