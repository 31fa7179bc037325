import type { z } from '@hono/zod-openapi';
import { expect, it } from 'vitest';
import { copyShape, placeShape } from '../../../electron/instance/vault/copies/copy-shapes.ts';
import { epochShape, keyShape } from '../../../electron/instance/vault/key/key-shapes.ts';
import { recoveryShape } from '../../../electron/instance/vault/recovery/recovery-shapes.ts';
import { rotationAnswer } from '../../../electron/instance/vault/rotation/rotation-shapes.ts';
import { doctorShape, secretsPageShape } from '../../../electron/instance/vault/secrets/secret-shapes.ts';
import { statusShape } from '../../../electron/instance/vault/status/status-shapes.ts';
import { ADMIN, describeOverDoors, type TestDoor, type Who } from '../harness.ts';

/** What is declared and what is sent are the same, to the last field. */
function expectShape(shape: z.ZodType, body: unknown): void {
  expect(shape.parse(body)).toEqual(body);
}

/** The owner over the socket; over HTTPS whoever signed in. */
const signIn = async (door: TestDoor): Promise<Who> =>
  door.name === 'socket' ? {} : await door.signIn(ADMIN.email, ADMIN.password);

describeOverDoors('the answers of the vault', (door) => {
  it('are what the document says', async () => {
    const who = await signIn(door());
    const get = async (path: string) => (await door().request('GET', path, undefined, who)).body;
    await door().owner('POST', '/projects', { name: 'shop' });
    await door().owner('POST', '/projects/shop/env-vars', { key: 'TOKEN', value: 'x1', is_secret: true });
    await door().owner('POST', '/vault/key/copies', { format: 'words' });
    expectShape(statusShape, await get('/vault/status'));
    expectShape(keyShape, await get('/vault/key'));
    expectShape(rotationAnswer, await get('/vault/key/rotation'));
    expectShape(copyShape.array().nonempty(), (await get('/vault/key/copies')).copies);
    expectShape(epochShape.array().nonempty(), (await get('/vault/key/epochs')).epochs);
    expectShape(secretsPageShape, await get('/vault/secrets'));
    expectShape(recoveryShape, await get('/vault/recovery'));
    expectShape(placeShape.array(), (await door().owner('GET', '/vault/places')).body.places);
    expectShape(doctorShape, await get('/vault/doctor'));
    expectShape(doctorShape, (await door().request('POST', '/vault/doctor?wait=true', undefined, who)).body);
  });

  it('are named in the document, and hold nothing that is not described', async () => {
    const { paths, components } = (await door().request('GET', '/openapi.json')).body;
    const answers = Object.entries<Record<string, { responses: Record<string, { content?: object }> }>>(paths)
      .filter(([path]) => /^\/(vault|doors)/.test(path))
      .flatMap(([path, methods]) =>
        Object.entries(methods).flatMap(([method, { responses }]) =>
          Object.values(responses).flatMap(({ content }) =>
            Object.values(content ?? {}).map(({ schema }) => ({ at: `${method} ${path}`, schema })),
          ),
        ),
      );
    expect(answers.length).toBeGreaterThan(20);
    expect(answers.filter(({ schema }) => typeof schema.$ref !== 'string')).toEqual([]);
    for (const { schema } of answers) {
      const shape = components.schemas[schema.$ref.split('/').at(-1)];
      expect(JSON.stringify(shape)).not.toContain('"additionalProperties":{}');
      expect(shape.type).toBe('object');
    }
    expect(components.schemas.Problem.properties.error_code.enum).toContain('vault_locked');
  });

  it('say a snoozed warning in the words of every other answer', async () => {
    const snoozed = await door().owner('POST', '/vault/warnings/no_separate_copy/snooze', { days: 7 });
    expect(snoozed.body.reasons[0].snoozed_until).toBe(door().clock.now() + 7 * 24 * 60 * 60 * 1000);
    expect(snoozed.body).toEqual((await door().owner('GET', '/vault/key')).body.health);
    // Those of the other half, too.
    expect(snoozed.body).toMatchObject({ attention: true, halves: { backup: 'at_risk' } });
    const both = await door().owner('POST', '/vault/warnings/backup_never/snooze', { days: 1 });
    expect(both.body).toMatchObject({ level: 'at_risk', attention: false });
  });
});
