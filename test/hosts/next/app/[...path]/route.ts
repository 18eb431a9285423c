import { shop } from "../../shop.js";

const door = (request: Request) => shop().orders.fetch(request);

export { door as DELETE, door as GET, door as HEAD, door as PATCH, door as POST, door as PUT };
