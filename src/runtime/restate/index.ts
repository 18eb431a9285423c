/** The same decisions on Restate: the service that it calls, and the door to the orders. */

export { type RestateService, type RestateServiceOptions, registerService, restateService } from "./endpoint.js";
export { type RestateRuntime, type RestateRuntimeOptions, restateRuntime } from "./runtime.js";
