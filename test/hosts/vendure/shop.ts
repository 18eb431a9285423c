/** What the administrator and the storefront say to Vendure's GraphQL APIs, over HTTP. */
export interface Client {
  /** @throws Error with what Vendure said, where it answered with errors */
  ask<T = Record<string, unknown>>(query: string, variables?: object): Promise<T>;
}

/** No server takes longer, also on a busy machine. */
const LONGEST_MS = 180_000;

export const clientOf = (url: string): Client => {
  let token = "";
  return {
    async ask<T>(query: string, variables: object = {}): Promise<T> {
      const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
      const body = JSON.stringify({ query, variables });
      const answer = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(LONGEST_MS) });
      token = answer.headers.get("vendure-auth-token") ?? token;
      const { data, errors } = (await answer.json()) as { data: T; errors?: { message: string }[] };
      if (errors) throw new Error(JSON.stringify(errors));
      return data;
    },
  };
};

export const adminOf = async (url: string): Promise<Client> => {
  const admin = clientOf(`${url}/admin-api`);
  await admin.ask('mutation { login(username: "superadmin", password: "superadmin") { __typename } }');
  return admin;
};

const idOf = (made: object): string => Object.values(made).map((one) => (one as { id: string }).id)[0] as string;

/** Prices with 25 % of VAT: a lamp for 100.00, a table for 500.00, delivery for 30.00. */
export const setUp = async ({ ask }: Client): Promise<void> => {
  const make = async (field: string, type: string, input: unknown) =>
    idOf(await ask(`mutation($input: ${type}) { ${field}(input: $input) { ... on Node { id } } }`, { input }));
  const translations = (of: object) => [{ languageCode: "en", ...of }];
  const country = await make("createCountry", "CreateCountryInput!", {
    code: "SE",
    enabled: true,
    translations: translations({ name: "Sweden" }),
  });
  const zone = await make("createZone", "CreateZoneInput!", { name: "Sweden", memberIds: [country] });
  const category = await make("createTaxCategory", "CreateTaxCategoryInput!", { name: "goods", isDefault: true });
  const rate = { name: "25", enabled: true, value: 25, categoryId: category, zoneId: zone };
  await make("createTaxRate", "CreateTaxRateInput!", rate);
  await make("updateChannel", "UpdateChannelInput!", {
    id: "1",
    pricesIncludeTax: true,
    defaultTaxZoneId: zone,
    defaultShippingZoneId: zone,
    availableCurrencyCodes: ["SEK", "JPY"],
    defaultCurrencyCode: "SEK",
  });
  // Vendure writes yen with two decimals, too.
  const inYen = (price: number) => [{ currencyCode: "JPY", price }];
  for (const [name, price] of [
    ["A lamp", 10_000],
    ["A table", 50_000],
  ] as const) {
    const sku = name.slice(2);
    const productId = await make("createProduct", "CreateProductInput!", {
      translations: translations({ name, slug: sku, description: "" }),
    });
    await ask("mutation($input: [CreateProductVariantInput!]!) { createProductVariants(input: $input) { id } }", {
      input: [
        { productId, sku, price, prices: inYen(price), trackInventory: "FALSE", translations: translations({ name }) },
      ],
    });
  }
  const arg = (name: string, value: string) => ({ name, value });
  await make("createShippingMethod", "CreateShippingMethodInput!", {
    code: "post",
    fulfillmentHandler: "manual-fulfillment",
    checker: { code: "default-shipping-eligibility-checker", arguments: [arg("orderMinimum", "0")] },
    calculator: {
      code: "default-shipping-calculator",
      arguments: [arg("rate", "3000"), arg("includesTax", "include"), arg("taxRate", "25")],
    },
    translations: translations({ name: "By post", description: "" }),
  });
  await make("createPaymentMethod", "CreatePaymentMethodInput!", {
    code: "resurs",
    enabled: true,
    handler: { code: "order-status", arguments: [arg("gateway", "resurs-mapi"), arg("method", "")] },
    translations: translations({ name: "Invoice", description: "" }),
  });
};

export const LAMP = "1";
export const TABLE = "2";

export interface Payment {
  id: string;
  state: string;
  amount: number;
  transactionId: string;
  errorMessage: string | null;
  metadata: { bankStatus?: string } | null;
  refunds: { id: string; state: string; total: number }[];
}
export interface Order {
  id: string;
  code: string;
  state: string;
  totalWithTax: number;
  lines: { id: string; quantity: number; productVariant: { sku: string } }[];
  payments: Payment[];
}

const ORDER = `id code state totalWithTax lines { id quantity productVariant { sku } }
  payments { id state amount transactionId errorMessage metadata refunds { id state total } }`;
/** What either API answers: an order, or why not. */
const RESULT = "{ __typename ... on Order { id code state } ... on ErrorResult { errorCode message } }";

export interface Result {
  __typename: string;
  id?: string;
  code?: string;
  state?: string;
  message?: string;
  why?: string;
}

