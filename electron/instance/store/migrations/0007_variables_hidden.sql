DROP INDEX `env_vars_shared_key`;--> statement-breakpoint
ALTER TABLE `env_vars` ADD `hidden` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `env_vars_hidden` ON `env_vars` (`hidden`) WHERE hidden = 1;--> statement-breakpoint
CREATE UNIQUE INDEX `env_vars_shared_key` ON `env_vars` (`key`) WHERE project_id IS NULL AND hidden = 0;