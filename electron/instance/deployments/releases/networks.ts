import { networkInterfaces } from 'node:os';
import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import type { DeploymentsCore, Place } from '../deployments-core.ts';
import { createName, labelsOf } from './containers.ts';

/**
 * Where the networks of apps are: 2,048 of 32 addresses each, since Docker's own pool is used up after some thirty networks, and apart
 * from what it and most home networks use.
 */
const POOL = '10.213.0.0';
const POOL_BITS = 16;
const SUBNET_BITS = 27;

interface Range {
  first: number;
  last: number;
}

export interface OwnNetwork {
  environmentId: number;
  name: string;
  subnet: string;
}

export function listNetworks({ store }: Context): OwnNetwork[] {
  return store.sqlite
    .prepare('SELECT environment_id AS environmentId, name, subnet FROM app_networks ORDER BY environment_id')
    .all() as OwnNetwork[];
}

/** The network of an environment, created where it is not there. Gives its name. Throws `engine_failed` when no subnet is free. */
export async function requireNetwork(core: DeploymentsCore, place: Place): Promise<string> {
  const { ctx, engine } = core;
  const known = listNetworks(ctx).find(({ environmentId }) => environmentId === place.environment.id);
  if (known && (await engine.hasNetwork(known.name))) return known.name;
  const network = known ?? reserve(ctx, place, await engine.listSubnets());
  await engine.createNetwork(network.name, network.subnet, labelsOf(core, place));
  return network.name;
}

/** What an environment that is gone leaves. */
export async function discardNetwork({ ctx, engine }: DeploymentsCore, network: OwnNetwork): Promise<void> {
  await engine.removeNetwork(network.name);
  ctx.store.sqlite.prepare('DELETE FROM app_networks WHERE environment_id = ?').run(network.environmentId);
}

/** Before the network is created, as with containers. */
function reserve(ctx: Context, place: Place, taken: readonly string[]): OwnNetwork {
  return ctx.store.transaction(() => {
    const subnet = findFreeSubnet(findStart(ctx), [
      ...taken,
      ...listNetworks(ctx).map((known) => known.subnet),
      ...listOwn(),
    ]);
    const { environment } = place;
    const name = createName(place);
    ctx.store.sqlite
      .prepare('INSERT INTO app_networks (environment_id, name, subnet) VALUES (?, ?, ?)')
      .run(environment.id, name, subnet);
    return { environmentId: environment.id, name, subnet };
  });
}

/** Networks that this machine is in: an app's must not hide the printer. */
function listOwn(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.flatMap(({ family, cidr }) => (family === 'IPv4' && cidr !== null ? [cidr] : [])),
  );
}

/** Two instances of one machine begin at different places, so that neither takes what the other is about to create. */
const findStart = ({ store }: Context): number => Number.parseInt(store.identity.id.slice(-4), 16) || 0;

/**
 * The first of the pool, from this one on, that overlaps with none of these (CIDR; what is no IPv4 network is left out). Throws
 * `engine_failed`.
 */
export function findFreeSubnet(start: number, taken: readonly string[]): string {
  const used = taken.flatMap((cidr) => parseRange(cidr) ?? []);
  const size = 2 ** (32 - SUBNET_BITS);
  const count = 2 ** (SUBNET_BITS - POOL_BITS);
  for (let tried = 0; tried < count; tried += 1) {
    const at = toNumber(POOL) + ((start + tried) % count) * size;
    if (!used.some((range) => at <= range.last && at + size - 1 >= range.first))
      return `${toAddress(at)}/${SUBNET_BITS}`;
  }
  throw new AppError(
    'engine_failed',
    `No subnet of ${POOL}/${POOL_BITS} is free for the network of this app.`,
  );
}

function parseRange(cidr: string): Range | null {
  const found = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(cidr);
  if (!found?.[1]) return null;
  const size = 2 ** (32 - Number(found[2]));
  const first = Math.floor(toNumber(found[1]) / size) * size;
  return { first, last: first + size - 1 };
}

const toNumber = (address: string): number =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const toAddress = (number: number): string =>
  [24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join('.');
