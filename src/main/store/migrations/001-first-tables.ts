import type { Migration } from '../migrate.ts'

/**
 * The first tables. Times are ISO 8601 in UTC with milliseconds, so that text order is time order. A cascade
 * runs from the project downwards only; every other reference refuses the deletion of what it needs.
 */
export const firstTables: Migration = {
  version: 1,
  name: 'first tables',
  sql: `
CREATE TABLE project (
  id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL,
  millimetres_per_pixel REAL CHECK (millimetres_per_pixel > 0),
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE sample (
  id TEXT PRIMARY KEY NOT NULL,
  project_id TEXT NOT NULL REFERENCES project ON DELETE CASCADE,
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  extension TEXT NOT NULL,
  original_name TEXT NOT NULL,
  original_path TEXT NOT NULL,
  width INTEGER NOT NULL CHECK (width > 0),
  height INTEGER NOT NULL CHECK (height > 0),
  channels INTEGER NOT NULL,
  bits INTEGER NOT NULL CHECK (bits IN (8, 16)),
  label TEXT NOT NULL CHECK (label IN ('good', 'defect', 'unlabelled')),
  defect_type TEXT,
  split TEXT NOT NULL CHECK (split IN ('train', 'validation', 'test')),
  group_key TEXT,
  mask_sha256 TEXT CHECK (length(mask_sha256) = 64),
  mask_extension TEXT,
  imported_at TEXT NOT NULL,
  CHECK ((mask_sha256 IS NULL) = (mask_extension IS NULL)),
  UNIQUE (project_id, sha256)
) STRICT;
CREATE INDEX sample_by_split ON sample (project_id, split, label);
CREATE INDEX sample_by_image ON sample (sha256);
CREATE INDEX sample_by_mask ON sample (mask_sha256) WHERE mask_sha256 IS NOT NULL;

CREATE TABLE snapshot (
  id TEXT PRIMARY KEY NOT NULL,
  project_id TEXT NOT NULL REFERENCES project ON DELETE CASCADE,
  seed INTEGER NOT NULL,
  validation_fraction REAL NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX snapshot_by_project ON snapshot (project_id, created_at);

CREATE TABLE snapshot_sample (
  snapshot_id TEXT NOT NULL REFERENCES snapshot ON DELETE CASCADE,
  sample_id TEXT NOT NULL REFERENCES sample,
  split TEXT NOT NULL CHECK (split IN ('train', 'validation')),
  PRIMARY KEY (snapshot_id, sample_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX snapshot_sample_by_sample ON snapshot_sample (sample_id);

CREATE TABLE training_run (
  id TEXT PRIMARY KEY NOT NULL,
  project_id TEXT NOT NULL REFERENCES project ON DELETE CASCADE,
  snapshot_id TEXT NOT NULL REFERENCES snapshot,
  family TEXT NOT NULL,
  config TEXT NOT NULL CHECK (json_valid(config)),
  engine TEXT NOT NULL,
  engine_used TEXT,
  false_alarm_rate REAL NOT NULL,
  state TEXT NOT NULL
    CHECK (state IN ('queued', 'running', 'finished', 'cancelled', 'failed', 'interrupted')),
  owner TEXT,
  epochs_done INTEGER NOT NULL,
  error TEXT,
  created_at TEXT NOT NULL,
  started_at TEXT,
  ended_at TEXT,
  CHECK (state <> 'running' OR owner IS NOT NULL)
) STRICT;
CREATE INDEX training_run_by_project ON training_run (project_id, created_at);
CREATE INDEX training_run_by_snapshot ON training_run (snapshot_id);
CREATE INDEX training_run_by_state ON training_run (state);

CREATE TABLE metric (
  run_id TEXT NOT NULL REFERENCES training_run ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  name TEXT NOT NULL,
  value REAL,
  PRIMARY KEY (run_id, epoch, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE model (
  id TEXT PRIMARY KEY NOT NULL,
  project_id TEXT NOT NULL REFERENCES project ON DELETE CASCADE,
  run_id TEXT UNIQUE REFERENCES training_run,
  metadata TEXT NOT NULL CHECK (json_valid(metadata)),
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  published INTEGER NOT NULL CHECK (published IN (0, 1)),
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX model_by_project ON model (project_id, created_at);

CREATE TABLE calibration (
  id TEXT PRIMARY KEY NOT NULL,
  model_id TEXT NOT NULL REFERENCES model ON DELETE CASCADE,
  score_name TEXT NOT NULL CHECK (score_name IN ('latent', 'map', 'combined')),
  threshold REAL NOT NULL,
  low REAL NOT NULL,
  high REAL NOT NULL,
  mode TEXT NOT NULL CHECK (mode IN ('false-alarm-rate', 'f1', 'manual')),
  false_alarm_rate REAL NOT NULL,
  pixel_threshold REAL NOT NULL,
  spread REAL NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX calibration_by_model ON calibration (model_id, id);
CREATE TRIGGER calibration_is_history BEFORE UPDATE ON calibration BEGIN
  SELECT RAISE(ABORT, 'a calibration is never rewritten; add a new one');
END;

CREATE TABLE lot (
  id TEXT PRIMARY KEY NOT NULL,
  project_id TEXT NOT NULL REFERENCES project ON DELETE CASCADE,
  name TEXT NOT NULL,
  created_at TEXT NOT NULL,
  UNIQUE (project_id, name)
) STRICT;

CREATE TABLE inspection (
  id TEXT PRIMARY KEY NOT NULL,
  project_id TEXT NOT NULL REFERENCES project ON DELETE CASCADE,
  model_id TEXT NOT NULL REFERENCES model,
  calibration_id TEXT NOT NULL REFERENCES calibration,
  lot_id TEXT REFERENCES lot,
  file_name TEXT NOT NULL,
  source_path TEXT NOT NULL,
  image_sha256 TEXT NOT NULL CHECK (length(image_sha256) = 64),
  image_extension TEXT,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  score_latent REAL NOT NULL,
  score_map REAL NOT NULL,
  score_combined REAL NOT NULL,
  score REAL NOT NULL,
  normalised_score REAL NOT NULL,
  threshold REAL NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('ok', 'ng')),
  milliseconds REAL NOT NULL,
  has_map INTEGER NOT NULL CHECK (has_map IN (0, 1)),
  region_count INTEGER NOT NULL,
  inspected_at TEXT NOT NULL
) STRICT;
-- The last two columns let a summary be counted from the index alone.
CREATE INDEX inspection_by_time ON inspection (project_id, inspected_at, id, verdict, milliseconds);
CREATE INDEX inspection_by_verdict ON inspection (project_id, verdict, inspected_at, id);
CREATE INDEX inspection_by_lot ON inspection (lot_id, inspected_at, id);
CREATE INDEX inspection_by_model ON inspection (model_id, inspected_at, id);
CREATE INDEX inspection_by_calibration ON inspection (calibration_id);
CREATE INDEX inspection_by_image ON inspection (image_sha256);

CREATE TABLE region (
  inspection_id TEXT NOT NULL REFERENCES inspection ON DELETE CASCADE,
  position INTEGER NOT NULL,
  x REAL NOT NULL,
  y REAL NOT NULL,
  width REAL NOT NULL,
  height REAL NOT NULL,
  contour TEXT NOT NULL CHECK (json_valid(contour)),
  area_pixels REAL NOT NULL,
  peak REAL NOT NULL,
  peak_x REAL NOT NULL,
  peak_y REAL NOT NULL,
  PRIMARY KEY (inspection_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE evaluation (
  id TEXT PRIMARY KEY NOT NULL,
  model_id TEXT NOT NULL REFERENCES model ON DELETE CASCADE,
  results TEXT NOT NULL CHECK (json_valid(results)),
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX evaluation_by_model ON evaluation (model_id, id);

-- Files whose row is gone. Triggers fill it in the very transaction that deletes the row, whoever deletes it,
-- so a process killed between the row and the file leaves a note and no litter.
CREATE TABLE doomed_file (
  area TEXT NOT NULL CHECK (area IN ('images', 'maps', 'models')),
  name TEXT NOT NULL,
  PRIMARY KEY (area, name)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER sample_leaves_files AFTER DELETE ON sample BEGIN
  INSERT OR IGNORE INTO doomed_file VALUES ('images', OLD.sha256 || '.' || OLD.extension);
  INSERT OR IGNORE INTO doomed_file
    SELECT 'images', OLD.mask_sha256 || '.' || OLD.mask_extension WHERE OLD.mask_sha256 IS NOT NULL;
END;
CREATE TRIGGER inspection_leaves_files AFTER DELETE ON inspection BEGIN
  INSERT OR IGNORE INTO doomed_file SELECT 'maps', OLD.id || '.png' WHERE OLD.has_map = 1;
  INSERT OR IGNORE INTO doomed_file
    SELECT 'images', OLD.image_sha256 || '.' || OLD.image_extension WHERE OLD.image_extension IS NOT NULL;
END;
CREATE TRIGGER training_run_leaves_files AFTER DELETE ON training_run BEGIN
  INSERT OR IGNORE INTO doomed_file VALUES ('models', OLD.id);
END;
CREATE TRIGGER model_leaves_files AFTER DELETE ON model BEGIN
  INSERT OR IGNORE INTO doomed_file VALUES ('models', OLD.id);
END;
`,
}
