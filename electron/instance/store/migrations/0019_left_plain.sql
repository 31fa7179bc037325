CREATE TABLE `env_vars_left_plain` (
	`env_var_id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`version` integer NOT NULL,
	`left_by` text NOT NULL,
	`left_at` integer NOT NULL,
	FOREIGN KEY (`env_var_id`) REFERENCES `env_vars`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
