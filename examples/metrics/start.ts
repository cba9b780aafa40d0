import { getRequestListener } from "@hono/node-server";
import { start } from "../start.ts";
import { createApp } from "./server.ts";

await start("Hono with counters at /metrics", (settings) => getRequestListener(createApp(settings).fetch));
