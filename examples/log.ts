import type { Asked, FaultEvent, RequestEvent, ScimNotice } from "scimkit";

/** What an example writes: a line for each request, and for each fault what was behind it. Never a value, a token or an id. */
export interface Log {
  readonly onRequest: (event: RequestEvent) => void;
  readonly onNotice: (event: ScimNotice) => void;
  /** Writes a line of the example's own. */
  say(level: Level, message: string, more?: Readonly<Record<string, unknown>>): void;
}

type Level = "info" | "warn" | "error";

/** `json`: one object a line, for what collects logs; `text`: for people. */
export function createLog(form: "text" | "json", write: (line: string) => void = console.log): Log {
  const say: Log["say"] = (level, message, more = {}) => {
    const time = new Date().toISOString();
    write(
      form === "json" ? JSON.stringify({ time, level, message, ...more }) : `${time} ${textOf(level, message, more)}`,
    );
  };
  const tell = (level: Level, event: Told, more: object): void =>
    say(level, messageOf(event), { ...partsOf(event), ...more });
  return {
    say,
    onRequest(event) {
      const { status, aborted, duration } = event;
      const level = aborted || status < 400 ? "info" : status < 500 ? "warn" : "error";
      tell(level, event, { ms: Math.round(duration * 10) / 10, ...(aborted ? { aborted } : {}) });
    },
    onNotice(event) {
      if (event.type === "fault") tell("error", event, { cause: causeOf(event) });
      // The line of a bulk request says nothing of what is refused in it.
      else if (event.type === "refused" && event.position !== undefined) tell("warn", event, {});
      else if (event.type === "warning") say("warn", event.message);
    },
  };
}

/** What requests, refusals and faults have in common. */
type Told = Partial<Asked> & { readonly status?: number; readonly scimType?: string; readonly detail?: string };

/** Faults have a word in front, so that one that belongs to no request has a name. */
function messageOf(event: Told | FaultEvent): string {
  const { method = "", path = method === "" ? "" : "(no endpoint)", status } = event;
  return ["type" in event && event.type === "fault" && "fault", method, path, status].filter(Boolean).join(" ");
}

/** Member by member, so that nothing comes in that has a value in it. */
function partsOf({ method, path, operation, resourceType, position, status, scimType, detail, quirks }: Told) {
  return { method, path, operation, resourceType, position, status, scimType, detail, quirks };
}

/** What was thrown and what that came from: names, codes and sentences. What else a driver puts into an error may be somebody's data. */
function causeOf({ error }: FaultEvent): string {
  const causes: string[] = [];
  for (let cause: unknown = error; cause !== undefined && causes.length < 5; ) {
    const { name, code, message, cause: next } = Object(cause) as Partial<Error & { code: unknown }>;
    causes.push(
      message === undefined ? typeof cause : [name, code, message].filter((part) => part !== undefined).join(" "),
    );
    cause = next;
  }
  return causes.join(" < ");
}

/** `warn GET /Users 400 invalidFilter "…" 3.1 ms`. In quotes is what can have more lines than one. */
function textOf(level: Level, message: string, more: Readonly<Record<string, unknown>>): string {
  const { scimType, position, quirks, detail, cause, ms, aborted, ...rest } = more;
  const { method, path, operation, resourceType, status, ...own } = rest;
  return [
    level,
    message,
    scimType,
    position === undefined ? undefined : `Operations[${position}]`,
    ms === undefined ? undefined : `${ms} ms`,
    aborted && "aborted",
    Array.isArray(quirks) && quirks.length > 0 ? `quirks ${quirks.join(",")}` : undefined,
    ...[detail, cause].map((text) => text && JSON.stringify(text)),
    Object.keys(own).length > 0 ? JSON.stringify(own) : undefined,
  ]
    .filter((part) => part !== undefined && part !== false)
    .join(" ");
}