export const storefrontOf = ({ ask }: Client) => {
  const one = async (query: string, variables?: object) =>
    Object.values(await ask<Record<string, Result>>(query, variables))[0] as Result;
  return {
    add: (variant: string, quantity = 1) =>
      one(`mutation { addItemToOrder(productVariantId: ${variant}, quantity: ${quantity}) ${RESULT} }`),
    adjust: (line: string, quantity: number) =>
      one(`mutation { adjustOrderLine(orderLineId: ${line}, quantity: ${quantity}) ${RESULT} }`),
    async address() {
      const customer = '{ emailAddress: "ada@shop.example", firstName: "Ada", lastName: "A" }';
      await one(`mutation { setCustomerForOrder(input: ${customer}) ${RESULT} }`);
      const address = '{ fullName: "Ada", streetLine1: "1", city: "Lund", postalCode: "22222", countryCode: "SE" }';
      await one(`mutation { setOrderShippingAddress(input: ${address}) ${RESULT} }`);
      await one(`mutation { setOrderShippingMethod(shippingMethodId: [1]) ${RESULT} }`);
    },
    to: (state: string) => one(`mutation { transitionOrderToState(state: "${state}") ${RESULT} }`),
    pay: async (method = "resurs") =>
      (
        await ask<{ createBankPayment: { paymentId?: string; redirectUrl?: string; message?: string } }>(
          `mutation($m: String!) { createBankPayment(method: $m) {
            ... on BankPayment { paymentId redirectUrl } ... on BankPaymentError { errorCode message } } }`,
          { m: method },
        )
      ).createBankPayment,
    addPayment: (metadata: object = {}) =>
      one(`mutation($input: PaymentInput!) { addPaymentToOrder(input: $input) ${RESULT} }`, {
        input: { method: "resurs", metadata },
      }),
    active: async () => (await ask<{ activeOrder: Order | null }>(`{ activeOrder { ${ORDER} } }`)).activeOrder,
    products: () => ask("{ products { items { id name } } }"),
  };
};
export type Storefront = ReturnType<typeof storefrontOf>;

export const officeOf = ({ ask }: Client) => {
  const answer = "{ __typename ... on Node { id } ... on ErrorResult { message } }";
  /** Some of the errors say why in a field of their own. */
  const why = {
    SettlePaymentError: "paymentErrorMessage",
    CancelPaymentError: "paymentErrorMessage",
    OrderStateTransitionError: "transitionError",
    RefundStateTransitionError: "transitionError",
  };
  const saying = (...errors: (keyof typeof why)[]) =>
    `{ __typename ... on Node { id } ... on ErrorResult { message } ${errors.map((error) => `... on ${error} { why: ${why[error]} }`).join(" ")} }`;
  const one = async (query: string, variables?: object) =>
    Object.values(await ask<Record<string, Result>>(query, variables))[0] as Result;
  return {
    order: async (code: string) => {
      const found = await ask<{ orders: { items: Order[] } }>(
        `query($c: String!) { orders(options: { filter: { code: { eq: $c } } }) { items { ${ORDER} } } }`,
        { c: code },
      );
      return found.orders.items[0] as Order;
    },
    notes: async (id: string) => {
      const { order } = await ask<{ order: { history: { items: { data: { note?: string } }[] } } }>(
        "query($i: ID!) { order(id: $i) { history(options: { take: 100 }) { items { data } } } }",
        { i: id },
      );
      return order.history.items.flatMap(({ data }) => data.note ?? []);
    },
    settle: (id: string) => one(`mutation { settlePayment(id: ${id}) ${saying("SettlePaymentError")} }`),
    cancelPayment: (id: string) => one(`mutation { cancelPayment(id: ${id}) ${saying("CancelPaymentError")} }`),
    cancel: (orderId: string, lines?: { orderLineId: string; quantity: number }[]) =>
      one(`mutation($input: CancelOrderInput!) { cancelOrder(input: $input) ${saying("OrderStateTransitionError")} }`, {
        input: { orderId, ...(lines && { lines }), reason: "test", cancelShipping: lines === undefined },
      }),
    refund: (paymentId: string, amount: number) =>
      one(
        `mutation($input: RefundOrderInput!) { refundOrder(input: $input) ${saying("RefundStateTransitionError")} }`,
        {
          input: { paymentId, amount, lines: [], shipping: 0, adjustment: 0, reason: "test" },
        },
      ),
    refundLine: (paymentId: string, orderLineId: string) =>
      one(
        `mutation($input: RefundOrderInput!) { refundOrder(input: $input) ${saying("RefundStateTransitionError")} }`,
        {
          input: { paymentId, lines: [{ orderLineId, quantity: 1 }], shipping: 0, adjustment: 0, reason: "test" },
        },
      ),
    fulfil: (orderLineId: string) =>
      one(`mutation($input: FulfillOrderInput!) { addFulfillmentToOrder(input: $input) ${answer} }`, {
        input: {
          lines: [{ orderLineId, quantity: 1 }],
          handler: { code: "manual-fulfillment", arguments: [{ name: "method", value: "post" }] },
        },
      }),
    to: (id: string, state: string) =>
      one(`mutation { transitionOrderToState(id: ${id}, state: "${state}") ${answer} }`),
    modify: (orderId: string, more: object) =>
      one(`mutation($input: ModifyOrderInput!) { modifyOrder(input: $input) ${answer} }`, {
        input: { orderId, dryRun: false, ...more },
      }),
    pickUp: (orderId: string, amount?: string) =>
      one(`mutation($input: ManualPaymentInput!) { addManualPaymentToOrder(input: $input) ${answer} }`, {
        input: { orderId, method: "cash", transactionId: amount ?? "cash", metadata: {} },
      }),
  };
};
export type Office = ReturnType<typeof officeOf>;
