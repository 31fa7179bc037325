CREATE TABLE `read_set_members` (
	`set_id` integer NOT NULL,
	`env_var_id` integer NOT NULL,
	PRIMARY KEY(`set_id`, `env_var_id`),
	FOREIGN KEY (`set_id`) REFERENCES `read_sets`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`env_var_id`) REFERENCES `env_vars`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `read_set_members_by_variable` ON `read_set_members` (`env_var_id`);--> statement-breakpoint
CREATE TABLE `read_sets` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`hash` blob NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `read_sets_hash_unique` ON `read_sets` (`hash`);--> statement-breakpoint
CREATE TABLE `unusual_reads` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`rule` text NOT NULL,
	`reader` text NOT NULL,
	`kind` text NOT NULL,
	`via` text,
	`name` text NOT NULL,
	`project_id` integer,
	`how` text NOT NULL,
	`variables` integer NOT NULL,
	`ip` text,
	`dismissed_at` integer,
	`dismissed_by` text
) STRICT;
--> statement-breakpoint
CREATE INDEX `unusual_reads_open` ON `unusual_reads` (`id`) WHERE dismissed_at IS NULL;--> statement-breakpoint
CREATE INDEX `unusual_reads_by_reader` ON `unusual_reads` (`reader`);--> statement-breakpoint
CREATE TABLE `env_var_readers` (
	`reader` text PRIMARY KEY NOT NULL,
	`first_at` integer NOT NULL,
	`bulk_at` integer
) STRICT;
--> statement-breakpoint
CREATE TABLE `env_var_reads` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`set_id` integer NOT NULL,
	`reader` text NOT NULL,
	`kind` text NOT NULL,
	`via` text,
	`name` text NOT NULL,
	`how` text NOT NULL,
	`day` integer NOT NULL,
	`together` integer NOT NULL,
	`count` integer NOT NULL,
	`first_at` integer NOT NULL,
	`last_at` integer NOT NULL,
	`ip` text,
	FOREIGN KEY (`set_id`) REFERENCES `read_sets`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `env_var_reads_of_day` ON `env_var_reads` (`set_id`,`reader`,`how`,`day`);--> statement-breakpoint
CREATE INDEX `env_var_reads_by_day` ON `env_var_reads` (`day`);