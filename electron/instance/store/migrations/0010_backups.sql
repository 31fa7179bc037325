CREATE TABLE `backup_destinations` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`path` text NOT NULL,
	`mount_point` text NOT NULL,
	`volume_id` text,
	`is_readable` integer NOT NULL,
	`separate` integer NOT NULL,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `backup_destinations_name_unique` ON `backup_destinations` (`name`);--> statement-breakpoint
CREATE TABLE `backup_writer` (
	`id` integer PRIMARY KEY NOT NULL,
	`writer_id` text NOT NULL,
	`next_sequence` integer NOT NULL,
	`last_mac` text,
	`home` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `backups` (
	`id` text PRIMARY KEY NOT NULL,
	`destination_id` integer NOT NULL,
	`writer_id` text NOT NULL,
	`folder` text,
	`sequence` integer,
	`why` text NOT NULL,
	`taken_at` integer NOT NULL,
	`state` text NOT NULL,
	`size_bytes` integer,
	`key_fingerprint` text NOT NULL,
	`confirmed_at` integer,
	`error_code` text,
	`error_detail` text,
	`drilled_at` integer,
	`drill_result` text,
	`drill_reason` text,
	FOREIGN KEY (`destination_id`) REFERENCES `backup_destinations`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `backups_by_destination` ON `backups` (`destination_id`,`taken_at`);