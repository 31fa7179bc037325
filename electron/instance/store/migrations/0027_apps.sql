CREATE TABLE `app_containers` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`environment_id` integer NOT NULL,
	`deployment_id` integer,
	`release_id` integer,
	`state` text NOT NULL,
	`port` integer NOT NULL,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `app_containers_name_unique` ON `app_containers` (`name`);--> statement-breakpoint
CREATE INDEX `app_containers_by_environment` ON `app_containers` (`environment_id`);--> statement-breakpoint
CREATE TABLE `app_networks` (
	`environment_id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`subnet` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `app_networks_name_unique` ON `app_networks` (`name`);--> statement-breakpoint
CREATE UNIQUE INDEX `app_networks_subnet_unique` ON `app_networks` (`subnet`);--> statement-breakpoint
CREATE TABLE `apps` (
	`environment_id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`image` text NOT NULL,
	`port` integer,
	`probe` text NOT NULL,
	`is_stopped` integer DEFAULT false NOT NULL,
	`release_id` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`environment_id`) REFERENCES `environments`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `apps_name_unique` ON `apps` (`name`);--> statement-breakpoint
CREATE TABLE `deployment_lines` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`deployment_id` integer NOT NULL,
	`at` integer NOT NULL,
	`phase` text NOT NULL,
	`level` text NOT NULL,
	`text` text NOT NULL,
	FOREIGN KEY (`deployment_id`) REFERENCES `deployments`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `deployment_lines_by_deployment` ON `deployment_lines` (`deployment_id`);--> statement-breakpoint
CREATE TABLE `deployment_phases` (
	`deployment_id` integer NOT NULL,
	`phase` text NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer,
	PRIMARY KEY(`deployment_id`, `phase`),
	FOREIGN KEY (`deployment_id`) REFERENCES `deployments`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE TABLE `deployments` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`project_id` integer NOT NULL,
	`environment_id` integer NOT NULL,
	`state` text NOT NULL,
	`phase` text,
	`trigger` text NOT NULL,
	`image` text NOT NULL,
	`from_release_id` integer,
	`release_id` integer,
	`is_pulled` integer NOT NULL,
	`requested_by` text NOT NULL,
	`error_code` text,
	`error_detail` text,
	`failure` text,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`finished_at` integer,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`environment_id`) REFERENCES `environments`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `deployments_by_environment` ON `deployments` (`environment_id`);--> statement-breakpoint
CREATE INDEX `deployments_by_project` ON `deployments` (`project_id`);--> statement-breakpoint
CREATE INDEX `deployments_unfinished` ON `deployments` (`id`) WHERE state IN ('queued', 'running');--> statement-breakpoint
CREATE TABLE `releases` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`environment_id` integer NOT NULL,
	`number` integer NOT NULL,
	`deployment_id` integer NOT NULL,
	`image` text NOT NULL,
	`image_id` text NOT NULL,
	`image_digest` text,
	`port` integer NOT NULL,
	`probe` text NOT NULL,
	`variables` text NOT NULL,
	`is_pinned` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`environment_id`) REFERENCES `environments`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `releases_by_number` ON `releases` (`environment_id`,`number`);