/**
 * Whether every store gives the text back byte for byte: half a surrogate pair has no bytes, and PostgreSQL's texts
 * hold no NUL.
 */
export const isStorable = (text: string): boolean => !/[\p{Cs}\0]/u.test(text);
