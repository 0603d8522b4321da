#!/usr/bin/env node
/** `flawline`: the command line. Loads nothing before it knows that this Node can run it. */

import { enableCompileCache } from 'node:module'

// The database's native library needs Node 22; on older ones it takes the process down without a word.
const oldest = 22
const major = Number(process.versions.node.split('.')[0])
if (major < oldest) {
  process.stderr.write(
    `flawline: Node ${oldest} or newer is needed, this is ${process.versions.node}. In the project's folder, "npm run -s flawline -- …" uses the one that npm installed.\n`,
  )
  process.exitCode = 1
} else {
  // Compiled code is kept between runs: a command starts in half the time.
  enableCompileCache()
  const { main } = await import('./main.ts')
  process.exitCode = await main(process.argv.slice(2))
}
