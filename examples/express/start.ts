import { start } from "../start.ts";
import { createApp } from "./server.ts";

await start("Express", (settings) => createApp(settings));
