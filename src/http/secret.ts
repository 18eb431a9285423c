/** Comparing what somebody sent with what is secret, in a time that tells nothing of how much was right. */
import { createHash, timingSafeEqual } from "node:crypto";

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

export const sameSecret = (given: string, secret: string): boolean => timingSafeEqual(digest(given), digest(secret));
