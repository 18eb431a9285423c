/** The project's folder, seen from the compiled tests in `dist/` and, while they are held against mutants, from their sources. */
export const root = new URL(import.meta.url.includes("/dist/test/") ? "../../" : "../", import.meta.url);
