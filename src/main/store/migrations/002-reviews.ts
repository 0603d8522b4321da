import type { Migration } from '../migrate.ts'

/**
 * What people say of verdicts, projects that are put away, and where images may be read from.
 *
 * A review is a row that is never rewritten; `verdict` NULL withdraws what was said before. The newest one's word
 * stands on the inspection too, put there by a trigger and so in the same transaction, because the history filters
 * by it; what the model judged is out of reach for any UPDATE.
 *
 * Counting goes through the indexes alone. SQLite does not count a virtual column among those that an index covers
 * (3.54), so the indexes end in the two columns that `final_verdict` is made of, and sums are taken over those.
 */
export const reviews: Migration = {
  version: 2,
  name: 'reviews',
  sql: `
CREATE TABLE review (
  -- Counts up, so the greatest is the newest whatever the clock did.
  id INTEGER PRIMARY KEY,
  inspection_id TEXT NOT NULL REFERENCES inspection ON DELETE CASCADE,
  verdict TEXT CHECK (verdict IN ('ok', 'ng')),
  defect_type TEXT CHECK (defect_type IS NULL OR verdict IS NOT NULL),
  reason TEXT NOT NULL,
  reviewer TEXT NOT NULL,
  reviewed_at TEXT NOT NULL
) STRICT;
CREATE INDEX review_by_inspection ON review (inspection_id, id);

ALTER TABLE inspection ADD COLUMN review_verdict TEXT CHECK (review_verdict IN ('ok', 'ng'));
ALTER TABLE inspection ADD COLUMN review_defect_type TEXT;
ALTER TABLE inspection ADD COLUMN final_verdict TEXT NOT NULL
  GENERATED ALWAYS AS (coalesce(review_verdict, verdict)) VIRTUAL;

CREATE TRIGGER review_is_history BEFORE UPDATE ON review BEGIN
  SELECT RAISE(ABORT, 'a review is never rewritten; add a new one');
END;
-- Goes only with its inspection, which is gone already when a deletion cascades.
CREATE TRIGGER review_is_kept BEFORE DELETE ON review
  WHEN EXISTS (SELECT 1 FROM inspection WHERE id = OLD.inspection_id) BEGIN
  SELECT RAISE(ABORT, 'a review is never deleted; add one that withdraws it');
END;
CREATE TRIGGER review_is_newest AFTER INSERT ON review BEGIN
  UPDATE inspection SET review_verdict = NEW.verdict, review_defect_type = NEW.defect_type
    WHERE id = NEW.inspection_id;
END;
CREATE TRIGGER inspection_is_history BEFORE UPDATE OF id, project_id, model_id, calibration_id, lot_id, file_name,
  source_path, image_sha256, width, height, score_latent, score_map, score_combined, score, normalised_score,
  threshold, verdict, milliseconds, region_count, inspected_at ON inspection BEGIN
  SELECT RAISE(ABORT, 'what was judged is never rewritten; add a review');
END;

DROP INDEX inspection_by_time;
DROP INDEX inspection_by_verdict;
DROP INDEX inspection_by_lot;
DROP INDEX inspection_by_model;
CREATE INDEX inspection_by_time ON inspection
  (project_id, inspected_at, id, verdict, review_verdict, normalised_score, milliseconds);
CREATE INDEX inspection_by_verdict ON inspection
  (project_id, final_verdict, inspected_at, id, normalised_score);
CREATE INDEX inspection_by_lot ON inspection
  (lot_id, inspected_at, id, project_id, verdict, review_verdict, normalised_score, milliseconds);
CREATE INDEX inspection_by_model ON inspection
  (model_id, inspected_at, id, project_id, verdict, review_verdict, normalised_score, milliseconds);
-- Few are reviewed, fewer by type.
CREATE INDEX inspection_by_review ON inspection
  (project_id, inspected_at, id, verdict, review_verdict, normalised_score, milliseconds)
  WHERE review_verdict IS NOT NULL;
CREATE INDEX inspection_by_defect_type ON inspection
  (project_id, review_defect_type, inspected_at, id, verdict, review_verdict, normalised_score, milliseconds)
  WHERE review_defect_type IS NOT NULL;

-- The gallery goes in the order of import whatever it is filtered by, and jumps far ahead: one index holds the order
-- and all it is filtered by, so that what is passed over is never read.
DROP INDEX sample_by_split;
CREATE INDEX sample_by_split ON sample (project_id, split, label, defect_type);
CREATE INDEX sample_by_import ON sample (project_id, id, split, label, defect_type, original_name);

ALTER TABLE project ADD COLUMN archived_at TEXT;

-- Folders of the machine that images may be read from, as absolute paths without symbolic links.
CREATE TABLE allowed_folder (
  path TEXT PRIMARY KEY NOT NULL,
  allowed_by TEXT NOT NULL,
  allowed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
  name TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL CHECK (json_valid(value)),
  updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`,
}
