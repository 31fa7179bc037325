CREATE TABLE `backup_other_writers` (
	`writer_id` text PRIMARY KEY NOT NULL,
	`first_seen_at` integer NOT NULL,
	`newest_taken_at` integer NOT NULL,
	`newest_at` text NOT NULL,
	`verdict` text,
	`verdict_at` integer
) STRICT;
--> statement-breakpoint
ALTER TABLE `backup_destinations` ADD `retention` text;--> statement-breakpoint
ALTER TABLE `backup_writer` ADD `since` integer;--> statement-breakpoint
ALTER TABLE `backups` ADD `gone_at` integer;--> statement-breakpoint
ALTER TABLE `backups` ADD `is_held` integer DEFAULT false NOT NULL;