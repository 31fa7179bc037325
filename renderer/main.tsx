// First: it sets the order of the cascade layers; the areas’ styles come after it.
import './ui/styles/index.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/queries.ts';
import { router } from './app/router.tsx';
import { sessionQuery } from './app/session.ts';
import { applyTheme, restoreTheme } from './app/theme.ts';
import { surviveForeignChanges } from './ui/foreign-changes.ts';

// Radix adds a style element while a dialog is open; the page's policy allows it by this nonce only.
const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content;
if (nonce) setNonce(nonce);
surviveForeignChanges();
applyTheme();
// Nothing is shown without it, and the router first loads the code of the page.
void queryClient.prefetchQuery(sessionQuery);
void restoreTheme();

const root = document.getElementById('root');
if (!root) throw new Error('The page has no root.');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
