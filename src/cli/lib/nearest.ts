/** The word that was probably meant. Pure. */
import leven from "leven";

const FAR = 3;

/** null = none is near. */
export const nearest = (word: string, known: string[]): string | null => {
  const near = known
    .map((one) => ({ one, far: leven(word.toLowerCase(), one.toLowerCase()) }))
    .filter(({ one, far }) => far <= FAR && far < one.length / 2)
    .sort((a, b) => a.far - b.far)[0];
  return near?.one ?? null;
};
