import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { createRouterClient } from '@orpc/server'
import type { Role } from '../../../../src/contract/system.ts'
import type { Caller } from '../../../../src/main/app/caller.ts'
import { createCore } from '../../../../src/main/app/core.ts'
import { createContentHandler } from '../../../../src/main/app/content/index.ts'
import { createRouter } from '../../../../src/main/app/router/index.ts'
import { createServices, type Services } from '../../../../src/main/app/services.ts'
import { temporaryFolder } from '../../store/support.ts'

export function callerNamed(name: string, role: Role = 'administrator'): Caller {
  return { user: { name, role }, signIn: true }
}

/** Services over a data folder of its own, closed after the test, with a folder beside it for source images. */
export function temporaryServices(t: TestContext, allowed: readonly string[] = []) {
  const root = realpathSync(temporaryFolder(t))
  const outside = path.join(root, 'outside')
  mkdirSync(outside)
  const core = createCore(path.join(root, 'data'), { log: () => undefined })
  const services = createServices(core, {
    face: 'station',
    allowedFolders: allowed.map((name) => {
      mkdirSync(path.join(root, name), { recursive: true })
      return path.join(root, name)
    }),
  })
  t.after(async () => {
    await services.close()
    await core.close()
  })
  const handler = createContentHandler(services)
  const ada = callerNamed('Ada')
  return {
    root,
    outside,
    core,
    services,
    store: core.store,
    clientOf: (caller: Caller = ada) => createRouterClient(createRouter(services), { context: caller }),
    /** Asks the content handler. */
    ask: (address: string, init?: RequestInit & { duplex?: 'half' }, caller: Caller = ada) =>
      handler(new Request(`http://station/${address}`, init), caller),
  }
}

/** Waits until a job has ended. */
export async function ended(services: Services, id: string) {
  for (;;) {
    const job = services.jobs.get(id)
    if (job.endedAt !== null) return job
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

export function write(folder: string, name: string, content: string | Uint8Array): string {
  const file = path.join(folder, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, content)
  return file
}
