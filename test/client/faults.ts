import type { ClientFetch } from "scimkit/client";
import type { Random } from "../../src/testing/random.ts";
import { networkFault, refusal } from "./answers.ts";

/** What may come of a request besides its answer. */
export const FAULTS = [
  "limited",
  "limited for seconds",
  "refused",
  "busy before",
  "busy after",
  "gateway before",
  "gateway after",
  "cut before",
  "cut after",
  "cut within the answer",
] as const;
export type Fault = (typeof FAULTS)[number];

/** What a fault makes of a request that `serve` would answer. */
export async function failing(fault: Fault, serve: () => Promise<Response>): Promise<Response> {
  switch (fault) {
    case "limited":
      return refusal(429);
    case "limited for seconds":
      return refusal(429, "Later.", { "retry-after": "2" });
    case "refused":
      throw networkFault("ECONNREFUSED");
    case "busy before":
      return refusal(503);
    case "busy after":
      await serve();
      return refusal(503, "Later.", { "retry-after": "1" });
    case "gateway before":
      return new Response("<html>Bad gateway</html>", { status: 502, headers: { "content-type": "text/html" } });
    case "gateway after":
      await serve();
      return new Response("", { status: 504 });
    case "cut before":
      throw networkFault("ECONNRESET");
    case "cut after":
      await serve();
      throw networkFault("UND_ERR_SOCKET");
    case "cut within the answer": {
      const { status, headers } = await serve();
      if (status === 204) throw networkFault("ECONNRESET");
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('{"id":'));
          controller.error(networkFault("ECONNRESET"));
        },
      });
      return new Response(body, { status, headers });
    }
  }
}

/** Puts faults in front of a server: one request in `oneIn` fails, and `told` hears how. */
export function withFaults(serve: ClientFetch, random: Random, oneIn: number, told: Fault[] = []): ClientFetch {
  return async (request) => {
    if (!random.oneIn(oneIn)) return serve(request);
    const fault = random.pick(FAULTS);
    told.push(fault);
    return failing(fault, () => serve(request));
  };
}
