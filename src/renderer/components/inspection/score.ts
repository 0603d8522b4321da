/** The threshold on the normalised scale, whatever the model's own scale is. */
export const normalisedThreshold = 0.5

/**
 * Decimals that a normalised score is written with: two, and more where two would make it look like the threshold
 * though it lies beside it.
 */
export function scoreDigits(score: number): number {
  for (let digits = 2; digits < 4; digits++) {
    const unit = 10 ** digits
    if (Math.round(score * unit) !== normalisedThreshold * unit || score === normalisedThreshold)
      return digits
  }
  return 4
}
