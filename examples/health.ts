import type { RequestListener } from "node:http";
import { compileResourceType, type StorageAdapter, User } from "scimkit";
import type { Log } from "./log.ts";

/** Longest that storage may take for its answer, in milliseconds. */
const PATIENCE = 3000;

const type = compileResourceType(User);

/** What health is judged by. */
export interface Health {
  readonly storage: StorageAdapter;
  readonly log: Log;
  /** Whether the server is about to end: whatever sends requests here should look for another. */
  isStopping(): boolean;
}

/**
 * Answers `GET /healthz`, ahead of the application and of SCIM: 200 where storage answers, 503 where it does not or the server is
 * stopping. It needs no token, and says nothing else.
 */
export function withHealth({ storage, log, isStopping }: Health, application: RequestListener): RequestListener {
  return async (request, response) => {
    if (request.url?.split("?", 1)[0] !== "/healthz") return application(request, response);
    const { method = "" } = request;
    const headers = { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" };
    if (method !== "GET" && method !== "HEAD") return response.writeHead(405, { ...headers, Allow: "GET, HEAD" }).end();
    if (isStopping()) return response.writeHead(503, headers).end("stopping\n");
    const problem = await problemOf(storage);
    if (problem === undefined) return response.writeHead(200, headers).end("ok\n");
    log.onNotice({ type: "fault", error: problem, status: 503, method: "GET", path: "/healthz", context: undefined });
    return response.writeHead(503, { ...headers, "Retry-After": "5" }).end("storage does not answer\n");
  };
}

/** What storage throws when it is asked for what it does not have. */
async function problemOf(storage: StorageAdapter): Promise<unknown> {
  const signal = AbortSignal.timeout(PATIENCE);
  const late = new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const found = storage.get({ resourceType: type, id: "healthz", select: { includes: () => true }, signal }, {});
  return Promise.race([found, late]).then(
    () => undefined,
    (error: unknown) => error ?? new Error("storage threw nothing"),
  );
}
