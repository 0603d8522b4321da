import { sharp } from '../../../../src/main/imaging/libvips.ts'
import type { ReportData, ReportInspection, ReportPart } from '../../../../src/main/app/reports/index.ts'
import { seeded } from '../../evaluation/random.ts'

/** A grey picture of a part with a bright scratch, or its overlay in colour. */
export async function picture(width: number, height: number, colour: boolean): Promise<Buffer> {
  const data = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const scratch = Math.abs(x - y * 0.6 - width * 0.2) < 3 && y > height * 0.3 && y < height * 0.6
      const grey = scratch ? 235 : 105 + 20 * Math.sin(x / 17) + 10 * Math.cos(y / 11)
      data.set(
        colour && scratch ? [255, 200, 40] : [grey, colour ? grey * 0.8 : grey, colour ? grey * 0.9 : grey],
        3 * (y * width + x),
      )
    }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
}

export interface SampleOptions {
  readonly inspections?: number
  /** Every so many inspections one is ng. */
  readonly ngEvery?: number
  readonly changes?: Partial<ReportData>
}

/** A report of made-up inspections: deterministic, with awkward names. */
export async function sampleReport(options: SampleOptions = {}): Promise<ReportData> {
  const { inspections: count = 60, ngEvery = 12 } = options
  const random = seeded(99)
  const image = await picture(320, 200, false)
  const overlay = await picture(320, 200, true)
  const inspections = Array.from({ length: count }, (_, index): ReportInspection => {
    const ng = index % ngEvery === ngEvery - 1
    const score = ng ? 0.05 + 0.05 * random() : 0.015 + 0.02 * random()
    return {
      id: `01J${String(index).padStart(5, '0')}`,
      fileName:
        index === ngEvery - 1
          ? '=HYPERLINK("x"), "part" <b>7</b>.png'
          : `part-${String(index + 1).padStart(4, '0')}.png`,
      inspectedAt: new Date(Date.UTC(2026, 2, 1, 6, 0, index * 7)).toISOString(),
      verdict: ng ? 'ng' : 'ok',
      score,
      normalisedScore: 1 / (1 + Math.exp(-(score - 0.0413) / 0.01)),
      threshold: 0.0413,
      scores: { latent: score / 2, map: score, combined: score * 1.5 },
      width: 320,
      height: 200,
      milliseconds: 8 + 3 * random(),
      modelId: '01HMODEL',
      lot: '2026-03-A',
      sourcePath: `C:\\line 3\\part-${index}.png`,
      imageSha256: 'ab'.repeat(32),
      regions: ng
        ? Array.from({ length: 1 + (index % 3) }, (_unused, region) => ({
            box: { x: 12 + 40 * region, y: 33, width: 61, height: 22 },
            areaPixels: 812 - 200 * region,
            peak: 0.93 - 0.1 * region,
          }))
        : [],
    }
  })
  const parts = inspections
    .filter((inspection) => inspection.verdict === 'ng')
    .map((inspection): ReportPart => ({
      inspection,
      image: () => Promise.resolve(image),
      heatmap: () => Promise.resolve(overlay),
    }))
  return {
    project: {
      name: 'Bracket 4711',
      description: 'Left bracket, machined, bore Ø 8 ± 0.02 mm',
      millimetresPerPixel: 0.05,
    },
    scope: { lot: '2026-03-A' },
    generatedAt: '2026-03-01T12:00:00.000Z',
    application: 'Flawline 0.1.0',
    timeZone: 'Europe/Berlin',
    models: [
      {
        id: '01HMODEL',
        family: 'ganomaly',
        trainedAt: '2026-02-27T16:20:00.000Z',
        trainingImages: 240,
        epochs: 60,
        inputSize: 64,
        inspections: count,
      },
    ],
    thresholds: [
      {
        modelId: '01HMODEL',
        value: 0.0413,
        low: 0.038,
        high: 0.0521,
        mode: 'false-alarm-rate',
        falseAlarmRate: 0.01,
        inspections: count,
      },
    ],
    inspections,
    parts,
    failures: [
      { fileName: 'part-0061.png', reason: 'The file ends in the middle of the image; copy it again.' },
    ],
    evaluation: {
      measuredAt: '2026-02-27T17:00:00.000Z',
      images: 90,
      good: 50,
      defects: 40,
      imageAuroc: 0.9712,
      auprc: 0.9651,
      f1: 0.931,
      f1AtThreshold: 0.925,
      pixelAuroc: 0.9444,
      aupro: null,
      perType: [
        { type: 'scratch', count: 22, imageAuroc: 0.981, pixelAuroc: 0.951, aupro: null },
        { type: 'missing hole', count: 18, imageAuroc: 0.96, pixelAuroc: null, aupro: null },
      ],
    },
    ...options.changes,
  }
}
