import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  lossChart,
  precisionRecallChart,
  rocChart,
  scoreHistogram,
  toPng,
  type ScoreGroup,
} from './charts/index.ts'
import type { Core } from './core.ts'
import { pictureFolder, type EvaluationOutcome, type JudgedSample } from './evaluation.ts'
import type { CalibratedModel } from './models.ts'
import { lossesOf } from './training.ts'

/** Absolute paths of an evaluation's pictures, by what they show. */
export type EvaluationPictures = Readonly<Record<string, string>>

/**
 * Draws an evaluation: histogram of the scores with the threshold, ROC and precision-recall curves, and the losses
 * of the training that made the model. PNG files, by default in the model's folder.
 */
export async function drawEvaluation(
  core: Core,
  model: CalibratedModel,
  outcome: EvaluationOutcome,
  folder?: string,
): Promise<EvaluationPictures> {
  const { results, judged, curves } = outcome
  const { confusion } = results
  const drawings: Record<string, string> = {
    histogram: scoreHistogram(
      { groups: groupsOf(judged), threshold: results.threshold, scoreName: `${results.score} score` },
      { title: 'Anomaly scores of the test images' },
    ),
  }
  if (results.defects > 0 && results.good > 0) {
    drawings['roc'] = rocChart(
      {
        ...curves.roc,
        auroc: results.image_auroc,
        operatingPoint: { x: confusion.falseAlarmRate, y: confusion.recall, name: 'threshold' },
      },
      { title: 'ROC' },
    )
    drawings['precision-recall'] = precisionRecallChart(
      {
        ...curves.precisionRecall,
        averagePrecision: results.auprc,
        prevalence: results.defects / results.images,
        ...(Number.isFinite(confusion.precision)
          ? { operatingPoint: { x: confusion.recall, y: confusion.precision, name: 'threshold' } }
          : {}),
      },
      { title: 'Precision and recall' },
    )
  }
  const epochs = model.model.runId === null ? [] : lossesOf(core.store, model.model.runId)
  if (epochs.length > 0) {
    drawings['losses'] = lossChart(
      { epochs, bestEpoch: model.metadata.training.bestEpoch },
      { title: 'Training' },
    )
  }
  const target = await pictureFolder(core, model, folder)
  const files: Record<string, string> = {}
  for (const [name, svg] of Object.entries(drawings)) {
    const file = path.join(target, `${name}.png`)
    await writeFile(file, toPng(svg))
    files[name] = file
  }
  return files
}

/** Good parts first, then each type of defect. */
function groupsOf(judged: readonly JudgedSample[]): ScoreGroup[] {
  const good = judged.filter(({ sample }) => sample.label === 'good').map(({ score }) => score)
  const defects = new Map<string, number[]>()
  for (const { sample, score } of judged) {
    if (sample.label !== 'defect') continue
    const type = sample.defectType ?? 'defect'
    defects.set(type, [...(defects.get(type) ?? []), score])
  }
  return [
    { name: 'good', good: true, scores: good },
    ...[...defects].sort().map(([name, scores]) => ({ name, good: false, scores })),
  ]
}
