/** The computer's own Chromium, where there is one. */
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const places = [process.env.CHROMIUM ?? "", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** null = there is none. */
export const chromiumAt: string | null = places.find((place) => place !== "" && existsSync(place)) ?? null;

export const launch = () =>
  chromium.launch({
    executablePath: chromiumAt ?? "",
    // Containers run as root, where Chromium's own sandbox refuses to start.
    chromiumSandbox: process.getuid?.() !== 0,
  });
