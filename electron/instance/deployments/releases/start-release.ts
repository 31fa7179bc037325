import { AppError } from '../../kernel/app-error.ts';
import { type ResolvedVariable, resolveVariables } from '../../projects/variables/references.ts';
import { listVariables } from '../../projects/variables/variables.ts';
import { lockedError } from '../../vault/secrets/secret-store.ts';
import type { DeploymentsCore, Place } from '../deployments-core.ts';
import type { Image } from '../engines/engine.ts';
import { createMask, type Mask } from '../logs/mask.ts';
import type { GivenVariable } from '../vocabulary.ts';
import { insertContainer, labelsOf, type OwnContainer } from './containers.ts';
import { requireNetwork } from './networks.ts';
import type { Release } from './releases.ts';

/** MiB, where neither the environment nor the project says. */
const DEFAULT_MEMORY_MIB = 512;
/** The engine starts nothing with less than 6 MiB; an id of an image is no place for a registry's name. */
const MIB = 1024 * 1024;

/** What an app is started with: its variables, and facts about itself. */
export interface Environmentals {
  /** `NAME=value` */
  env: string[];
  given: GivenVariable[];
  mask: Mask;
  /** Names of variables of the app in whose place a fact is given. */
  shadowed: string[];
}

/**
 * Opens the variables of an environment for its container. SECURITY: in memory alone, from here to the engine's socket. Throws
 * `vault_locked`, `secret_unreadable`, `reference_*`.
 */
export async function openVariables(
  { ctx }: DeploymentsCore,
  { project, environment }: Place,
  facts: Readonly<Record<string, string>>,
): Promise<Environmentals> {
  // Before the values: what is changed in between is said to be changed, though it was given.
  const given = await listGiven(ctx, project.id, environment.id);
  const { variables } = await resolveVariables(ctx, project.id, environment.id);
  const env = [
    ...variables
      .filter(({ key }) => !Object.hasOwn(facts, key))
      .map(({ key, value }) => `${key}=${value.reveal()}`),
    ...Object.entries(facts).map(([name, value]) => `${name}=${value}`),
  ];
  return {
    env,
    given,
    mask: maskOf(variables),
    shadowed: variables.flatMap(({ key }) => (Object.hasOwn(facts, key) ? [key] : [])),
  };
}

/**
 * What hides the secrets of an environment in texts of its app; one that is lost cannot be hidden. SECURITY: without the values
 * nothing is hidden, so that a locked vault throws `vault_locked`.
 */
export async function openMask({ ctx }: DeploymentsCore, { project, environment }: Place): Promise<Mask> {
  const { variables, skipped } = await resolveVariables(ctx, project.id, environment.id, true);
  if (ctx.vault.isLocked || skipped.some(({ code }) => code === 'vault_locked')) throw lockedError();
  return maskOf(variables);
}

const maskOf = (variables: readonly ResolvedVariable[]) =>
  createMask(variables.flatMap(({ value, isSecret }) => (isSecret ? [value] : [])));

/** Which version of each variable is in force. */
export async function listGiven(
  ctx: DeploymentsCore['ctx'],
  projectId: number,
  environmentId: number,
): Promise<GivenVariable[]> {
  const variables = await listVariables(ctx, projectId, { environmentId });
  return variables.map(({ id, key, version }) => ({ id, key, version }));
}

/** Facts about itself that every app gets. */
export function factsOf(place: Place, release: number, url: string | null): Record<string, string> {
  return {
    TEMPS_PROJECT: place.project.slug,
    TEMPS_ENVIRONMENT: place.environment.slug,
    TEMPS_RELEASE: String(release),
    ...(url === null ? {} : { TEMPS_URL: url }),
  };
}

/** Creates a container, with its row before it, and starts it. What fails leaves a row by which it is removed. */
export async function startContainer(
  core: DeploymentsCore,
  place: Place,
  given: {
    deploymentId: number | null;
    releaseId: number | null;
    release: number;
    /** Id or digest of its image. */
    image: string;
    /** 0 where it is not known yet. */
    port: number;
    env: readonly string[];
  },
): Promise<OwnContainer> {
  const { ctx, engine } = core;
  const network = await requireNetwork(core, place);
  const container = insertContainer(ctx, place, given);
  const { milliCpus, memoryMib } = findLimits(place);
  await engine.createContainer({
    name: container.name,
    image: given.image,
    env: given.env,
    labels: { ...labelsOf(core, place), 'temps.release': String(given.release) },
    network,
    port: given.port,
    memoryBytes: memoryMib * MIB,
    milliCpus,
  });
  await engine.startContainer(container.name);
  return container;
}

/** Of the environment, else of the project. */
export function findLimits({ project, environment }: Place): { memoryMib: number; milliCpus: number | null } {
  const [own, shared] = [environment.deploymentConfig, project.deploymentConfig];
  return {
    memoryMib: own?.memoryLimit ?? shared?.memoryLimit ?? DEFAULT_MEMORY_MIB,
    milliCpus: own?.cpuLimit ?? shared?.cpuLimit ?? null,
  };
}

/** The port that was set: of the app, of the environment, or of the project. */
export function findSetPort(app: { port: number | null }, { project, environment }: Place): number | null {
  return (
    app.port ?? environment.deploymentConfig?.exposedPort ?? project.deploymentConfig?.exposedPort ?? null
  );
}

/** By the digest of a registry where it has one: an engine that changed how it stores images knows no old id. */
export function referToImage(image: Image, name: string): { imageId: string; imageDigest: string | null } {
  const digest = image.digests.find((known) => known.startsWith(`${name}@`)) ?? image.digests[0] ?? null;
  return { imageId: image.id, imageDigest: digest };
}

/** The image of a release, fetched again by its digest where it is gone. Throws `image_missing`. */
export async function requireImageOf(
  { engine }: DeploymentsCore,
  release: Pick<Release, 'image' | 'imageId' | 'imageDigest' | 'number'>,
  onLine: (text: string) => void,
  signal: AbortSignal,
): Promise<string> {
  if (await engine.findImage(release.imageId)) return release.imageId;
  if (release.imageDigest === null)
    throw new AppError(
      'image_missing',
      `The image of release ${release.number}, ${release.image}, is gone from this machine, and no registry has it.`,
    );
  if (!(await engine.findImage(release.imageDigest))) await engine.pull(release.imageDigest, onLine, signal);
  return release.imageDigest;
}
