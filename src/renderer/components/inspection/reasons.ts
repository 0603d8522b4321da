import type { Review } from '../../../contract/index.ts'

/**
 * Reasons that people gave before for the same kind of change, the most used first; what is suggested to a beginner
 * comes after them.
 *
 * @param reviews newest first
 */
export function suggestedReasons(
  reviews: readonly Pick<Review, 'verdict' | 'reason'>[],
  verdict: Review['verdict'],
  defaults: readonly string[],
  limit = 8,
): string[] {
  const counts = new Map<string, number>()
  for (const review of reviews) {
    const reason = review.reason.trim()
    if (review.verdict !== verdict || reason === '') continue
    counts.set(reason, (counts.get(reason) ?? 0) + 1)
  }
  // Map keeps the order of arrival and the sort is stable: of equals the newest comes first.
  const used = [...counts].sort((a, b) => b[1] - a[1]).map(([reason]) => reason)
  return [...new Set([...used, ...defaults])].slice(0, limit)
}
