ALTER TABLE `backup_destinations` ADD `key_file` text;--> statement-breakpoint
ALTER TABLE `backups` ADD `removing_at` integer;