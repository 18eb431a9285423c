/** A customer who is nobody: the bank's public test person, with an address that is no address. */
import type { LegacyCustomer } from "../../../gateways/resurs-legacy/index.js";
import { ACCEPTED_PERSON } from "../resurs/persons.js";

export const madeUpCustomer: LegacyCustomer = {
  governmentId: ACCEPTED_PERSON,
  address: {
    fullName: "Testa Testsson",
    addressRow1: "Testgatan 1",
    postalArea: "Teststad",
    postalCode: "12345",
    country: "SE",
  },
  email: "testa@example.com",
  type: "NATURAL",
};

/** What the simplified flow cannot do without. */
export const madeUpBooking = { paymentMethodId: "INVOICE", customerOf: () => madeUpCustomer };
