CREATE TABLE `audit_log` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`operation` text NOT NULL,
	`actor_kind` text NOT NULL,
	`user_id` integer,
	`actor` text NOT NULL,
	`ip` text,
	`data` text
) STRICT;
--> statement-breakpoint
CREATE INDEX `audit_log_by_time` ON `audit_log` (`at`);--> statement-breakpoint
CREATE INDEX `audit_log_by_operation` ON `audit_log` (`operation`);--> statement-breakpoint
CREATE TABLE `local_certificates` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`purpose` text NOT NULL,
	`certificate_pem` text NOT NULL,
	`private_key_secret_id` text NOT NULL,
	`names` text NOT NULL,
	`not_before` integer NOT NULL,
	`not_after` integer NOT NULL,
	FOREIGN KEY (`private_key_secret_id`) REFERENCES `secrets`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `local_certificates_purpose_unique` ON `local_certificates` (`purpose`);--> statement-breakpoint
CREATE TABLE `api_keys` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` integer,
	`name` text NOT NULL,
	`key_prefix` text NOT NULL,
	`secret_id` text NOT NULL,
	`role_type` text NOT NULL,
	`permissions` text,
	`is_active` integer DEFAULT true NOT NULL,
	`expires_at` integer,
	`last_used_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`secret_id`) REFERENCES `secrets`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_name_unique` ON `api_keys` (`name`);--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_key_prefix_unique` ON `api_keys` (`key_prefix`);--> statement-breakpoint
CREATE TABLE `deployment_tokens` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`project_id` integer NOT NULL,
	`name` text NOT NULL,
	`token_prefix` text NOT NULL,
	`secret_id` text NOT NULL,
	`permissions` text,
	`is_active` integer DEFAULT true NOT NULL,
	`expires_at` integer,
	`last_used_at` integer,
	`created_by` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`secret_id`) REFERENCES `secrets`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `deployment_tokens_token_prefix_unique` ON `deployment_tokens` (`token_prefix`);--> statement-breakpoint
CREATE UNIQUE INDEX `deployment_tokens_by_name` ON `deployment_tokens` (`project_id`,`name`);--> statement-breakpoint
CREATE TABLE `recovery_codes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` integer NOT NULL,
	`code_hash` blob NOT NULL,
	`used_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `recovery_codes_by_user` ON `recovery_codes` (`user_id`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`token_hash` blob NOT NULL,
	`kind` text NOT NULL,
	`user_id` integer,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`confirmed_at` integer,
	`ip` text,
	`user_agent` text,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_token_hash_unique` ON `sessions` (`token_hash`);--> statement-breakpoint
