import type { Source } from '../../contract/common.ts'
import type { Caller } from './caller.ts'
import type { Core } from './core.ts'

export interface SourcesOptions {
  readonly face: 'desktop' | 'station'
  /** Allowed for this start only, besides those kept in the database. */
  readonly allowedFolders: readonly string[]
}

/** Images of a source, ready to be read. */
export interface ResolvedSource {
  readonly paths: readonly string[]
  readonly name: string
  /** Removes an upload. */
  release(): Promise<void>
}

/** Where images may come from. */
export class Sources {
  constructor(core: Core, options: SourcesOptions) {
    void [core, options]
  }

  resolve(source: Source, caller: Caller): Promise<ResolvedSource> {
    void caller
    return Promise.reject(new Error(`not yet: ${source.kind}`))
  }
}
