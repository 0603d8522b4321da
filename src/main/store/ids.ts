import { randomBytes } from 'node:crypto'

/**
 * Crockford's base 32 in lower case: no letter that is misread, safe in URLs and on file systems that
 * ignore case, and ordered like its digits.
 */
const digits = '0123456789abcdefghjkmnpqrstvwxyz'
const timeLength = 9
const randomLength = 10

let lastTime = 0
let lastRandom: number[] = []

/**
 * A new id: 9 characters of milliseconds since 1970 and 10 random ones (50 bits), e.g. `1jz3k8p0q7h2m4v9xw5`.
 * Ids of one process ascend strictly, also within a millisecond and when the clock steps back, so sorting by
 * id is sorting by age.
 */
export function newId(now: number = Date.now()): string {
  if (now > lastTime) {
    lastTime = now
    // The top bit stays 0 so that counting up within a millisecond cannot overflow.
    lastRandom = Array.from(randomBytes(randomLength), (byte, index) => byte & (index === 0 ? 15 : 31))
  } else {
    countUp(lastRandom)
  }
  let time = ''
  for (let rest = lastTime, index = 0; index < timeLength; index++, rest = Math.floor(rest / 32)) {
    time = digits.charAt(rest % 32) + time
  }
  return time + lastRandom.map((value) => digits.charAt(value)).join('')
}

function countUp(values: number[]): void {
  for (let index = values.length - 1; index >= 0; index--) {
    const value = (values[index] ?? 0) + 1
    values[index] = value % 32
    if (value < 32) return
  }
}

/** True if the text could be an id of ours: what may become part of a path. */
export function isId(text: string): boolean {
  return /^[0-9a-z]{6,40}$/.test(text)
}
