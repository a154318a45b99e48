// What the Node SDK is to do: each act prints one JSON value, which the test looks at.

const Stripe = require("stripe");

const [act, url, key, ...rest] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const stripe = new Stripe(key, { host: hostname, port, protocol: "http", maxNetworkRetries: 3 });

const acts = {
  async pages(email) {
    const made = [];
    for (let count = 0; count < 7; count++) {
      made.unshift((await stripe.customers.create({ email })).id);
    }
    const found = [];
    for await (const each of stripe.customers.list({ limit: 3, email })) {
      found.push(each.id);
    }
    return { made, found };
  },

  async pagesOfV2(name) {
    const { eventDestinations } = stripe.v2.core;
    const made = [];
    for (let count = 0; count < 5; count++) {
      const destination = await eventDestinations.create({
        name,
        type: "webhook_endpoint",
        event_payload: "thin",
        enabled_events: ["v1.customer.created"],
        webhook_endpoint: { url: "http://127.0.0.1:9999/hooks" },
      });
      made.push(destination.id);
    }
    const found = [];
    for await (const each of eventDestinations.list({ limit: 2 })) {
      if (each.name === name) found.push(each.id);
    }
    for (const id of made) await eventDestinations.del(id);
    return { made: made.sort(), found: found.sort() };
  },

  async creates(email) {
    const made = await stripe.customers.create({ email });
    const listed = await stripe.customers.list({ email });
    return { made: made.id, found: listed.data.map((each) => each.id) };
  },

  async repeats(idempotencyKey) {
    const first = await stripe.customers.create({ name: "Ada" }, { idempotencyKey });
    const again = await stripe.customers.create({ name: "Ada" }, { idempotencyKey });
    const other = await stripe.customers
      .create({ name: "Eve" }, { idempotencyKey })
      .catch((error) => error.type);
    return { first: first.id, again: again.id, other };
  },

  async verifies(body, signature, secret) {
    const event = stripe.webhooks.constructEvent(body, signature, secret);
    let refused = null;
    try {
      stripe.webhooks.constructEvent(body + " ", signature, secret);
    } catch (error) {
      refused = error.type;
    }
    return { type: event.type, refused };
  },

  async accounts() {
    const { accounts } = stripe.v2.core;
    const transfers = { stripe_balance: { stripe_transfers: { requested: true } } };
    const made = await accounts.create({
      display_name: "Node",
      identity: {
        entity_type: "individual",
        individual: { given_name: "Ada", relationship: { percent_ownership: "12.5" } },
      },
      configuration: { recipient: { capabilities: transfers } },
      include: ["identity", "configuration.recipient", "requirements"],
    });
    const changed = await accounts.update(made.id, { display_name: null, metadata: { a: "b" } });
    const found = [];
    for await (const each of accounts.list({ limit: 1, applied_configurations: ["recipient"] })) {
      found.push(each.id);
    }
    const person = await accounts.persons.create(made.id, { given_name: "Eve" });
    const closed = await accounts.close(made.id);
    return { made, changed, found, person, closed };
  },
};

// A connection on which an answer was retried stays open, and would keep the process alive.
acts[act](...rest).then((value) =>
  process.stdout.write(JSON.stringify(value), () => process.exit(0)),
);
