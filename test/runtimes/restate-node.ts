/** The service that Restate calls, in a process of its own. */
import { restateService } from "../../src/adapters/restate/index.js";
import { nodeParts, offer } from "../../src/testing/runtime-contract/wire.js";

const served = await restateService({ ...nodeParts(), name: process.argv[3] ?? "" }).listen();
offer(served.url);
