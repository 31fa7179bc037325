import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestConsole } from './console.ts';

/** A homelab as someone runs it: what the pictures show. No value here guards anything. */
const projects = {
  photos: {
    environments: ['staging', 'preview'],
    env: [
      'APP_URL=https://photos.keller.example',
      'AUTH_SECRET=b5c1f0a94d7e4c2f8a61d3e97b20c4f8',
      'DATABASE_URL=postgres://photos:vT9-kq2Lw0Xr7b@db.photos.internal:5432/photos?sslmode=require',
      'LOG_LEVEL=info',
      'MAPBOX_TOKEN=pk.eyJ1Ijoia2VsbGVyIn0.kq2Lw0Xr7bVt9mQz4nHs1A',
      'OIDC_CLIENT_SECRET=oidc-9f8e7d6c5b4a39281706f5e4',
      'S3_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY',
      'SMTP_URL=${{shared.SMTP_URL}}',
      'TZ=Europe/Zurich',
      'WORKERS=4',
    ],
  },
  recipes: {
    environments: [],
    env: [
      'APP_URL=https://recipes.keller.example',
      'WEBHOOK_SECRET=whsec_1f2e3d4c5b6a79880716',
      'TZ=Europe/Zurich',
    ],
  },
  shop: {
    environments: ['staging'],
    env: [
      'APP_URL=https://shop.keller.example',
      'STRIPE_SECRET_KEY=sk_test_51H8x9QkLmN0pRsTuVwXyZ',
      'DATABASE_URL=postgres://shop:Zr7-mm1Qw8Yt2x@db.shop.internal:5432/shop',
      'LOG_LEVEL=warn',
    ],
  },
} as const;

export async function seed({ api }: Pick<TestConsole, 'api'>): Promise<void> {
  await api('PUT', '/settings', { instance_name: 'homelab' });
  await api('POST', '/shared-variables', {
    key: 'SMTP_URL',
    value: 'smtps://temps:Qk3-vv9Lp2Ws@mail.keller.example:465',
    is_secret: true,
  });
  for (const [name, { environments, env }] of Object.entries(projects)) {
    const project = await api('POST', '/projects', { name });
    for (const environment of environments)
      await api('POST', `/projects/${project.slug}/environments`, { name: environment, branch: environment });
    await api('POST', `/projects/${project.slug}/variables/import`, {
      content_base64: Buffer.from(`${env.join('\n')}\n`).toString('base64'),
    });
  }
  const photos = await api('GET', '/projects/photos/environments');
  const others = photos
    .filter(({ name }: { name: string }) => name !== 'production')
    .map(({ id }: { id: number }) => id);
  await api('POST', '/projects/photos/env-vars', {
    key: 'APP_URL',
    value: 'https://albums.keller.example',
    environment_ids: others,
    is_secret: false,
  });
  await api('POST', '/users', {
    email: 'jonas@keller.example',
    name: 'Jonas',
    password: 'another long password',
    roles: ['user'],
  });
  await api('POST', '/api-keys', { name: 'ci', role_type: 'user' });
  await api('POST', '/projects/shop/deployment-tokens', { name: 'runner' });
}

/** A copy on paper, proven by three of its words, and one in a password manager that was never read back. */
export async function makeCopies({ api }: Pick<TestConsole, 'api'>): Promise<string[]> {
  const { copy, content, proof } = await api('POST', '/vault/key/copies', {
    format: 'words',
    place: 'Paper, desk drawer',
  });
  const words = (content as string)
    .replace(/^\s*#.*$/gm, ' ')
    .trim()
    .split(/[^a-z]+/)
    .filter(Boolean);
  await api('POST', `/vault/key/copies/${copy.id}/prove`, {
    words: (proof.positions as number[]).map((position) => words[position - 1]),
  });
  await api('POST', '/vault/key/copies', { format: 'text', place: 'KeePass, family vault' });
  return words;
}

/** A backup at each of two folders below this one; the second folder is gone when another is to be made there. */
export async function makeBackups({ api }: Pick<TestConsole, 'api'>, root: string): Promise<void> {
  for (const name of ['NAS', 'KINGSTON 16G']) {
    const path = join(root, name);
    mkdirSync(path);
    const { id } = await api('POST', '/backups/destinations', {
      kind: 'folder',
      name,
      path,
      readable_without_key: name !== 'NAS',
    });
    await api('POST', `/backups/destinations/${id}/run`);
    if (name === 'NAS') {
      const schedule_expression = '0 3 * * *';
      await api('POST', '/backups/schedules', { name: 'Nightly', s3_source_id: id, schedule_expression });
      const retention = { daily: 7, weekly: 4, monthly: 6, yearly: 1 };
      await api('PUT', `/backups/destinations/${id}/retention`, { retention });
      continue;
    }
    rmSync(path, { recursive: true });
    await api('POST', `/backups/destinations/${id}/run`).catch(() => undefined);
  }
}
