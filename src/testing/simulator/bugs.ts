export const bugs: Record<string, { plant: never }> = {};
