ALTER TABLE `api_keys` ADD `parent_id` integer REFERENCES api_keys(id) ON DELETE cascade;--> statement-breakpoint
ALTER TABLE `deployment_tokens` ADD `parent_id` integer REFERENCES api_keys(id) ON DELETE cascade;--> statement-breakpoint
CREATE TABLE `audit_anchors` (
	`last_id` integer PRIMARY KEY NOT NULL,
	`hash` blob NOT NULL,
	`removed` integer NOT NULL,
	`at` integer NOT NULL
) STRICT;
--> statement-breakpoint
ALTER TABLE `audit_log` ADD `hash` blob;--> statement-breakpoint
-- A line follows the last one, with its place in the chain: nothing is put in between, or in another's place.
CREATE TRIGGER `audit_log_no_insert` BEFORE INSERT ON `audit_log`
WHEN NEW.hash IS NULL OR NEW.id IS NOT 1 + max(
  (SELECT coalesce(max(id), 0) FROM audit_log), (SELECT coalesce(max(last_id), 0) FROM audit_anchors))
BEGIN
  SELECT RAISE(ABORT, 'audit_log is append-only');
END;
--> statement-breakpoint
DROP TRIGGER `audit_log_no_delete`;
--> statement-breakpoint
-- Only a beginning may go, and only once an anchor says where the rest of the chain begins.
CREATE TRIGGER `audit_log_no_delete` BEFORE DELETE ON `audit_log`
WHEN OLD.id > (SELECT coalesce(max(last_id), 0) FROM audit_anchors)
BEGIN
  SELECT RAISE(ABORT, 'audit_log is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `audit_anchors_no_insert` BEFORE INSERT ON `audit_anchors`
WHEN NEW.last_id <= (SELECT coalesce(max(last_id), 0) FROM audit_anchors)
  OR NOT EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.last_id AND hash = NEW.hash)
BEGIN
  SELECT RAISE(ABORT, 'audit_anchors is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `audit_anchors_no_update` BEFORE UPDATE ON `audit_anchors`
BEGIN
  SELECT RAISE(ABORT, 'audit_anchors is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `audit_anchors_no_delete` BEFORE DELETE ON `audit_anchors`
BEGIN
  SELECT RAISE(ABORT, 'audit_anchors is append-only');
END;
