import { House } from 'lucide-react';
import { area } from '../app/area.ts';
import './home.css';

export const homeArea = area({
  pages: [
    { path: '/', load: () => import('./home-page.tsx').then((file) => file.HomePage), saysHealth: true },
  ],
  navigation: [{ group: 'Run', to: '/', label: 'Home', foot: 'Home', icon: House }],
});
