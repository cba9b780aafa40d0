/** What the page does beyond being read. Without it the filters are not there, and nothing else is missing. */
export const SCRIPT = `
(() => {
  "use strict";
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const checks = all("details.check");
  const form = document.getElementById("filters");
  const shown = document.getElementById("shown");
  const texts = new Map(checks.map((check) => [check, check.textContent.toLowerCase()]));
  const chosen = (name) => all("input[name=" + name + "]:checked", form).map((input) => input.value);
  const fits = (values, value) => values.length === 0 || values.includes(value);
  const filter = () => {
    const outcomes = chosen("outcome");
    const levels = chosen("level");
    const section = form.elements.section.value;
    const words = form.elements.text.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let count = 0;
    for (const check of checks) {
      const { outcome, level } = check.dataset;
      const isShown = fits(outcomes, outcome) && fits(levels, level) &&
        (section === "" || check.dataset.section === section) && words.every((word) => texts.get(check).includes(word));
      check.hidden = !isShown;
      if (isShown) count++;
    }
    for (const group of all(".group")) group.hidden = all("details.check:not([hidden])", group).length === 0;
    shown.textContent = count + " of " + checks.length + " checks";
  };
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  document.getElementById("unfold").addEventListener("click", () => {
    const visible = checks.filter((check) => !check.hidden);
    const open = visible.some((check) => !check.open);
    for (const check of visible) check.open = open;
  });
  filter();

  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const check = target && target.closest("details.check");
    if (!target) return;
    if (target.closest("[hidden]")) { form.reset(); filter(); }
    if (!check) return;
    check.open = true;
    check.scrollIntoView();
    check.firstElementChild.focus({ preventScroll: true });
  };
  addEventListener("hashchange", reveal);
  if (location.hash.length > 1) reveal();

  for (const code of all("pre.curl")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    const say = (text) => {
      button.textContent = text;
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    };
    const select = () => {
      getSelection().selectAllChildren(code);
      say("Selected");
    };
    button.addEventListener("click", () => {
      if (!navigator.clipboard) return select();
      navigator.clipboard.writeText(code.textContent).then(() => say("Copied"), select);
    });
    code.before(button);
  }

  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    for (const one of folded) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of folded) one.open = false;
  });
})();
`;
