import { accountArea } from './account/area.tsx';
import { activityArea } from './activity/area.tsx';
import { appsArea } from './apps/area.tsx';
import { backupsArea } from './backups/area.tsx';
import { firstRunArea } from './first-run/area.tsx';
import { homeArea } from './home/area.tsx';
import { keyArea } from './key/area.tsx';
import { peopleArea } from './people/area.tsx';
import { projectsArea } from './projects/area.tsx';
import { recoveryArea } from './recovery/area.tsx';
import { searchArea } from './search/area.tsx';
import { secretsArea } from './secrets/area.tsx';
import { settingsArea } from './settings/area.tsx';
import { trashArea } from './trash/area.tsx';
import { variablesArea } from './variables/area.tsx';

/** All areas of the console. Sidebar entries, tabs and commands are in this order. */
export const areas = [
  homeArea,
  searchArea,
  variablesArea,
  appsArea,
  projectsArea,
  trashArea,
  secretsArea,
  keyArea,
  backupsArea,
  recoveryArea,
  peopleArea,
  accountArea,
  activityArea,
  settingsArea,
  firstRunArea,
] as const;
