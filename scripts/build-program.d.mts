export const builtProgram: string;
export function isProgramBuilt(): boolean;
export function buildProgram(): Promise<void>;
export function listBuilt(): string[];
