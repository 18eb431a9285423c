/** The service that Restate calls, in a process of its own. */
import { restateService } from "../../src/runtime/restate/index.js";
import { nodeParts, offer } from "../../src/testing/contracts/runtime/wire.js";

const served = await restateService({ ...nodeParts(), name: process.argv[3] ?? "" }).listen();
offer(served.url);
