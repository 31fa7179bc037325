CREATE TABLE `restored_backup` (
	`id` integer PRIMARY KEY NOT NULL,
	`backup_id` text NOT NULL,
	`taken_at` integer NOT NULL,
	`restored_at` integer NOT NULL,
	`is_verified` integer NOT NULL,
	`old_computer` text
) STRICT;
