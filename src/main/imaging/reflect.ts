/** Index into 0…length−1, mirrored at both ends with the edge repeated: …1 0 | 0 1 … n−1 | n−1 n−2… */
export function reflect(index: number, length: number): number {
  if (index >= 0 && index < length) return index
  const period = 2 * length
  const inside = ((index % period) + period) % period
  return inside < length ? inside : period - 1 - inside
}
