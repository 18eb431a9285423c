import type { Command } from "commander";
export const addWhy = (_: Command): void => {};
