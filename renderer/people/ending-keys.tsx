import { useQuery } from '@tanstack/react-query';
import { formatCount } from '../ui/time.ts';
import { keysOfPersonQuery, type Person } from './people-queries.ts';

/** Says, before someone loses rights, which of their keys end with them. */
export function EndingKeys({ person }: { person: Person }) {
  const keys = useQuery(keysOfPersonQuery(person.user.id));
  if (keys.isError)
    return <p>API keys and deployment tokens they created stop working. They could not be listed now.</p>;
  if (!keys.data) return <p className="text-text-3">Looking for keys they created…</p>;
  const { api_keys, deployment_tokens } = keys.data;
  if (api_keys.length + deployment_tokens.length === 0)
    return <p>They created no API keys or deployment tokens that still work.</p>;
  return (
    <div className="grid gap-1">
      <p>
        {[
          ...(api_keys.length > 0 ? [formatCount(api_keys.length, 'API key')] : []),
          ...(deployment_tokens.length > 0
            ? [formatCount(deployment_tokens.length, 'deployment token')]
            : []),
        ].join(' and ')}{' '}
        they created will stop working:
      </p>
      <ul className="max-h-40 list-disc overflow-y-auto pl-5 [overflow-wrap:anywhere]">
        {api_keys.map(({ id, name }) => (
          <li key={`key ${id}`} dir="auto">
            {name}
          </li>
        ))}
        {deployment_tokens.map(({ id, name, project }) => (
          <li key={`token ${id}`} dir="auto">
            {name} (deployment token of {project})
          </li>
        ))}
      </ul>
    </div>
  );
}
