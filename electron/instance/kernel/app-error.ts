/**
 * The one error the product reports. `code` comes from the closed list below; one place turns it into an
 * RFC 9457 problem (http/problem.ts), one into an exit code (cli/exit-code.ts).
 *
 * SECURITY: `detail` names the thing and the rule, never a value, a key or a passphrase.
 */
export const errorKinds = {
  // code: [HTTP status, title]
  invalid_request: [400, 'Invalid Request'],
  ambiguous_request: [400, 'Ambiguous Request'],
  body_too_large: [413, 'Body Too Large'],
  body_too_deep: [400, 'Body Too Deep'],
  unsupported_media_type: [415, 'Unsupported Media Type'],
  not_found: [404, 'Not Found'],
  method_not_allowed: [405, 'Method Not Allowed'],
  conflict: [409, 'Conflict'],
  name_taken: [409, 'Name Taken'],
  changed_meanwhile: [409, 'Changed Meanwhile'],
  cancelled: [409, 'Cancelled'],
  internal_error: [500, 'Internal Error'],
  process_failed: [503, 'Process Failed'],

  unauthenticated: [401, 'Authentication Required'],
  invalid_credentials: [401, 'Invalid Credentials'],
  key_expired: [401, 'Key Expired'],
  key_revoked: [401, 'Key Revoked'],
  session_expired: [401, 'Session Expired'],
  session_locked: [423, 'Session Locked'],
  mfa_required: [401, 'Second Factor Required'],
  clock_went_back: [401, 'Clock Went Back'],
  password_change_required: [403, 'Password Change Required'],
  forbidden: [403, 'Forbidden'],
  address_not_allowed: [403, 'Address Not Allowed'],
  owner_only: [403, 'Owner Only'],
  origin_refused: [403, 'Origin Refused'],
  confirmation_required: [403, 'Confirmation Required'],
  too_many_attempts: [429, 'Too Many Attempts'],
  too_many_streams: [429, 'Too Many Streams'],
  link_invalid: [401, 'Link Invalid'],
  invitation_over: [410, 'Invitation Over'],
  already_set_up: [409, 'Already Set Up'],
  password_guessable: [400, 'Password Easy To Guess'],
  password_too_long: [400, 'Password Too Long'],
  password_too_short: [400, 'Password Too Short'],
  password_unchanged: [400, 'Password Unchanged'],
  last_administrator: [409, 'Last Administrator'],

  vault_locked: [423, 'Vault Locked'],
  secret_unreadable: [409, 'Secret Unreadable'],
  secret_too_large: [413, 'Secret Too Large'],
  passphrase_wrong: [403, 'Passphrase Wrong'],
  passphrase_required: [400, 'Passphrase Required'],
  passphrase_weak: [400, 'Passphrase Too Weak'],
  key_text_invalid: [400, 'Key Text Invalid'],
  words_invalid: [400, 'Words Invalid'],
  share_invalid: [400, 'Share Invalid'],
  shares_refused: [409, 'Shares Do Not Open The Key'],
  copy_damaged: [400, 'Copy Damaged'],
  copy_unusable: [422, 'Copy Cannot Be Used Here'],
  copy_of_other_instance: [409, 'Copy Of Another Instance'],
  copy_of_old_key: [409, 'Copy Of An Older Key'],
  copy_not_proven: [409, 'Copy Not Verified'],
  place_not_separate: [409, 'Place Not Separate'],
  place_unusable: [400, 'Place Unusable'],
  place_occupied: [409, 'Place Occupied'],
  place_full: [507, 'Place Full'],
  place_read_only: [409, 'Place Write-Protected'],
  place_gone: [503, 'Place Gone'],
  rotation_in_progress: [409, 'Rotation In Progress'],
  rotation_not_possible: [409, 'Rotation Not Possible'],
  key_in_use: [409, 'Key In Use'],

  custody_missing: [423, 'Key Missing'],
  custody_locked: [423, 'Keychain Locked'],
  custody_refused: [503, 'Keychain Refused'],
  custody_read_only: [409, 'Custody Read Only'],
  custody_conflict: [409, 'Custody Holds Another Key'],
  key_file_invalid: [400, 'Key File Invalid'],
  key_file_unsafe: [400, 'Key File Unsafe'],

  data_dir_in_use: [409, 'Data Directory In Use'],
  data_dir_unusable: [500, 'Data Directory Unusable'],
  data_dir_relocated: [423, 'Data Directory Moved Or Copied'],
  database_not_one: [500, 'Not A Database'],
  database_foreign: [500, 'Database Of Another Program'],
  database_newer: [500, 'Database From A Newer Version'],
  database_damaged: [503, 'Database Damaged'],
  database_gone: [503, 'Database Gone'],
  database_restored: [500, 'Database Restored Beside A Newer Log'],
  database_read_only: [503, 'Database Read Only'],
  disk_full: [507, 'Disk Full'],
  disk_failed: [503, 'Disk Failed'],
  port_in_use: [409, 'Port In Use'],

  backup_damaged: [422, 'Backup Damaged'],
  backup_newer: [409, 'Backup From A Newer Version'],
  destination_gone: [503, 'Backup Destination Gone'],
  destination_refused: [409, 'Backup Destination Refused'],
  destination_full: [507, 'Backup Destination Full'],
  backup_needs_key: [423, 'Backup Needs Another Key'],
  backup_of_other_instance: [409, 'Backup Of Another Instance'],
  restore_interrupted: [503, 'Restore Interrupted'],

  engine_unavailable: [503, 'Docker Cannot Be Used'],
  engine_failed: [502, 'Docker Refused'],
  image_missing: [422, 'Image Missing'],
  image_unusable: [422, 'Image Cannot Be Used'],
  release_failed: [422, 'Release Does Not Work'],
  no_app: [409, 'Nothing To Run'],

  env_file_invalid: [400, 'Env File Invalid'],
  too_many_variables: [413, 'Too Many Variables'],
  reference_missing: [422, 'Reference Missing'],
  reference_cycle: [422, 'Reference Cycle'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ErrorCode = keyof typeof errorKinds;

/** Field path (`environment_ids.0`) → what is wrong with it, in words for a person. */
export type FieldErrors = Record<string, string>;

export interface AppErrorOptions {
  cause?: unknown;
  /** Field errors for a form. */
  fields?: FieldErrors;
  /** Facts a client may act on (pid, positions, seconds to wait). Never a secret. */
  details?: Record<string, unknown>;
}

export class AppError extends Error {
  readonly code: ErrorCode;
  readonly fields: FieldErrors | undefined;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, detail: string, options: AppErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.fields = options.fields;
    this.details = options.details;
  }

  get status(): number {
    return errorKinds[this.code][0];
  }

  get title(): string {
    return errorKinds[this.code][1];
  }
}

/** True when `error` is an AppError with this code. */
export function hasCode(error: unknown, code: ErrorCode): error is AppError {
  return error instanceof AppError && error.code === code;
}
