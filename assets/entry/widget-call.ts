/** The call itself, fetched by the chat's frame when somebody calls: until then nobody loads a telephone. */

import { call } from "../widget/call.ts";

(globalThis as unknown as { fanalCall: typeof call }).fanalCall = call;
