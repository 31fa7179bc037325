ALTER TABLE `env_imports` ADD `copied_from` text;--> statement-breakpoint
ALTER TABLE `env_vars` ADD `note` text;