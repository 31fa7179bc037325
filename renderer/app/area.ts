import type { LucideIcon } from 'lucide-react';
import type { FunctionComponent } from 'react';
import type { components } from '../api/schema.ts';
import type { Permission } from './session.ts';

/**
 * What an area of the console declares of itself, in its `area.tsx`. `renderer/areas.ts` lists the areas in their
 * order; router, sidebar, palette, guards and change feed are computed from that list.
 */
export interface Area<Path extends string = string, BarePath extends string = string> {
  pages: readonly Page<Path>[];
  /** Pages without the sidebar, and without anyone signed in. */
  barePages?: readonly BarePage<BarePath>[];
  navigation?: readonly NavEntry<NoInfer<Path>>[];
  /** At the foot of the sidebar, always in sight. */
  foot?: FunctionComponent;
  commands?: readonly Command<NoInfer<Path>>[];
  finds?: Finds;
  live?: Live;
  /** The icons of the secrets that this area keeps. */
  secretIcons?: Partial<Record<components['schemas']['SecretKind'], LucideIcon>>;
}

/** Says the declaration's type and keeps its paths as literals, so that every link of the console is checked. */
export function area<const Path extends string = never, const BarePath extends string = never>(
  declared: Area<Path, BarePath>,
): Area<Path, BarePath> {
  return declared;
}

export interface BarePage<Path extends string = string> {
  path: Path;
  /** Its code, fetched when the page is first gone to. */
  load: () => Promise<FunctionComponent>;
}

export interface Page<Path extends string = string> extends BarePage<Path> {
  /** Whoever lacks `permission` sees, under `title`, that they have no access. */
  guard?: { permission: Permission; title: string };
  /** The page says itself how the key is: no banner above it repeats that. */
  saysHealth?: true;
  tab?: PageTab;
}

/** One of several pages under one title. */
export interface PageTab {
  of: string;
  label: string;
  /** How many things are behind it; undefined while that is not known. */
  useCount?: (project: string) => number | undefined;
}

export const navGroups = ['Run', 'Keep', 'Manage'] as const;

/** An entry of the sidebar, and of the palette. Offered to those whom its page is for. */
export interface NavEntry<Path extends string = string> {
  group: (typeof navGroups)[number];
  to: PlainPath<Path>;
  label: string;
  icon: LucideIcon;
  /** What waits for a person there. */
  useSign?: () => NavSign | null;
}

export type NavSign = 'locked' | 'needs_you';

/** Something the palette can go to or do, beside the entries of the sidebar. */
export type Command<Path extends string = string> = CommandBase &
  (
    | {
        /** Offered to those whom the page is for. */
        to: PlainPath<Path>;
      }
    | {
        /** May fail: the palette says so. */
        run: () => unknown;
        permission?: Permission;
      }
  );

interface CommandBase {
  group: 'Go to' | 'Do';
  label: string;
  icon: LucideIcon;
  /** Where it belongs, at the right. */
  aside?: string;
  /** Makes no sense in the other. */
  only?: 'browser' | 'desktop';
}

/** Things by name that the palette finds, with the page of each. */
export interface Finds {
  group: string;
  icon: LucideIcon;
  permission: Permission;
  queryKey: readonly string[];
  list: () => Promise<readonly { label: string; to: string }[]>;
}

/**
 * What an area hears of the change feed. What needs no word here: every query whose key begins with the resource
 * that changed, the first word of its API path, is asked again.
 */
export interface Live {
  /** Messages that carry the answer of a query. It is not asked again when its resource changes. */
  messages?: readonly {
    name: string;
    queryKey: readonly string[];
    /** The other queries of its resource changed with it. */
    refreshesResource?: true;
  }[];
  /** Queries that changes of another resource make out of date. */
  refreshes?: readonly { queryKey: readonly string[]; isAfter: (resource: string) => boolean }[];
}

type PlainPath<Path extends string> = Path extends `${string}$${string}` ? never : Path;
