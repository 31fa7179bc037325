CREATE TABLE `job_runs` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`job` text NOT NULL,
	`key` text NOT NULL,
	`payload` text,
	`state` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`queued_at` integer NOT NULL,
	`started_at` integer,
	`finished_at` integer,
	`progress_done` integer,
	`progress_total` integer,
	`result` text,
	`error_code` text,
	`error_detail` text
) STRICT;
--> statement-breakpoint
CREATE INDEX `job_runs_by_state` ON `job_runs` (`state`);--> statement-breakpoint
CREATE INDEX `job_runs_by_job` ON `job_runs` (`job`);--> statement-breakpoint
CREATE TABLE `job_schedules` (
	`job` text PRIMARY KEY NOT NULL,
	`last_due_at` integer NOT NULL
) STRICT;
