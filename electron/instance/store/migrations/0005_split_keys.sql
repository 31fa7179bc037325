CREATE TABLE `key_shares` (
	`split_id` integer NOT NULL,
	`number` integer NOT NULL,
	`mac` blob NOT NULL,
	`place` text,
	`volume_id` text,
	`separate` integer NOT NULL,
	`verified_at` integer,
	PRIMARY KEY(`split_id`, `number`),
	FOREIGN KEY (`split_id`) REFERENCES `key_splits`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE TABLE `key_splits` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`fingerprint` text NOT NULL,
	`identifier` integer NOT NULL,
	`threshold` integer NOT NULL,
	`share_count` integer NOT NULL,
	`made_at` integer NOT NULL,
	`combined_at` integer
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `key_splits_identifier_unique` ON `key_splits` (`identifier`);