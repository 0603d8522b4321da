import type { Migration } from '../migrate.ts'
import { firstTables } from './001-first-tables.ts'

/** Every migration, ascending by version without gaps. A migration that has been released is never edited. */
export const migrations: readonly Migration[] = [firstTables]
