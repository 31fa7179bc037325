import type { LucideIcon } from 'lucide-react';
import type { FunctionComponent } from 'react';
import type { components } from '../api/schema.ts';
import type { Permission } from './session.ts';

/**
 * What an area of the console declares in its `area.tsx`. `renderer/areas.ts` lists the areas in order; router,
 * sidebar, palette, guards and change feed are computed from that list.
 */
export interface Area<Path extends string = string, BarePath extends string = string> {
  pages: readonly Page<Path>[];
  /** Pages without the sidebar that need no sign-in. */
  barePages?: readonly BarePage<BarePath>[];
  navigation?: readonly NavEntry<NoInfer<Path>>[];
  /** At the foot of the sidebar, always visible. */
  foot?: FunctionComponent;
  commands?: readonly Command<NoInfer<Path>>[];
  finds?: readonly Finds[];
  live?: Live;
  /** Icons of this area's kinds of secrets. */
  secretIcons?: Partial<Record<components['schemas']['SecretKind'], LucideIcon>>;
}

/** Types the declaration and keeps its paths as literals, so that every link in the console is type-checked. */
export function area<const Path extends string = never, const BarePath extends string = never>(
  declared: Area<Path, BarePath>,
): Area<Path, BarePath> {
  return declared;
}

export interface Guard {
  permission: Permission;
  title: string;
  /** Of many projects: who has the permission in one of them may open it too. A page of one project asks in that one. */
  isSomewhere?: true;
}

export interface BarePage<Path extends string = string> {
  path: Path;
  /** Its code, loaded when the page is first opened. */
  load: () => Promise<FunctionComponent>;
}

export interface Page<Path extends string = string> extends BarePage<Path> {
  /** Callers without `permission` see a "no access" page under `title`. */
  guard?: Guard;
  /** The page shows health itself, so the banner is left out. */
  saysHealth?: true;
  tab?: PageTab;
}

/** Makes the page one of several tabs under one title. */
export interface PageTab {
  of: string;
  label: string;
  /** Item count; undefined while it is not known. */
  useCount?: (project: string) => number | undefined;
}

export const navGroups = ['Run', 'Keep', 'Manage'] as const;

/** An entry in the sidebar and the palette, shown to those who may open its page. */
export interface NavEntry<Path extends string = string> {
  group: (typeof navGroups)[number];
  to: PlainPath<Path>;
  label: string;
  /** At the foot of a telephone's screen, which has room for five, under this; the others are in its menu. */
  foot?: string;
  icon: LucideIcon;
  /** Sign shown when something there needs attention. */
  useSign?: () => NavSign | null;
}

export type NavSign = 'locked' | 'needs_you';

/** Something the palette can open or do, in addition to the sidebar's entries. */
export type Command<Path extends string = string> = CommandBase &
  (
    | {
        /** Shown to those who may open the page. */
        to: PlainPath<Path>;
      }
    | {
        /** May throw: the palette shows the error. */
        run: () => unknown;
        permission?: Permission;
      }
  );

interface CommandBase {
  group: 'Go to' | 'Do';
  label: string;
  icon: LucideIcon;
  /** The page it belongs to, shown at the right. */
  aside?: string;
  /** Shown only in a browser, or only in the desktop window. */
  only?: 'browser' | 'desktop';
}

/** Named things that the palette and the search page find, with the page of each. */
export type Finds = {
  group: string;
  icon: LucideIcon;
  permission: Permission;
  /** Of many projects: as for pages. */
  isSomewhere?: true;
  queryKey: readonly string[];
} & (
  | {
      /** All there are: those whose label or aside has the typed words are shown. */
      list: () => Promise<readonly Found[]>;
    }
  | {
      /** Those that match what was typed, at most so many. */
      search: (typed: string, limit: number) => Promise<readonly Found[]>;
    }
);

export interface Found {
  label: string;
  /** Which one of several with this label: its project. */
  aside?: string;
  to: string;
  /** For the address of the page, see `useAddress`. */
  search?: Readonly<Record<string, string>>;
  /** A section of the page. */
  hash?: string;
}

/**
 * How an area reacts to the change feed. By default every query whose key starts with the changed resource (the
 * first segment of its API path) is refetched; only exceptions are declared here.
 */
export interface Live {
  /** Messages that carry a query's data. That query is not refetched when its resource changes. */
  messages?: readonly {
    name: string;
    queryKey: readonly string[];
    /** Whether the other queries of the resource changed too. */
    refreshesResource?: true;
  }[];
  /** Queries that become stale when another resource changes. */
  refreshes?: readonly { queryKey: readonly string[]; isAfter: (resource: string) => boolean }[];
}

type PlainPath<Path extends string> = Path extends `${string}$${string}` ? never : Path;
