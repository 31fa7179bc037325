CREATE TABLE `backup_buckets` (
	`destination_id` integer PRIMARY KEY NOT NULL,
	`endpoint` text,
	`region` text NOT NULL,
	`bucket` text NOT NULL,
	`prefix` text NOT NULL,
	`is_path_style` integer NOT NULL,
	`encryption` text,
	`access_key_secret_id` text NOT NULL,
	`secret_key_secret_id` text NOT NULL,
	`keys_set_at` integer NOT NULL,
	FOREIGN KEY (`destination_id`) REFERENCES `backup_destinations`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`access_key_secret_id`) REFERENCES `secrets`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`secret_key_secret_id`) REFERENCES `secrets`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
