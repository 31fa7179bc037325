import { area } from '../app/area.ts';

export const firstRunArea = area({
  pages: [],
  barePages: [
    { path: '/link', load: () => import('./link-page.tsx').then((file) => file.LinkPage) },
    { path: '/first-run', load: () => import('./first-copy-page.tsx').then((file) => file.FirstCopyPage) },
    {
      path: '/first-run/database',
      load: () => import('./database-page.tsx').then((file) => file.DatabasePage),
    },
  ],
});
