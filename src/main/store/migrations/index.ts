import type { Migration } from '../migrate.ts'
import { firstTables } from './001-first-tables.ts'
import { reviews } from './002-reviews.ts'
import { users } from './003-users.ts'

/** Every migration, ascending by version without gaps. A migration that has been released is never edited. */
export const migrations: readonly Migration[] = [firstTables, reviews, users]
