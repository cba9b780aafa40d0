// What is not mutated: the words of messages, which may change without a test.

/** Where a text with blanks is a part of a statement, and not a message. */
const STATEMENTS = /src\/storage\/sql\//;

const words = {
  shouldIgnore(path) {
    const { node, hub } = path;
    const text = textOf(node);
    if (text === undefined || !/\w \w/.test(text) || STATEMENTS.test(hub?.file?.opts?.filename ?? "")) return undefined;
    return "The words of a message.";
  },
};

function textOf(node) {
  if (node.type === "StringLiteral") return node.value;
  return node.type === "TemplateLiteral" ? node.quasis.map(({ value }) => value.raw).join("_") : undefined;
}

export const strykerPlugins = [{ kind: "Ignore", name: "words", value: words }];
