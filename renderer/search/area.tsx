import { Search } from 'lucide-react';
import { area } from '../app/area.ts';

export const searchArea = area({
  pages: [{ path: '/search', load: () => import('./search-page.tsx').then((file) => file.SearchPage) }],
  commands: [{ group: 'Go to', label: 'Search', icon: Search, to: '/search' }],
});
