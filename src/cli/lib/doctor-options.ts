/** The shop of a configuration, as the doctor looks at it. */
import type { DoctorOptions } from "../../shops/woocommerce/doctor.js";
import type { Ready } from "../config/schema.js";

/** What `woo doctor` looks at, of a configuration. */
export const doctorOptions = ({ shop, http, settings }: Ready): DoctorOptions => {
  const { webhookSecrets, paymentMethods: _, sendEdits: _edits, customStatuses, ...address } = shop;
  return {
    ...address,
    callbackUrl: `${http.publicUrl.replace(/\/+$/, "")}/shop/webhooks`,
    webhookSecret: webhookSecrets[0] ?? null,
    holdStockMinutes: settings.stockManagement ? settings.holdStockMinutes : null,
    customStatuses: Object.keys(customStatuses),
  };
};
