import { defineMiddlewares } from "@medusajs/framework/http";
import { doors } from "order-status-engine/medusa";

export default defineMiddlewares({ routes: [...doors()] });
