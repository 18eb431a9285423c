import { shop } from "../../../shop.js";

const door = (request: Request) => shop().pages.fetch(request);

export { door as GET, door as HEAD, door as POST };
