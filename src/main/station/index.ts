#!/usr/bin/env node
/** `npm run station`: the station. Loads nothing before it knows that this Node can run it. */

import { enableCompileCache } from 'node:module'

// The database's native library needs Node 22; on older ones it takes the process down without a word.
const oldest = 22
const major = Number(process.versions.node.split('.')[0])
if (major < oldest) {
  process.stderr.write(
    `flawline: Node ${oldest} or newer is needed, this is ${process.versions.node}. In the project's folder, "npm run station" uses the one that npm installed.\n`,
  )
  process.exitCode = 1
} else {
  enableCompileCache()
  const { runStation } = await import('./command.ts')
  process.exitCode = await runStation(process.argv.slice(2))
  // Should anything keep the process alive after its end in order, it does not for long.
  setTimeout(() => process.exit(), 500).unref()
}
