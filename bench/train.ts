/**
 * Training speed beside the PyTorch peer, in alternating rounds.
 *
 *   npm run bench:train -- [--seconds 12] [--rounds 3] [--threads 2] [--size 32|128|256] [--json]
 */
import { readArguments } from './arguments.ts'
import { trainingOperations } from './configurations.ts'
import { formatNumber, formatRatio, measureRounds, median, printTable, ratios } from './rounds.ts'

const options = readArguments('bench:train')
const results = (await measureRounds('train', options)).map(({ configuration, own, peer }) => {
  const ownRates = own.map((rates) => rates.trainImagesPerSecond)
  const peerRates = peer.map((rates) => rates.trainImagesPerSecond)
  const achieved = own.map((rates) => rates.trainImagesPerSecond * trainingOperations(configuration))
  return {
    configuration,
    imagesPerSecond: median(ownRates),
    peerImagesPerSecond: median(peerRates),
    ratio: ratios(ownRates, peerRates),
    gigaflops: median(achieved) / 1e9,
    matrixGigaflops: median(own.map((rates) => rates.matrixRate)) / 1e9,
    matrixShare: median(own.map((rates, index) => (achieved[index] ?? Number.NaN) / rates.matrixRate)),
  }
})

if (options.json) console.log(JSON.stringify(results, null, 2))
else
  printTable(
    ['training', 'width', 'batch', 'images/s', 'peer', 'ratio (range)', 'GFLOP/s', '2048³ product', 'share'],
    results.map((result) => [
      result.configuration.name,
      String(result.configuration.width),
      String(result.configuration.batch),
      formatNumber(result.imagesPerSecond),
      formatNumber(result.peerImagesPerSecond),
      formatRatio(result.ratio),
      formatNumber(result.gigaflops),
      formatNumber(result.matrixGigaflops),
      `${(100 * result.matrixShare).toFixed(0)} %`,
    ]),
  )
