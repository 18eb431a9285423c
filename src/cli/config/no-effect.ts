/** Settings that are valid and do not do what they seem to; each in one sentence, with what is done instead. */
import { linkLifetimeMinutes, type Settings } from "../../../machines/settings.js";

export const withoutEffect = (settings: Settings): string[] => {
  const { stockManagement, holdStockMinutes } = settings;
  if (holdStockMinutes === null) return [];
  const used = linkLifetimeMinutes(settings);
  const instead = `a customer's link is valid for ${used} minutes`;
  if (!stockManagement) return [`settings.holdStockMinutes has no effect without settings.stockManagement; ${instead}`];
  return used === holdStockMinutes
    ? []
    : [`settings.holdStockMinutes: ${holdStockMinutes} is not between 1 and 43200; ${instead}`];
};
