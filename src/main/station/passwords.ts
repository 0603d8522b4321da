/** Password hashes: scrypt with the parameters that OWASP's Password Storage Cheat Sheet names, kept with the hash. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

interface Parameters {
  /** log2 of scrypt's N. */
  readonly cost: number
  readonly blockSize: number
  readonly parallelism: number
}

const present: Parameters = { cost: 17, blockSize: 8, parallelism: 1 }
const saltLength = 16
const keyLength = 32
/** Each hash under way takes 128 MB. */
const atOnce = 2

let running = 0
const waiting: (() => void)[] = []

/** The hash to keep, with its parameters: `scrypt$17$8$1$<salt>$<key>`, both in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltLength)
  const key = await derive(password, salt, present)
  const { cost, blockSize, parallelism } = present
  return ['scrypt', cost, blockSize, parallelism, salt.toString('base64url'), key.toString('base64url')].join(
    '$',
  )
}

/**
 * True if it is the password. Without a hash (no such user, no password yet) the same work is done for nothing, so
 * that the time taken does not tell which names there are.
 */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  const parts = /^scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([\w-]+)\$([\w-]+)$/.exec(hash ?? '')
  if (parts === null) {
    await derive(password, randomBytes(saltLength), present)
    return false
  }
  const [, cost, blockSize, parallelism, salt = '', key = ''] = parts
  const expected = Buffer.from(key, 'base64url')
  const found = await derive(password, Buffer.from(salt, 'base64url'), {
    cost: Number(cost),
    blockSize: Number(blockSize),
    parallelism: Number(parallelism),
  })
  return expected.byteLength === found.byteLength && timingSafeEqual(expected, found)
}

async function derive(password: string, salt: Buffer, parameters: Parameters): Promise<Buffer> {
  if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
  else running++
  try {
    const { cost, blockSize: r, parallelism: p } = parameters
    const N = 2 ** cost
    // The memory that scrypt needs, and a little more.
    const maxmem = 128 * N * r * p + (1 << 20)
    return await new Promise<Buffer>((resolve, reject) => {
      // Keyboards and systems spell accents differently; the password is the same.
      scrypt(password.normalize('NFKC'), salt, keyLength, { N, r, p, maxmem }, (error, key) => {
        if (error) reject(error)
        else resolve(key)
      })
    })
  } finally {
    // The place goes to the next in line, or is free.
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}
