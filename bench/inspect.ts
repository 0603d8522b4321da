/**
 * Inspection speed of the bare engine beside the PyTorch peer, in batches and one image at a time.
 *
 *   npm run bench:inspect -- [--seconds 12] [--rounds 3] [--threads 2] [--size 32|128|256] [--json]
 */
import { readArguments } from './arguments.ts'
import { inspectionOperations } from './configurations.ts'
import { formatNumber, formatRatio, measureRounds, median, printTable, ratios } from './rounds.ts'

const options = readArguments('bench:inspect')
const results = (await measureRounds('inspect', options)).map(({ configuration, own, peer }) => {
  const ownBatch = own.map((rates) => rates.inspectImagesPerSecond)
  const peerBatch = peer.map((rates) => rates.inspectImagesPerSecond)
  const ownSingle = own.map((rates) => rates.inspectMillisecondsSingle)
  const peerSingle = peer.map((rates) => rates.inspectMillisecondsSingle)
  const achieved = ownBatch.map((rate) => rate * inspectionOperations(configuration))
  return {
    configuration,
    imagesPerSecond: median(ownBatch),
    peerImagesPerSecond: median(peerBatch),
    batchRatio: ratios(ownBatch, peerBatch),
    millisecondsSingle: median(ownSingle),
    peerMillisecondsSingle: median(peerSingle),
    // Times, not rates: the other way round.
    singleRatio: ratios(
      ownSingle.map((time) => 1 / time),
      peerSingle.map((time) => 1 / time),
    ),
    gigaflops: median(achieved) / 1e9,
    matrixGigaflops: median(own.map((rates) => rates.matrixRate)) / 1e9,
    matrixShare: median(own.map((rates, index) => (achieved[index] ?? Number.NaN) / rates.matrixRate)),
  }
})

if (options.json) console.log(JSON.stringify(results, null, 2))
else
  printTable(
    [
      ...[
        'inspection',
        'width',
        'batch',
        'images/s',
        'peer',
        'ratio (range)',
        'one image, ms',
        'peer',
        'ratio (range)',
      ],
      ...['GFLOP/s', '2048³ product', 'share'],
    ],
    results.map((result) => [
      result.configuration.name,
      String(result.configuration.width),
      String(result.configuration.batch),
      formatNumber(result.imagesPerSecond),
      formatNumber(result.peerImagesPerSecond),
      formatRatio(result.batchRatio),
      formatNumber(result.millisecondsSingle),
      formatNumber(result.peerMillisecondsSingle),
      formatRatio(result.singleRatio),
      formatNumber(result.gigaflops),
      formatNumber(result.matrixGigaflops),
      `${(100 * result.matrixShare).toFixed(0)} %`,
    ]),
  )
