CREATE TABLE `env_import_items` (
	`import_id` integer NOT NULL,
	`env_var_id` integer NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`version_before` integer,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`import_id`, `env_var_id`),
	FOREIGN KEY (`import_id`) REFERENCES `env_imports`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `env_import_items_removed` ON `env_import_items` (`env_var_id`) WHERE kind = 'removed';--> statement-breakpoint
CREATE TABLE `env_imports` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`environment_id` integer NOT NULL,
	`imported_at` integer NOT NULL,
	`imported_by` text NOT NULL,
	FOREIGN KEY (`environment_id`) REFERENCES `environments`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `env_imports_environment_id_unique` ON `env_imports` (`environment_id`);