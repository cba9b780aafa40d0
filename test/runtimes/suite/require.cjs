const { main } = require("./main.cjs");

main(require("./modules.cjs")).then(() => process.exit(0));
