CREATE TABLE `key_custody` (
	`id` integer PRIMARY KEY NOT NULL,
	`chosen` text,
	`keychain_name` text,
	`home` text
) STRICT;
--> statement-breakpoint
CREATE TABLE `commit_mark` (
	`id` integer PRIMARY KEY NOT NULL,
	`mark` text NOT NULL
) STRICT;
