const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * The instant of an xsd:dateTime as text in UTC that sorts in time order and keeps every digit of the fraction, or
 * undefined where the text is no xsd:dateTime. A value without zone counts as UTC. Years are 0001 … 9999, a documented
 * limit: JavaScript dates and most databases end there too. 24:00:00 is the next midnight; a leap second is not legal xsd.
 * @see RFC 7643 §2.3.5
 */
export function instantOf(text: string): string | undefined {
  const end = endOfCanonical(text);
  return end === undefined ? anyInstantOf(text) : text.slice(0, end);
}

/** The length of `2026-01-01T00:00:00`. */
const TO_SECONDS = 19;

/**
 * Makes the function that tells how texts stand to an instant of `instantOf` in order, never 0: by where the two first differ, and without
 * making the text's own instant, which is ten times the work; undefined where that does not tell. Of a text in UTC, the instant begins as
 * the text does, and a text that is none is compared as it stands.
 */
export function orderTo(instant: string): (text: string) => number | undefined {
  const wanted = Uint16Array.from(instant.slice(0, TO_SECONDS), (character) => character.charCodeAt(0));
  return (text) => {
    const isInUtc = text.length > TO_SECONDS && text.charCodeAt(text.length - 1) === UPPER_Z;
    // 24:00:00 is the next midnight.
    const isNext = text.charCodeAt(12) === ZERO + 4 && text.charCodeAt(11) === ZERO + 2;
    if (!isInUtc || isNext || wanted.length < TO_SECONDS) return undefined;
    for (let index = 0; index < TO_SECONDS; index++) {
      const own = text.charCodeAt(index);
      const other = wanted[index] as number;
      if (own !== other) return own > 0x7f || other > 0x7f ? undefined : own - other;
    }
    return undefined;
  };
}

/**
 * Where the key ends of a text that is one but for its "Z", as `Date.prototype.toISOString` and most clients write it: such a text is read
 * without a Date, which would be 20 times the work. Undefined for any other, of which some are right.
 */
function endOfCanonical(text: string): number | undefined {
  const last = text.length - 1;
  const isCanonical =
    last >= 19 && text.charCodeAt(last) === UPPER_Z && text.charCodeAt(10) === UPPER_T && isDay(text) && isTime(text);
  if (!isCanonical) return undefined;
  if (last === 19) return last;
  if (text.charCodeAt(19) !== POINT || last === 20) return undefined;
  let end = 19;
  for (let index = 20; index < last; index++) {
    const digit = text.charCodeAt(index);
    if (!isBetween(digit, ZERO, NINE)) return undefined;
    if (digit !== ZERO) end = index + 1;
  }
  return end;
}

function isDay(text: string): boolean {
  const year = 100 * two(text, 0) + two(text, 2);
  const month = two(text, 5);
  return (
    text.charCodeAt(4) === HYPHEN &&
    text.charCodeAt(7) === HYPHEN &&
    isBetween(year, 1, 9999) &&
    isBetween(month, 1, 12) &&
    isBetween(two(text, 8), 1, daysOf(year, month))
  );
}

function isTime(text: string): boolean {
  return (
    text.charCodeAt(13) === COLON &&
    text.charCodeAt(16) === COLON &&
    isBetween(two(text, 11), 0, 23) &&
    isBetween(two(text, 14), 0, 59) &&
    isBetween(two(text, 17), 0, 59)
  );
}

const HYPHEN = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const UPPER_T = 0x54;
const UPPER_Z = 0x5a;

/** The number of two digits, or one below all that are legal. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return isBetween(tens, 0, 9) && isBetween(ones, 0, 9) ? 10 * tens + ones : -10_000;
}

function isBetween(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

function anyInstantOf(text: string): string | undefined {
  const scanner = { text, at: 0 };
  const date = readDate(scanner);
  const time = date && skip(scanner, "T") ? readTime(scanner) : undefined;
  const offset = time && readOffset(scanner);
  if (date === undefined || time === undefined || offset === undefined || scanner.at !== text.length) return undefined;
  const instant = new Date(0);
  instant.setUTCFullYear(date.year, date.month - 1, date.day);
  instant.setUTCHours(time.hour, time.minute - offset, time.second);
  if (instant.getUTCFullYear() < 1 || instant.getUTCFullYear() > 9999) return undefined;
  // Without a final "Z", so that "…:22" sorts before "…:22.5".
  const seconds = instant.toISOString().slice(0, -".000Z".length);
  return time.fraction === "" ? seconds : `${seconds}.${time.fraction}`;
}

interface Scanner {
  readonly text: string;
  at: number;
}

interface CalendarDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

interface TimeOfDay {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly fraction: string;
}

/** yyyy "-" mm "-" dd, a day that the month has. */
function readDate(scanner: Scanner): CalendarDate | undefined {
  const year = readNumber(scanner, 4, 1, 9999);
  if (year === undefined || !skip(scanner, "-")) return undefined;
  const month = readNumber(scanner, 2, 1, 12);
  if (month === undefined || !skip(scanner, "-")) return undefined;
  const day = readNumber(scanner, 2, 1, daysOf(year, month));
  return day === undefined ? undefined : { year, month, day };
}

function daysOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : (DAYS[month - 1] as number);
}

/** hh ":" mm ":" ss ("." s+)?, of the hour 24 nothing but its beginning. */
function readTime(scanner: Scanner): TimeOfDay | undefined {
  const hour = readNumber(scanner, 2, 0, 24);
  if (hour === undefined || !skip(scanner, ":")) return undefined;
  const minute = readNumber(scanner, 2, 0, 59);
  if (minute === undefined || !skip(scanner, ":")) return undefined;
  const second = readNumber(scanner, 2, 0, 59);
  const fraction = second === undefined ? undefined : readFraction(scanner);
  if (second === undefined || fraction === undefined) return undefined;
  const isMidnight = minute === 0 && second === 0 && fraction === "";
  return hour === 24 && !isMidnight ? undefined : { hour, minute, second, fraction };
}

/** A number of so many digits that is neither less nor more. */
function readNumber(scanner: Scanner, count: number, least: number, most: number): number | undefined {
  const value = digits(scanner, count);
  return value === undefined || value < least || value > most ? undefined : value;
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
  const hours = readNumber(scanner, 2, 0, 14);
  if (sign === 0 || hours === undefined || !skip(scanner, ":")) return undefined;
  const minutes = readNumber(scanner, 2, 0, hours === 14 ? 0 : 59);
  if (minutes === undefined) return undefined;
  return sign * (hours * 60 + minutes);
}
