/** The same decisions on Restate: the service that it calls, and the door to the orders. */
export { type RestateRuntime, type RestateRuntimeOptions, restateRuntime } from "./runtime.js";
export { type RestateService, type RestateServiceOptions, registerService, restateService } from "./service.js";