CREATE INDEX `sessions_by_user` ON `sessions` (`user_id`);--> statement-breakpoint
CREATE TABLE `sign_in_failures` (
	`subject` text PRIMARY KEY NOT NULL,
	`failures` integer NOT NULL,
	`window_started_at` integer NOT NULL,
	`blocked_until` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `user_roles` (
	`user_id` integer NOT NULL,
	`role` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `role`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE TABLE `users` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`username` text NOT NULL,
	`name` text NOT NULL,
	`email` text NOT NULL,
	`password_hash` text NOT NULL,
	`mfa_enabled` integer DEFAULT false NOT NULL,
	`totp_secret_id` text,
	`totp_last_step` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	FOREIGN KEY (`totp_secret_id`) REFERENCES `secrets`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `users_by_email` ON `users` (`email`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE TABLE `environments` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`project_id` integer NOT NULL,
	`name` text NOT NULL,
	`slug` text NOT NULL,
	`branch` text,
	`is_preview` integer DEFAULT false NOT NULL,
	`deployment_config` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `environments_by_slug` ON `environments` (`project_id`,`slug`);--> statement-breakpoint
CREATE TABLE `projects` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`slug` text NOT NULL,
	`name` text NOT NULL,
	`repo_name` text,
	`repo_owner` text,
	`git_url` text,
	`directory` text NOT NULL,
	`main_branch` text NOT NULL,
	`preset` text,
	`automatic_deploy` integer DEFAULT false NOT NULL,
	`deployment_config` text,
	`enable_preview_environments` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `projects_slug_unique` ON `projects` (`slug`);--> statement-breakpoint
CREATE TABLE `env_var_environments` (
	`env_var_id` integer NOT NULL,
	`environment_id` integer NOT NULL,
	PRIMARY KEY(`env_var_id`, `environment_id`),
	FOREIGN KEY (`env_var_id`) REFERENCES `env_vars`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`environment_id`) REFERENCES `environments`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `env_var_environments_by_environment` ON `env_var_environments` (`environment_id`);--> statement-breakpoint
CREATE TABLE `env_var_versions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`env_var_id` integer NOT NULL,
	`version` integer NOT NULL,
	`is_secret` integer NOT NULL,
	`value` text,
	`secret_id` text,
	`change` text NOT NULL,
	`changed_by` text NOT NULL,
	`changed_at` integer NOT NULL,
	FOREIGN KEY (`env_var_id`) REFERENCES `env_vars`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`secret_id`) REFERENCES `secrets`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `env_var_versions_by_number` ON `env_var_versions` (`env_var_id`,`version`);--> statement-breakpoint
CREATE INDEX `env_var_versions_by_secret` ON `env_var_versions` (`secret_id`);--> statement-breakpoint
CREATE TABLE `env_vars` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`project_id` integer,
	`key` text NOT NULL,
	`is_secret` integer NOT NULL,
	`value` text,
	`secret_id` text,
	`include_in_preview` integer DEFAULT false NOT NULL,
	`position` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`secret_id`) REFERENCES `secrets`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `env_vars_by_project` ON `env_vars` (`project_id`,`key`);--> statement-breakpoint
CREATE INDEX `env_vars_by_secret` ON `env_vars` (`secret_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `env_vars_shared_key` ON `env_vars` (`key`) WHERE project_id IS NULL;--> statement-breakpoint
CREATE TABLE `settings` (
	`section` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `key_copies` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`fingerprint` text NOT NULL,
	`format` text NOT NULL,
	`place` text NOT NULL,
	`volume_id` text,
	`separate` integer NOT NULL,
	`made_at` integer NOT NULL,
	`verified_at` integer
) STRICT;
--> statement-breakpoint
CREATE TABLE `keys` (
	`fingerprint` text PRIMARY KEY NOT NULL,
	`epoch` integer NOT NULL,
	`state` text NOT NULL,
	`check_value` blob NOT NULL,
	`custody` text NOT NULL,
	`leaving_custody` text,
	`created_at` integer NOT NULL,
	`activated_at` integer NOT NULL,
	`retired_at` integer,
	`shredded_at` integer,
	`seal_count` integer DEFAULT 0 NOT NULL,
	`lost_total` integer
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `keys_epoch_unique` ON `keys` (`epoch`);--> statement-breakpoint
CREATE UNIQUE INDEX `keys_one_active` ON `keys` (`state`) WHERE state = 'active';--> statement-breakpoint
CREATE TABLE `rotations` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`state` text NOT NULL,
	`old_fingerprint` text NOT NULL,
	`new_fingerprint` text NOT NULL,
	`started_at` integer NOT NULL,
	`proven_at` integer,
	`sealing_at` integer,
	`finished_at` integer,
	`without_copy` integer DEFAULT false NOT NULL,
	`total` integer DEFAULT 0 NOT NULL,
	`counts_before` text
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `rotations_one_open` ON `rotations` ((1)) WHERE state IN ('staged', 'proven', 'sealing');--> statement-breakpoint
CREATE TABLE `secrets` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`sealed` blob NOT NULL,
	`key_fingerprint` text GENERATED ALWAYS AS ((substr(hex(substr(sealed, 2, 2)), 1, 4) || '-' || hex(substr(sealed, 4, 2)) || '-' || hex(substr(sealed, 6, 2)) || '-' || hex(substr(sealed, 8, 2)))) STORED,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`last_used_at` integer
) STRICT;
--> statement-breakpoint
CREATE INDEX `secrets_by_key` ON `secrets` (`key_fingerprint`,`id`);--> statement-breakpoint
CREATE INDEX `secrets_by_kind` ON `secrets` (`kind`);--> statement-breakpoint
CREATE TABLE `warning_snoozes` (
	`reason` text PRIMARY KEY NOT NULL,
	`until` integer NOT NULL,
	`set_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `instance` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL
) STRICT;
