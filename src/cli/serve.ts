import type { Command } from "commander";
export const addServe = (_: Command): void => {};
