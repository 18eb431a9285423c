/** The shop of a configuration, as the doctor looks at it. */
import type { DoctorOptions } from "../../shops/woocommerce/doctor.js";
import type { Ready } from "../config/schema.js";

/** What `woo doctor` looks at, of a configuration. */
export const doctorOptions = ({ shop, http, settings, statuses }: Ready): DoctorOptions => {
  const { webhookSecrets, paymentMethods: _, sendEdits: _edits, ...address } = shop;
  return {
    ...address,
    callbackUrl: `${http.publicUrl.replace(/\/+$/, "")}/shop/webhooks`,
    webhookSecret: webhookSecrets[0] ?? null,
    holdStockMinutes: settings.stockManagement ? settings.holdStockMinutes : null,
    statuses: Object.keys(statuses),
  };
};
