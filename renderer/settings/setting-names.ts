import { desktop } from '../desktop.ts';
import { storedSettings } from './stored-settings.ts';

/** What people look for on the settings page, and the section where it is. */
export const settingNames: readonly { label: string; section: string }[] = [
  { label: 'Theme: light or dark', section: 'Appearance' },
  { label: 'Name of the instance', section: 'This instance' },
  { label: 'Sign out after', section: 'This instance' },
  { label: 'Keep activity for', section: 'This instance' },
  { label: 'HTTPS names', section: 'This instance' },
  ...storedSettings.map(({ title }) => ({ label: title, section: 'For deployments' })),
  { label: 'Lock the vault automatically', section: 'Automatic lock' },
  { label: 'Addresses and ports', section: 'Addresses' },
  { label: 'Certificate authority for browsers', section: 'Trust the certificate' },
  { label: 'Diagnostics for a bug report', section: 'Diagnostics' },
  { label: 'Version and licence', section: 'About' },
  ...(desktop ? [{ label: 'Start with the computer, tray icon', section: 'This computer' }] : []),
];
