// A Worker: everything is made while the module loads, where Workers allow no random value, no timer and no I/O.
import * as scimkit from "scimkit";
import { fetchHandler } from "scimkit/fetch";
import * as memory from "scimkit/memory";
import service from "./service.cjs";

export default { fetch: fetchHandler(service.createService({ scimkit, memory })) };
