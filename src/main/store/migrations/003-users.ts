import type { Migration } from '../migrate.ts'

/**
 * Who may use a station: people, the one-time links that set a password, and sessions. Links and sessions are kept
 * as SHA-256 of what the browser holds, so that a copy of the database lets nobody in. `station` is the one
 * station that serves the data folder, known to be alive by its store's lease.
 */
export const users: Migration = {
  version: 3,
  name: 'users',
  sql: `
CREATE TABLE user (
  id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL CHECK (role IN ('operator', 'engineer', 'administrator')),
  password TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE setup_link (
  token_sha256 TEXT PRIMARY KEY NOT NULL CHECK (length(token_sha256) = 64),
  user_id TEXT NOT NULL REFERENCES user ON DELETE CASCADE,
  expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX setup_link_by_user ON setup_link (user_id);

CREATE TABLE session (
  token_sha256 TEXT PRIMARY KEY NOT NULL CHECK (length(token_sha256) = 64),
  user_id TEXT NOT NULL REFERENCES user ON DELETE CASCADE,
  created_at TEXT NOT NULL,
  used_at TEXT NOT NULL
) STRICT;
CREATE INDEX session_by_user ON session (user_id);

CREATE TABLE station (
  id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
  owner TEXT NOT NULL,
  pid INTEGER NOT NULL,
  address TEXT,
  started_at TEXT NOT NULL
) STRICT;
`,
}
