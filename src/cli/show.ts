import type { Command } from "commander";
export const addShow = (_: Command): void => {};
