/** Files that a command is to write: looked at before anything is done. */
import { statSync } from "node:fs";
import { dirname } from "node:path";
import { wrongUsage } from "./ending.js";

const isFolder = (place: string): boolean => statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** @throws Ends (wrong usage) where the file cannot be there */
export const checkOut = (file: string): void => {
  const folder = dirname(file);
  if (!isFolder(folder)) throw wrongUsage(`the folder ${folder} does not exist`);
  if (isFolder(file)) throw wrongUsage(`${file} is a folder; name a file`);
};
