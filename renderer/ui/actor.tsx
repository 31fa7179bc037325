import { KeyRound, type LucideIcon, Monitor, Rocket, Server, User, UserX } from 'lucide-react';

/** Who did something, as the instance names them now. */
interface ActorFacts {
  kind: 'instance' | 'anonymous' | 'owner' | 'user' | 'key' | 'token';
  /** Of who or what was deleted: the last name it had. */
  name: string;
  /** Of a person. */
  email: string | null;
  /** Whose key or token it is. */
  person: string | null;
  is_deleted: boolean;
}

const icons: Record<ActorFacts['kind'], LucideIcon> = {
  owner: Monitor,
  user: User,
  key: KeyRound,
  token: Rocket,
  instance: Server,
  anonymous: UserX,
};

/** "Ada Keller", "Ben (deleted)", "API key ci of Ada Keller": the only way someone is named. */
export function sayActor({
  name,
  person,
  is_deleted,
}: Pick<ActorFacts, 'name' | 'person' | 'is_deleted'>): string {
  return `${name}${is_deleted ? ' (deleted)' : ''}${person === null ? '' : ` of ${person}`}`;
}

/** The e-mail address too, for tooltips. */
export function sayActorExactly(actor: ActorFacts): string {
  return actor.email === null || actor.email === actor.name
    ? sayActor(actor)
    : `${sayActor(actor)}, ${actor.email}`;
}

/** Who did something: the picture of what they are, and the name; the e-mail address in the tooltip. */
export function Actor({ actor }: { actor: ActorFacts }) {
  const Icon = icons[actor.kind];
  return (
    <span className="actor" title={sayActorExactly(actor)}>
      <Icon className="icon icon-14" aria-hidden="true" data-actor={actor.kind} />
      <bdi>{sayActor(actor)}</bdi>
    </span>
  );
}
