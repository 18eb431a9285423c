import type { Command } from "commander";
export const addDemo = (_: Command): void => {};
