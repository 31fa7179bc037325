/** From best to worst. */
export const healthLevels = ['ok', 'due', 'at_risk', 'broken'] as const;
export type HealthLevel = (typeof healthLevels)[number];

/** A reason in words, and the page of the console that helps against it. */
export interface HealthReasonFacts {
  title: string;
  help: { label: string; path: '/backups' | '/key' | '/key/copy' | '/key/verify' };
}

export function findWorst(levels: readonly HealthLevel[]): HealthLevel {
  const worst = Math.max(0, ...levels.map((level) => healthLevels.indexOf(level)));
  return healthLevels[worst] ?? 'broken';
}
