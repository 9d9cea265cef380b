/** Deno's bundler leaves `require("node:events")` to whoever runs the bundle; in a browser that is nobody, so it is here. */

import * as events from "events-of-npm";

(globalThis as unknown as { require: (name: string) => unknown }).require = (name) => {
  if (name === "node:events") return events;
  throw new Error(name);
};
