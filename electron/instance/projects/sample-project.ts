import type { Caller } from '../access/caller.ts';
import type { Context } from '../kernel/context.ts';
import { SecretText } from '../vault/secret-text.ts';
import { insertEnvironment, listEnvironments } from './environments.ts';
import { createProject, getProject, type NamedProject, type Project } from './projects.ts';
import { generateValue } from './variables/generated-value.ts';
import { insertVariable } from './variables/variable-rows.ts';

/** What tells it from others: whoever renames it keeps it as a project of their own. */
const SAMPLE = 'Sample project';

export const isSample = ({ name }: Pick<NamedProject, 'name'>): boolean => name === SAMPLE;

type Place = 'production' | 'staging';
const BOTH: readonly Place[] = ['production', 'staging'];

interface SampleVariable {
  key: string;
  places: readonly Place[];
  /** Null for a secret, whose value is created with the project. */
  value: string | null;
  /** What it shows, for who looks at it. */
  note: string;
}

const variables: readonly SampleVariable[] = [
  {
    key: 'APP_URL',
    places: ['production'],
    value: 'https://www.example.com',
    note: 'Plain: whoever may see this project reads it. Staging has a value of its own.',
  },
  {
    key: 'APP_URL',
    places: ['staging'],
    value: 'https://staging.example.com',
    note: 'The same name with another value: a program gets the one of its environment.',
  },
  {
    key: 'HEALTH_URL',
    places: BOTH,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference, as people write it
    value: '${{APP_URL}}/health',
    note: 'Refers to APP_URL, so it is another address in each environment.',
  },
  { key: 'LOG_LEVEL', places: BOTH, value: 'info', note: 'One value for both environments.' },
  {
    key: 'DATABASE_PASSWORD',
    places: ['production'],
    value: null,
    note: 'A secret: encrypted, and hidden until someone shows it, which is recorded. It opens nothing.',
  },
  {
    key: 'DATABASE_PASSWORD',
    places: ['staging'],
    value: null,
    note: 'A secret with another value than in production. It opens nothing either.',
  },
];

/**
 * Creates a small project to look at, in one transaction: two environments, plain and secret variables, a reference, and notes that
 * say what each shows. Its secrets are as any others to the vault, the promise and backups; their values are random, so that none
 * is known to anyone. Throws `name_taken` where it is there already, and what creating a variable throws.
 */
export function createSampleProject(ctx: Context, actor: Caller): Project {
  return ctx.store.transaction(() => {
    const { id } = createProject(ctx, actor, { name: SAMPLE });
    insertEnvironment(ctx, id, { name: 'staging' });
    const ids = new Map(listEnvironments(ctx, id).map((environment) => [environment.name, environment.id]));
    for (const { key, places, value, note } of variables) {
      const fields = {
        key,
        value: value === null ? generateValue('characters', 32) : new SecretText(value),
        isSecret: value === null,
        environmentIds: places.map((place) => ids.get(place) as number),
        includeInPreview: false,
        note,
      };
      insertVariable(ctx, id, fields, actor.label);
    }
    return getProject(ctx, String(id));
  });
}
