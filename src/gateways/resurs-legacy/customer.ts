/** The customer in the words of the older services, whose schema insists on the order of its elements. */

export interface LegacyAddress {
  fullName?: string | undefined;
  firstName?: string | undefined;
  lastName?: string | undefined;
  addressRow1: string;
  addressRow2?: string | undefined;
  postalArea: string;
  postalCode: string;
  country: "SE" | "NO" | "DK" | "FI";
}

/** `extendedCustomer` of the simplified flow; the payment method may need more than the schema does. */
export interface LegacyCustomer {
  /** Of a person or of a company, as `type` says. */
  governmentId: string;
  address: LegacyAddress;
  phone?: string | undefined;
  email?: string | undefined;
  type: "NATURAL" | "LEGAL";
  cellPhone?: string | undefined;
  yourCustomerId?: string | undefined;
  deliveryAddress?: LegacyAddress | undefined;
  /** Of the person who acts for the company. */
  contactGovernmentId?: string | undefined;
  additionalData?: { key: string; value?: string | undefined }[] | undefined;
}

const ADDRESS = [
  "fullName",
  "firstName",
  "lastName",
  "addressRow1",
  "addressRow2",
  "postalArea",
  "postalCode",
  "country",
] as const;
const CUSTOMER = [
  "governmentId",
  "address",
  "phone",
  "email",
  "type",
  "cellPhone",
  "yourCustomerId",
  "deliveryAddress",
  "contactGovernmentId",
  "additionalData",
] as const;

/** An optional text without anything in it is none; the schema would refuse it. The street alone may be empty. */
const ordered = <T extends object>(given: T, names: readonly (keyof T)[]): Partial<T> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = given[name];
      return value === undefined || (value === "" && name !== "addressRow1") ? [] : [[name, value]];
    }),
  ) as Partial<T>;

const address = (given: LegacyAddress | undefined) => given && ordered(given, ADDRESS);

export const customerElement = (given: LegacyCustomer): object =>
  ordered({ ...given, address: address(given.address), deliveryAddress: address(given.deliveryAddress) }, CUSTOMER);

/** The hosted flow asks the customer for whatever is missing, and calls the country by another name. */
export type HostedCustomer = Partial<Omit<LegacyCustomer, "additionalData">>;

export const hostedCustomer = (given: HostedCustomer): object => {
  const named = (one: LegacyAddress | undefined) => one && { ...one, countryCode: one.country };
  return { ...given, address: named(given.address), deliveryAddress: named(given.deliveryAddress) };
};
