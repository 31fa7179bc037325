CREATE TABLE `former_emails` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` integer NOT NULL,
	`email` text NOT NULL,
	`until` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE TABLE `env_var_moves` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`environment_id` integer NOT NULL,
	`env_var_id` integer NOT NULL,
	`name` text NOT NULL,
	`former_name` text,
	`is_secret` integer NOT NULL,
	`change` text NOT NULL,
	`version` integer NOT NULL,
	`changed_by` text NOT NULL,
	`changed_at` integer NOT NULL,
	FOREIGN KEY (`environment_id`) REFERENCES `environments`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `env_var_moves_by_environment` ON `env_var_moves` (`environment_id`,`env_var_id`,`version`);--> statement-breakpoint
CREATE INDEX `env_var_moves_by_time` ON `env_var_moves` (`changed_at`);--> statement-breakpoint
CREATE INDEX `audit_log_by_actor` ON `audit_log` (`actor_kind`,`user_id`,`actor`,`at`);