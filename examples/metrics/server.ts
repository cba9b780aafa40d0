// SCIM with counters, at /metrics in the text form that Prometheus and its kin read. Keep that path from the internet.
import { Hono } from "hono";
import { bearerToken, createScim, defineProfile, EnterpriseUserSchema, Group, type RequestEvent, User } from "scimkit";
import { fetchHandler } from "scimkit/fetch";
import { type AppOptions, mountPath } from "../hono/server.ts";

const TYPES = {
  scim_requests_total: "counter",
  scim_request_seconds: "summary",
  scim_rows_scanned_total: "counter",
  scim_storage_calls_total: "counter",
  scim_quirks_total: "counter",
} as const;

/** Counts requests; of what they say, only what has few values becomes a label. */
export function createCounters() {
  const values = new Map<keyof typeof TYPES, Map<string, number>>();
  const add = (name: keyof typeof TYPES, by: number, labels: object, suffix = ""): void => {
    const key = `${name}${suffix}{${Object.entries(labels).map(([label, value]) => `${label}="${value}"`)}}`;
    const series = values.get(name) ?? new Map<string, number>();
    values.set(name, series.set(key, (series.get(key) ?? 0) + by));
  };
  return {
    onRequest(event: RequestEvent): void {
      const { resourceType = "", status, scimType, duration, quirks, scanned, storageCalls } = event;
      const operation = event.operation ?? "refused";
      add("scim_requests_total", 1, { operation, resourceType, status, scimType: scimType ?? "" });
      add("scim_request_seconds", duration / 1000, { operation }, "_sum");
      add("scim_request_seconds", 1, { operation }, "_count");
      add("scim_rows_scanned_total", scanned, { operation, resourceType });
      add("scim_storage_calls_total", storageCalls, { operation, resourceType });
      for (const quirk of quirks) add("scim_quirks_total", 1, { quirk });
    },
    text: (): string =>
      [...values].map(([name, series]) => [`# TYPE ${name} ${TYPES[name]}`, ...lines(series), ""].join("\n")).join(""),
  };
}

const lines = (series: ReadonlyMap<string, number>): string[] => [...series].map(([key, value]) => `${key} ${value}`);

export function createApp(options: AppOptions): Hono {
  const { baseUrl, token, storage, profile = "lenient", references = "check" } = options;
  const counters = createCounters();
  const scim = createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage,
    baseUrl,
    authenticate: bearerToken(Object.fromEntries([token].flat().map((one) => [one, {}]))),
    profile: defineProfile({ extends: profile, settings: references === "ignore" ? { references } : {} }),
    onChange: (event) => options.onChange?.(event),
    onNotice: (event) => options.onNotice?.(event),
    onRequest: (event) => [counters.onRequest, options.onRequest].forEach((told) => void told?.(event)),
  });
  const handle = fetchHandler(scim);
  return new Hono()
    .all(`${mountPath(baseUrl)}/*`, (context) => handle(context.req.raw, context.env))
    .get("/metrics", (context) => context.text(counters.text(), 200, { "Content-Type": "text/plain; version=0.0.4" }));
}
