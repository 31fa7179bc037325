/** Where a variable is: "Shared"; "photos, production, staging". */
export const sayPlace = ({
  project,
  environments,
}: {
  project: { name: string } | null;
  environments: readonly string[];
}): string => (project === null ? 'Shared' : [project.name, ...environments].join(', '));
