ALTER TABLE `env_var_versions` ADD `end_by_hand` integer;--> statement-breakpoint
ALTER TABLE `env_var_versions` ADD `found_end_at` integer;--> statement-breakpoint
ALTER TABLE `env_var_versions` ADD `found_end_from` text;--> statement-breakpoint
ALTER TABLE `env_var_versions` ADD `is_end_known` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `env_var_versions_end_by_hand` ON `env_var_versions` (`end_by_hand`) WHERE end_by_hand IS NOT NULL;--> statement-breakpoint
CREATE INDEX `env_var_versions_found_end` ON `env_var_versions` (`found_end_at`) WHERE found_end_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `env_var_versions_end_unknown` ON `env_var_versions` (`id`) WHERE is_end_known = 0;