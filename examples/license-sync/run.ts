// Plays the story, prints what came of each request, and exits 0 only if the licences came out right.
import { createScim } from "scimkit";
import { memoryStorage } from "scimkit/memory";
import { createLicences, resourceTypes } from "./licences.ts";
import { play, seats } from "./story.ts";

const licences = createLicences(seats);
const scim = createScim({
  resourceTypes,
  storage: memoryStorage(),
  baseUrl: "https://crm.example.com/scim/v2",
  // The story needs no token; a server does: see examples/hono.
  unsafeNoAuthentication: true,
  onChange: licences.onChange,
});

for await (const { name, method, status, licences: came, isRight } of play(scim, licences)) {
  console.log(`${isRight ? "ok  " : "FAIL"} ${name.padEnd(28)} ${method.padEnd(6)} ${status}  ${came}`);
  if (!isRight) process.exitCode = 1;
}
console.log(process.exitCode ? "The licences came out wrong." : "The licences came out right, by events alone.");
