const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * The instant of an xsd:dateTime as text in UTC that sorts in time order and keeps every digit of the fraction, or
 * undefined where the text is no xsd:dateTime. A value without zone counts as UTC. Years are 0001 … 9999, a documented
 * limit: JavaScript dates and most databases end there too. 24:00:00 is the next midnight; a leap second is not legal xsd.
 * @see RFC 7643 §2.3.5
 */
export function instantOf(text: string): string | undefined {
  const scanner = { text, at: 0 };
  const year = digits(scanner, 4);
  if (!skip(scanner, "-") || year === undefined || year < 1) return undefined;
  const month = digits(scanner, 2);
  if (!skip(scanner, "-") || month === undefined || month < 1 || month > 12) return undefined;
  const day = digits(scanner, 2);
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (day === undefined || day < 1 || day > (DAYS[month - 1] as number) + (leap ? 1 : 0) || !skip(scanner, "T"))
    return undefined;
  const hour = digits(scanner, 2);
  if (!skip(scanner, ":") || hour === undefined || hour > 24) return undefined;
  const minute = digits(scanner, 2);
  if (!skip(scanner, ":") || minute === undefined || minute > 59) return undefined;
  const second = digits(scanner, 2);
  if (second === undefined || second > 59) return undefined;
  const fraction = readFraction(scanner);
  if (fraction === undefined || (hour === 24 && (minute > 0 || second > 0 || fraction !== ""))) return undefined;
  const offset = readOffset(scanner);
  if (offset === undefined || scanner.at !== text.length) return undefined;
  const instant = new Date(0);
  instant.setUTCFullYear(year, month - 1, day);
  instant.setUTCHours(hour, minute - offset, second);
  if (instant.getUTCFullYear() < 1 || instant.getUTCFullYear() > 9999) return undefined;
  // Without a final "Z", so that "…:22" sorts before "…:22.5".
  const seconds = instant.toISOString().slice(0, -".000Z".length);
  return fraction === "" ? seconds : `${seconds}.${fraction}`;
}

interface Scanner {
  readonly text: string;
  at: number;
}

function digits(scanner: Scanner, count: number): number | undefined {
  let value = 0;
  for (let index = 0; index < count; index++) {
    const digit = scanner.text.charCodeAt(scanner.at) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    value = value * 10 + digit;
    scanner.at++;
  }
  return value;
}

function skip(scanner: Scanner, character: string): boolean {
  if (scanner.text[scanner.at] !== character) return false;
  scanner.at++;
  return true;
}

/** The digits after the point without trailing zeros, "" where there are none, undefined where the point stands alone. */
function readFraction(scanner: Scanner): string | undefined {
  if (!skip(scanner, ".")) return "";
  const start = scanner.at;
  while (digits(scanner, 1) !== undefined);
  if (scanner.at === start) return undefined;
  let end = scanner.at;
  while (end > start && scanner.text[end - 1] === "0") end--;
  return scanner.text.slice(start, end);
}

/** Minutes east of UTC. */
function readOffset(scanner: Scanner): number | undefined {
  if (scanner.at === scanner.text.length || skip(scanner, "Z")) return 0;
  const sign = skip(scanner, "+") ? 1 : skip(scanner, "-") ? -1 : 0;
  const hours = digits(scanner, 2);
  if (sign === 0 || !skip(scanner, ":") || hours === undefined || hours > 14) return undefined;
  const minutes = digits(scanner, 2);
  if (minutes === undefined || minutes > 59 || (hours === 14 && minutes > 0)) return undefined;
  return sign * (hours * 60 + minutes);
}
