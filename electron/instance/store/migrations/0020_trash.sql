CREATE TABLE `trash` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`project_id` integer,
	`environment_id` integer,
	`deleted_at` integer NOT NULL,
	`deleted_by` text NOT NULL,
	`is_erasing` integer DEFAULT false NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`environment_id`) REFERENCES `environments`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `trash_by_project` ON `trash` (`project_id`);--> statement-breakpoint
CREATE INDEX `trash_by_environment` ON `trash` (`environment_id`);--> statement-breakpoint
CREATE TABLE `trash_items` (
	`trash_id` integer NOT NULL,
	`env_var_id` integer NOT NULL,
	`kind` text NOT NULL,
	PRIMARY KEY(`trash_id`, `env_var_id`),
	FOREIGN KEY (`trash_id`) REFERENCES `trash`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`env_var_id`) REFERENCES `env_vars`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `trash_items_by_variable` ON `trash_items` (`env_var_id`);--> statement-breakpoint
DROP INDEX `projects_slug_unique`;--> statement-breakpoint
ALTER TABLE `projects` ADD `hidden` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `projects_by_slug` ON `projects` (`slug`) WHERE hidden = 0;--> statement-breakpoint
DROP INDEX `environments_by_slug`;--> statement-breakpoint
ALTER TABLE `environments` ADD `hidden` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `environments_by_project` ON `environments` (`project_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `environments_by_slug` ON `environments` (`project_id`,`slug`) WHERE hidden = 0;