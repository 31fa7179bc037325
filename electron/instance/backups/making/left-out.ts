import type { LeftOut } from '../../store/snapshot.ts';

/** Runs of jobs that have not ended: a restored instance would begin again what this one is doing. */
const UNFINISHED = "state IN ('queued', 'running')";

/**
 * The one list of what is in the database and not in its backups. A test finds a table that is neither here nor among
 * those that travel.
 */
export const leftOut: readonly LeftOut[] = [
  // A restored instance has nobody signed in, and the addresses of those who tried are nobody's business.
  { table: 'sessions' },
  { table: 'sign_in_failures' },
  // SECURITY: a link that was used or revoked here since would be good again there.
  { table: 'invitations' },
  { table: 'job_runs', where: UNFINISHED },
  // A restored instance is another writer, and does not know what became of these.
  { table: 'backup_writer' },
  { table: 'backups', where: "state <> 'confirmed'" },
  { table: 'restored_backup' },
];

/** Tables whose rows are in every backup, but for what `leftOut` says of some. */
export const travelling: readonly string[] = [
  'api_keys',
  // What is not on the machine of a restored instance is created again there.
  'app_containers',
  'app_networks',
  'apps',
  'audit_anchors',
  'audit_log',
  'backup_buckets',
  'backup_destinations',
  'backup_other_writers',
  'backup_schedules',
  'backups',
  'commit_mark',
  'deployment_lines',
  'deployment_phases',
  'deployment_tokens',
  'deployments',
  'env_import_items',
  'env_imports',
  'env_var_environments',
  'env_var_moves',
  'env_var_readers',
  'env_var_reads',
  'env_var_versions',
  'env_vars',
  'env_vars_left_plain',
  'environments',
  'former_emails',
  'instance',
  'job_runs',
  'job_schedules',
  'key_copies',
  'key_custody',
  'key_shares',
  'key_splits',
  'keys',
  'local_certificates',
  'project_members',
  'projects',
  'read_set_members',
  'read_sets',
  'recovery_codes',
  'releases',
  'rotations',
  'secrets',
  'settings',
  'trash',
  'trash_items',
  'unusual_reads',
  'user_roles',
  'users',
  'warning_snoozes',
];
