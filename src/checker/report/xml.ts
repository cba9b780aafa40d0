/** What XML 1.0 cannot hold, even escaped: control characters, halves of a pair, and the two that are no characters. */
const NOT_XML = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/gu;
const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A text for XML and HTML, between tags and in quoted attributes. What XML cannot hold is written as U+FFFD. */
export function escaped(text: string): string {
  return text.replaceAll(NOT_XML, "\uFFFD").replaceAll(/[&<>"']/g, (one) => ENTITIES[one] ?? one);
}
