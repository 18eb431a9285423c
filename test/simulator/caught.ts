/** Looks for a planted bug, life by life. */
import { liveMany } from "../../src/testing/index.js";

export interface Caught {
  life: number;
  laws: string[];
}

/** The first life that breaks a law; null = none of them did. */
export const caught = async (bug: string, seed: number, most: number): Promise<Caught | null> => {
  for (let life = 0; life < most; life += 1) {
    const [broken] = (await liveMany({ seed, bug }, life, life + 1)).broken;
    if (broken !== undefined) return { life, laws: [...new Set(broken.breaches.map(({ law }) => law))] };
  }
  return null;
};
